// The state of a repository as far as coverage goes: git is asked which rule decides about each
// probe, for this machine and for everyone who has the repository, and what it tracks. Two git
// processes whatever the number of folders, and a few more where `.gitignore` files are not committed
// or rules of this machine get in the way.

import Git
import Inputs
public import POSIX

/// What becomes of a name.
enum Verdict: Sendable {
  /// Everyone who has the repository has this rule.
  case covered(IgnoreRule)
  /// The rule is in a `.gitignore` that is not staged or committed as it stands.
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

/// Why a survey could not be made, or not in full.
public struct SurveyProblem: Error, Sendable {
  /// Relative to the top; empty when it is not one folder's.
  public let path: Path
  public let reason: String
}

public struct Survey: Sendable {
  let top: Path
  let entries: [CoverageEntry]
  /// One for each probe, in the order of folders.
  private(set) var probes: [(path: Path, entry: Int, verdict: Verdict)] = []
  /// Names that must stay committable, at the top, and the rule that ignores each.
  private(set) var ignoredKeeps: [(path: Path, entry: Int, rule: IgnoreRule)] = []
  private(set) var tracked: [(file: TrackedFile, entry: Int)] = []
  /// Files that are not tracked, and the rule by which git leaves each alone here, or takes it.
  private(set) var existing: [(path: Path, entry: Int, rule: IgnoreRule?)] = []
  /// Every `.gitignore` that is tracked, or lies in a folder that holds tracked files.
  private(set) var ignoreFiles: [IgnoreFile] = []
  /// Of those that are not tracked, the ones that git ignores.
  private(set) var ignoredIgnoreFiles: Set<Path> = []
  /// Paths in conflict.
  let conflicts: Set<Path>
  let buildFiles: [Path]
  /// Repositories inside this one, which have to be checked on their own.
  public let nested: [Path]
  public let problems: [SurveyProblem]
  public let folderCount: Int
  public let trackedCount: Int
  public var probeCount: Int { probes.count }

  /// Looks at a repository.
  ///
  /// - Parameters:
  ///   - top: of its working tree, absolute and without links.
  ///   - redact: takes the secrets out of a text. A `.gitignore` that holds one is copied into the
  ///     temporary folder without it.
  public init(
    top: Path, entries: CoverageEntries, redact: ([UInt8]) -> [UInt8]
  ) throws(SurveyProblem) {
    do throws(GitError) {
      self = try Self.make(top, entries.active, redact)
    } catch {
      throw SurveyProblem(path: Path(""), reason: error.reason)
    }
  }

  private static func make(
    _ top: Path, _ entries: [CoverageEntry], _ redact: ([UInt8]) -> [UInt8]
  ) throws(GitError) -> Survey {
    let root: Folder
    do throws(SystemError) { root = Folder(try .openFolder(top)) } catch {
      throw GitError("the top folder cannot be opened: \(error)")
    }
    let reading = DetailsReading(top: top)
    let index = try TrackedIndex.read(top: top, entries: entries)
    let details = try reading.wait()
    var check = try IgnoreCheck(top: top, scope: .machine)
    var folders = FolderSurvey(top: top, root: root, entries: entries)
    for folder in index.folders {
      let count = folders.probes.count
      folders.read(folder, tracked: index.folderSet, submodules: details.submodules, isProbed: true)
      if let obstacle = folders.obstacle { throw obstacle }
      try check.ask(folders.probes[count...].map(\.path))
    }
    let ignoreFiles = try IgnoreFiles.compare(details, folders.ignoreFiles, top: top)
    let count = folders.probes.count
    let foldsCase = LazyCase(top: top)
    let isWhole = folders.addReinclusions(
      ignoreFiles, entries, index.folders, details.submodules, foldingCase: try foldsCase.get())
    try check.ask(folders.probes[count...].map(\.path))
    let machine = try check.collect()
    try folders.readUnlisted(index.folderSet, details.submodules, &check)

    var problems = folders.problems.map { SurveyProblem(path: $0.path, reason: $0.reason) }
    if !isWhole {
      problems.append(SurveyProblem(path: Path(""), reason: "there are more lines with '!' than can be tried out"))
    }
    var survey = Survey(
      top: top, entries: entries, conflicts: details.conflicts, buildFiles: folders.buildFiles,
      nested: folders.nested.sorted(), problems: problems, folderCount: index.folders.count,
      trackedCount: index.count)
    try survey.addFiles(index, folders.existing, &check, foldsCase)
    survey.ignoreFiles = ignoreFiles
    let untracked = ignoreFiles.filter { $0.change == .untracked }.map(\.path)
    for (path, rule) in zip(untracked, try check.rules(for: untracked)) {
      if let rule, !rule.isNegated { survey.ignoredIgnoreFiles.insert(path) }
    }

    let keeps = entries.enumerated().flatMap { index, entry in entry.keep.map { ($0, index) } }
    for (keep, rule) in zip(keeps, try check.rules(for: keeps.map(\.0))) {
      guard let rule, !rule.isNegated, rule.isShared(deciding: keep.0) else { continue }
      survey.ignoredKeeps.append((keep.0, keep.1, rule))
    }
    try check.finish()
    try survey.judge(folders.probes, machine, unaskable: folders.unaskable, redact, foldsCase)
    survey.dropFollowers(folders.extra)
    return survey
  }

  private init(
    top: Path, entries: [CoverageEntry], conflicts: Set<Path>, buildFiles: [Path], nested: [Path],
    problems: [SurveyProblem], folderCount: Int, trackedCount: Int
  ) {
    self.top = top
    self.entries = entries
    self.conflicts = conflicts
    self.buildFiles = buildFiles
    self.nested = nested
    self.problems = problems
    self.folderCount = folderCount
    self.trackedCount = trackedCount
  }

  // MARK: Files

  private mutating func addFiles(
    _ index: TrackedIndex, _ existing: [ExistingFile], _ check: inout IgnoreCheck,
    _ foldsCase: LazyCase
  ) throws(GitError) {
    for (file, match) in index.matches {
      guard try match.isExact ? true : foldsCase.get() else { continue }
      tracked.append((file, match.entry))
    }
    let known = Set(index.matches.map(\.file.path))
    var files: [ExistingFile] = []
    for file in existing where !known.contains(file.path) {
      if try match(file, foldsCase) { files.append(file) }
    }
    files.sort { $0.path < $1.path }
    for (file, rule) in zip(files, try check.rules(for: files.map(\.path))) {
      self.existing.append((file.path, file.match.entry, rule))
    }
  }

  private func match(_ file: ExistingFile, _ foldsCase: LazyCase) throws(GitError) -> Bool {
    try file.match.isExact ? true : foldsCase.get()
  }

  // MARK: Verdicts

  /// Works out what each probe's rule is worth to others.
  private mutating func judge(
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
  private mutating func dropFollowers(_ extra: Set<Path>) {
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
    let changed = changedIgnoreFiles
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
    let changed = changedIgnoreFiles
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

  private var changedIgnoreFiles: Set<Path> { Set(ignoreFiles.filter { $0.change != nil }.map(\.path)) }

  private var coveredProbes: [Int] {
    probes.indices.filter { if case .covered = probes[$0].verdict { true } else { false } }
  }
}

extension Survey {
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

extension FolderSurvey {
  /// Adds what has to be tried because of lines that take paths back in.
  ///
  /// - Returns: whether there was room for all.
  fileprivate mutating func addReinclusions(
    _ files: [IgnoreFile], _ entries: [CoverageEntry], _ folders: [Path], _ submodules: Set<Path>,
    foldingCase: Bool
  ) -> Bool {
    var lines: [Reinclusion] = []
    for file in files {
      if let disk = file.disk { lines += IgnoreLines.reinclusions(disk, in: file.folder, foldingCase: foldingCase) }
      if file.change != nil, let staged = file.staged {
        lines += IgnoreLines.reinclusions(staged, in: file.folder, foldingCase: foldingCase)
      }
    }
    if lines.isEmpty { return true }
    var extra = ReinclusionProbes(entries, known: Set((probes + unaskable).map(\.path)))
    let isWhole = extra.add(lines, folders: folders, own: files.map(\.folder))
    for (path, entry) in extra.probes where !isWithin(path, submodules) {
      addChecked(path, entry)
      self.extra.insert(path)
    }
    return isWhole
  }

  private func isWithin(_ path: Path, _ folders: Set<Path>) -> Bool {
    var folder = folders.isEmpty ? nil : path.parent
    while let here = folder {
      if folders.contains(here) { return true }
      folder = here.parent
    }
    return false
  }

  /// Reads the folders without tracked files that git would look into, and those that are about
  /// secrets.
  fileprivate mutating func readUnlisted(
    _ tracked: Set<Path>, _ submodules: Set<Path>, _ check: inout IgnoreCheck
  ) throws(GitError) {
    while !unlisted.isEmpty {
      let folders = unlisted.sorted()
      unlisted.removeAll()
      for (folder, rule) in zip(folders, try check.rules(for: folders)) {
        if let rule, !rule.isNegated, !isAboutSecrets(folder) { continue }
        read(folder, tracked: tracked, submodules: submodules, isProbed: false)
        if let obstacle { throw obstacle }
      }
    }
  }
}
