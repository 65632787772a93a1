// Whether each probe's answer is the same for everybody. Scratch repositories that contain only the `.gitignore`
// files expose rules of this machine, lines that are not staged, and matches that depend on core.ignoreCase.

import GitCommand
import Platform

/// What becomes of a name.
enum Verdict: Sendable {
  /// Everyone who has the repository has this rule.
  case covered(IgnoreRule)
  /// The rule is in a `.gitignore` whose current content is not staged or committed.
  case uncommitted(IgnoreRule)
  /// Only this machine has the rule.
  case local(IgnoreRule)
  /// The rule covers the name only where `core.ignoreCase` is set.
  case caseOnly(IgnoreRule)
  /// The rule takes the name back in.
  case negated(IgnoreRule)
  /// No rule decides.
  case missing
}

extension Survey {
  /// Works out what each probe's rule is worth to others.
  mutating func judge(
    _ asked: [(path: Path, entry: Int)], _ machine: [IgnoreRule?], unaskable: [(path: Path, entry: Int)],
    _ redact: ([UInt8]) -> [UInt8], _ foldsCase: LazyCase
  ) throws(GitError) {
    probes = zip(asked, machine).map { probe, rule in
      guard let rule else { return (probe.path, probe.entry, .missing) }
      if !rule.isShared(deciding: probe.path) { return (probe.path, probe.entry, .local(rule)) }
      return (probe.path, probe.entry, rule.isNegated ? .negated(rule) : .covered(rule))
    }
    let hasLocal = probes.contains { if case .local = $0.verdict { true } else { false } }
    let isChanged = ignoreFiles.contains { $0.change != nil }
    let folds = try foldsCase.get()
    if !hasLocal && !isChanged && unaskable.isEmpty && !folds { return }

    let staged = try scratch { $0.staged.map(redact) }
    if hasLocal { try judgeWithoutLocalRules(staged, folds) }
    if isChanged { try judgeByStagedRules(staged, folds) }
    if !unaskable.isEmpty {
      try judgeElsewhere(unaskable, staged, isChanged ? try scratch { $0.disk.map(redact) } : nil, folds)
    }
    if folds { try judgeWithCase(staged) }
  }

  /// Leaves out what a line takes back in of an entry that is not covered anyway.
  mutating func dropFollowers(_ extra: Set<Path>) {
    let uncovered = Set(
      probes.filter { probe in
        if case .missing = probe.verdict { return entries[probe.entry].tries.contains(probe.path) }
        return false
      }.map(\.entry))
    if uncovered.isEmpty { return }
    probes.removeAll { uncovered.contains($0.entry) && extra.contains($0.path) }
  }

  /// A scratch repository with `.gitignore` files of some version.
  private func scratch(_ version: (IgnoreFile) -> [UInt8]?) throws(GitError) -> ScratchRepository {
    do throws(SystemError) {
      let scratch = try ScratchRepository()
      for file in ignoreFiles {
        if let content = version(file) { try scratch.addFile(file.path, content) }
      }
      return scratch
    } catch {
      throw GitError("the temporary folder: \(error.call): \(error)")
    }
  }

  /// What a scratch repository's files say about paths.
  private func rules(
    for paths: [Path], in scratch: ScratchRepository, ignoreCase: Bool
  ) throws(GitError) -> [IgnoreRule?] {
    var check = try IgnoreCheck(top: top, scope: .shared(scratch, ignoreCase: ignoreCase, inScratch: true))
    let rules = try check.rules(for: paths)
    try check.finish()
    return rules
  }

  /// Where a rule of this machine decides, the repository's own may say the same, or the contrary.
  private mutating func judgeWithoutLocalRules(
    _ scratch: ScratchRepository, _ folds: Bool
  ) throws(GitError) {
    let local = probes.indices.filter { if case .local = probes[$0].verdict { true } else { false } }
    var check = try IgnoreCheck(top: top, scope: .shared(scratch, ignoreCase: folds, inScratch: false))
    for (index, rule) in zip(local, try check.rules(for: local.map { probes[$0].path })) {
      if let rule {
        probes[index].verdict = rule.isNegated ? .negated(rule) : .covered(rule)
      } else if case .local(let here) = probes[index].verdict, here.isNegated {
        probes[index].verdict = .missing
      }
    }
    try check.finish()
  }

  private mutating func judgeByStagedRules(
    _ scratch: ScratchRepository, _ folds: Bool
  ) throws(GitError) {
    let covered = coveredProbes
    let changed = changedPaths
    let rules = try rules(for: covered.map { probes[$0].path }, in: scratch, ignoreCase: folds)
    for (index, rule) in zip(covered, rules) {
      guard case .covered(let here) = probes[index].verdict else { continue }
      if let rule, !rule.isNegated { continue }
      if changed.contains(here.source) {
        probes[index].verdict = .uncommitted(here)
      } else {
        probes[index].verdict = rule.map { .negated($0) } ?? .missing
      }
    }
  }

  /// Judges paths that git cannot be asked about in this working tree.
  ///
  /// - Parameter disk: a scratch repository with the files as they are on the disk; nil when they are
  ///   what is staged.
  private mutating func judgeElsewhere(
    _ asked: [(path: Path, entry: Int)], _ staged: ScratchRepository, _ disk: ScratchRepository?,
    _ folds: Bool
  ) throws(GitError) {
    let paths = asked.map(\.path)
    let changed = changedPaths
    let others = try rules(for: paths, in: staged, ignoreCase: folds)
    let own = try disk.map { (disk) throws(GitError) in try rules(for: paths, in: disk, ignoreCase: folds) }
    for (number, rule) in others.enumerated() {
      var verdict: Verdict = rule.map { $0.isNegated ? .negated($0) : .covered($0) } ?? .missing
      if rule?.isNegated ?? true, let here = own?[number], !here.isNegated, changed.contains(here.source) {
        verdict = .uncommitted(here)
      }
      probes.append((asked[number].path, asked[number].entry, verdict))
    }
  }

  /// Here git takes `.ENV` for `.env`; the git of others does not.
  private mutating func judgeWithCase(_ scratch: ScratchRepository) throws(GitError) {
    let covered = coveredProbes
    let rules = try rules(for: covered.map { probes[$0].path }, in: scratch, ignoreCase: false)
    for (index, rule) in zip(covered, rules) where rule?.isNegated ?? true {
      if case .covered(let here) = probes[index].verdict {
        probes[index].verdict = rule.map { .negated($0) } ?? .caseOnly(here)
      }
    }
  }

  private var changedPaths: Set<Path> { Set(ignoreFiles.filter { $0.change != nil }.map(\.path)) }

  private var coveredProbes: [Int] {
    probes.indices.filter { if case .covered = probes[$0].verdict { true } else { false } }
  }

  /// Whether each path would be covered if the top `.gitignore` had these bytes, and before that as it
  /// is, by what is on the disk alone.
  func trial(
    _ paths: [Path], top content: [UInt8], _ redact: ([UInt8]) -> [UInt8]
  ) throws(GitError) -> [(before: Bool, after: Bool)] {
    func isIgnored(_ rule: IgnoreRule?) -> Bool { rule.map { !$0.isNegated } ?? false }
    let before = try rules(for: paths, in: scratch { $0.disk.map(redact) }, ignoreCase: false)
    let after = try scratch { $0.folder.bytes.isEmpty ? nil : $0.disk.map(redact) }
    do throws(SystemError) { try after.addFile(Path(ignoreFileName), redact(content)) } catch {
      throw GitError("the temporary folder: \(error.call): \(error)")
    }
    let rules = try rules(for: paths, in: after, ignoreCase: false)
    return zip(before, rules).map { (isIgnored($0), isIgnored($1)) }
  }
}
