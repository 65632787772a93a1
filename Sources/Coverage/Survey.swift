// The state of a repository that matters for coverage: which rule applies to each probe, on this machine and for
// everyone else, and what git tracks. It takes two git processes for any number of folders, and a few more if
// `.gitignore` files are not committed or rules of this machine interfere.

import GitCommand
import Inputs
package import Platform

/// Why a survey could not be made, or not in full.
package struct SurveyProblem: Error, Sendable {
  /// Relative to the top; empty when it is not one folder's.
  package let path: Path
  package let reason: String
}

package struct Survey: Sendable {
  let top: Path
  let entries: [CoverageEntry]
  /// One for each probe, in the order of folders.
  var probes: [(path: Path, entry: Int, verdict: Verdict)] = []
  /// Names that must stay committable, at the top, and the rule that ignores each.
  private(set) var ignoredKeeps: [(path: Path, entry: Int, rule: IgnoreRule)] = []
  private(set) var tracked: [(file: TrackedFile, entry: Int)] = []
  /// Files that are not tracked, and the rule by which git leaves each alone here, or takes it.
  private(set) var existing: [(path: Path, entry: Int, rule: IgnoreRule?)] = []
  /// Every `.gitignore` that is tracked or in a folder with tracked files.
  private(set) var ignoreFiles: [IgnoreFile] = []
  /// Of those that are not tracked, the ones that git ignores.
  private(set) var ignoredIgnoreFiles: Set<Path> = []
  /// Paths in conflict.
  let conflicts: Set<Path>
  let buildFiles: [Path]
  /// Repositories inside this one, which have to be checked on their own.
  package let nested: [Path]
  package let problems: [SurveyProblem]
  package let folderCount: Int
  package let trackedCount: Int
  package var probeCount: Int { probes.count }

  /// Looks at a repository.
  ///
  /// - Parameters:
  ///   - top: of its working tree, absolute and without links.
  ///   - redact: takes the secrets out of a text. A `.gitignore` that holds one is copied into the
  ///     temporary folder without it.
  package init(
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
      problems.append(SurveyProblem(path: Path(""), reason: "there are more lines with '!' than can be tested"))
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

    let keeps = entries.enumerated().filter { $1.grade != .suggested }.flatMap { index, entry in
      entry.keep.map { ($0, index) }
    }
    let examples = keeps.map { CoverageEntry.example(of: $0.0) }
    for ((keep, example), rule) in zip(zip(keeps, examples), try check.rules(for: examples)) {
      guard let rule, !rule.isNegated, rule.isShared(deciding: example) else { continue }
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
}
