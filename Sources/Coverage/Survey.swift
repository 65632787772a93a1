// The state of a repository as far as coverage goes: git is asked which rule decides about each
// probe, for this machine and for everyone who has the repository, and what it tracks. Three git
// processes whatever the number of folders, and up to three more where `.gitignore` files are not
// committed or rules of this machine get in the way.

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
  /// The rule takes the name back in.
  case negated(IgnoreRule)
  /// No rule decides.
  case missing
}

/// A `.gitignore` that differs from what is staged.
struct ChangedIgnoreFile: Sendable {
  enum Change: String, Sendable { case untracked, modified, deleted }
  let path: Path
  let change: Change
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
  private(set) var changedFiles: [ChangedIgnoreFile] = []
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
    let index = try TrackedIndex.read(top: top, entries: entries)
    let staging = StagedFiles(index.ignoreFiles, top: top)
    var check = try IgnoreCheck(top: top, scope: .machine)
    var folders = FolderSurvey(root: root, entries: entries)
    for folder in index.folders {
      let count = folders.probes.count
      folders.read(folder, tracked: index.folderSet, isProbed: true)
      try check.ask(folders.probes[count...].map(\.path))
    }
    let machine = try check.collect()
    try folders.readUnlisted(index.folderSet, &check)

    var survey = Survey(
      top: top, entries: entries, buildFiles: folders.buildFiles, nested: folders.nested.sorted(),
      problems: folders.problems.map { SurveyProblem(path: $0.path, reason: $0.reason) },
      folderCount: index.folders.count, trackedCount: index.count)
    let foldsCase = LazyCase(top: top)
    try survey.addFiles(index, folders.existing, &check, foldsCase)
    let staged = try staging.wait()
    survey.compare(index.ignoreFiles, staged, onDisk: folders.ignoreFiles)

    let keeps = entries.enumerated().flatMap { index, entry in entry.keep.map { ($0, index) } }
    for (keep, rule) in zip(keeps, try check.rules(for: keeps.map(\.0))) {
      guard let rule, !rule.isNegated, rule.isShared(deciding: keep.0) else { continue }
      survey.ignoredKeeps.append((keep.0, keep.1, rule))
    }
    try check.finish()
    try survey.judge(
      folders.probes, machine, isHampered: folders.isHampered,
      staged: zip(index.ignoreFiles, staged).map { ($0, $1.map(redact)) }, foldsCase)
    return survey
  }

  private init(
    top: Path, entries: [CoverageEntry], buildFiles: [Path], nested: [Path],
    problems: [SurveyProblem], folderCount: Int, trackedCount: Int
  ) {
    self.top = top
    self.entries = entries
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

  /// Finds the `.gitignore` files that are not what is staged.
  private mutating func compare(
    _ tracked: [Path], _ staged: [[UInt8]?], onDisk: [(path: Path, content: [UInt8]?)]
  ) {
    let contents = Dictionary(onDisk.map { ($0.path, $0.content) }, uniquingKeysWith: { first, _ in first })
    for (path, content) in zip(tracked, staged) {
      let disk = contents[path] ?? nil
      if let disk, let content, withoutCarriageReturns(disk) == withoutCarriageReturns(content) {
        continue
      }
      changedFiles.append(ChangedIgnoreFile(path: path, change: disk == nil ? .deleted : .modified))
    }
    let known = Set(tracked)
    for (path, _) in onDisk where !known.contains(path) {
      changedFiles.append(ChangedIgnoreFile(path: path, change: .untracked))
    }
  }

  // MARK: Verdicts

  /// Works out what each probe's rule is worth to others.
  private mutating func judge(
    _ asked: [(path: Path, entry: Int)], _ machine: [IgnoreRule?], isHampered: Bool,
    staged: [(path: Path, content: [UInt8]?)], _ foldsCase: LazyCase
  ) throws(GitError) {
    probes = zip(asked, machine).map { probe, rule in
      guard let rule else { return (probe.path, probe.entry, .missing) }
      if !rule.isShared(deciding: probe.path) { return (probe.path, probe.entry, .local(rule)) }
      return (probe.path, probe.entry, rule.isNegated ? .negated(rule) : .covered(rule))
    }
    let hasLocal = probes.contains { if case .local = $0.verdict { true } else { false } }
    let isChanged = isHampered || !changedFiles.isEmpty
    if !hasLocal && !isChanged { return }

    let scratch: ScratchRepository
    do throws(SystemError) {
      scratch = try ScratchRepository()
      for file in staged {
        if let content = file.content { try scratch.addFile(file.path, content) }
      }
    } catch {
      throw GitError("the temporary folder: \(error.call): \(error)")
    }
    if hasLocal { try judgeWithoutLocalRules(scratch, foldsCase) }
    if isChanged { try judgeByStagedRules(scratch, foldsCase) }
  }

  /// Where a rule of this machine decides, the repository's own may say the same, or the contrary.
  private mutating func judgeWithoutLocalRules(
    _ scratch: ScratchRepository, _ foldsCase: LazyCase
  ) throws(GitError) {
    let local = probes.indices.filter { if case .local = probes[$0].verdict { true } else { false } }
    var check = try IgnoreCheck(
      top: top, scope: .shared(scratch, ignoreCase: try foldsCase.get(), staged: false))
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
    _ scratch: ScratchRepository, _ foldsCase: LazyCase
  ) throws(GitError) {
    let covered = probes.indices.filter { if case .covered = probes[$0].verdict { true } else { false } }
    let changed = Set(changedFiles.map(\.path))
    var check = try IgnoreCheck(
      top: top, scope: .shared(scratch, ignoreCase: try foldsCase.get(), staged: true))
    for (index, rule) in zip(covered, try check.rules(for: covered.map { probes[$0].path })) {
      guard case .covered(let here) = probes[index].verdict else { continue }
      if let rule, !rule.isNegated { continue }
      if changed.contains(here.source) {
        probes[index].verdict = .uncommitted(here)
      } else {
        probes[index].verdict = rule.map { .negated($0) } ?? .missing
      }
    }
    try check.finish()
  }
}

extension FolderSurvey {
  /// Reads the folders without tracked files that git would look into, and those that are about
  /// secrets.
  fileprivate mutating func readUnlisted(
    _ tracked: Set<Path>, _ check: inout IgnoreCheck
  ) throws(GitError) {
    while !unlisted.isEmpty {
      let folders = unlisted.sorted()
      unlisted.removeAll()
      for (folder, rule) in zip(folders, try check.rules(for: folders)) {
        if let rule, !rule.isNegated, !isAboutSecrets(folder) { continue }
        read(folder, tracked: tracked, isProbed: false)
      }
    }
  }
}
