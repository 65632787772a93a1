// What the next commit would add: the index against HEAD and, while a merge is under way, against
// every other parent.

package import GitStore
import Platform

/// The changes that the index holds.
///
/// - Parameter merged: commits that a merge under way brings in, where git has not noted them yet.
/// - Throws: `GitError` when git fails, or there is no repository.
package func stagedChanges(in repository: GitRepository, merged: [ObjectID] = []) throws(GitError) -> ChangeSet {
  var staged = ChangeSet(commit: nil, changes: [])
  do throws(GitError) {
    staged.changes = try indexChanges(in: repository, over: "HEAD")
    staged.bases = ["HEAD"]
  } catch {
    guard error.status == 128, try isUnborn(repository) else { throw error }
    staged.changes = try indexChanges(in: repository, over: "\(try emptyTree(of: repository))")
  }
  let others = try merged + mergeHeads(of: repository)
  staged.bases += others.map(\.description)
  for head in others {
    // What is as in that parent is not added by the merge.
    let theirs = Dictionary(
      try indexChanges(in: repository, over: "\(head)").map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    staged.changes = staged.changes.compactMap { change in
      guard let other = theirs[change.path] else { return nil }
      var change = change
      change.old += other.old
      return change
    }
  }
  if staged.changes.contains(where: { $0.status == UInt8(ascii: "U") }) {
    staged.changes.removeAll { $0.status == UInt8(ascii: "U") }
    // In a merge every stage is a parent's.
    if others.isEmpty { staged.changes += try unmergedChanges(in: repository) }
  }
  return staged
}

/// The tree without entries, which git knows in every repository.
func emptyTree(of repository: GitRepository) throws(GitError) -> ObjectID {
  let answer = try GitProcess.output(of: repository, ["hash-object", "-t", "tree", "/dev/null"])
  guard let id = ObjectID(digits: answer.utf8) else { throw GitError("git hash-object gave an unexpected answer") }
  return id
}

private func indexChanges(in repository: GitRepository, over tree: String) throws(GitError) -> [Change] {
  var git = try GitProcess.start(
    in: repository,
    [
      "diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative",
      "--ignore-submodules=none", tree, "--",
    ])
  return try parse(&git).first?.changes ?? []
}

/// Of an unmerged path: what is about to be taken over (stage 3) against our own version (stage 2).
private func unmergedChanges(in repository: GitRepository) throws(GitError) -> [Change] {
  let top = try GitProcess.output(of: repository, ["rev-parse", "--show-cdup"])
  let listing = try GitProcess.outputBytes(
    of: repository, ["ls-files", "--unmerged", "--full-name", "-z", "--", top.isEmpty ? "." : top])
  var stages: [Path: [UInt8: (mode: String, id: ObjectID)]] = [:]
  for record in listing.split(separator: 0) {
    guard let tab = record.firstIndex(of: 0x09) else { throw GitError("git listed a record of an unknown form") }
    let fields = record[..<tab].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 3, let id = ObjectID(digits: fields[1].utf8), let stage = fields[2].utf8.first else {
      throw GitError("git listed a record of an unknown form")
    }
    stages[Path(record[(tab + 1)...]), default: [:]][stage] = (fields[0], id)
  }
  return stages.compactMap { path, stages in
    guard let theirs = stages[UInt8(ascii: "3")], theirs.mode != "160000" else { return nil }
    let ours = stages[UInt8(ascii: "2")].map { [$0.id] } ?? []
    return Change(
      path: path, old: ours, new: theirs.id, isLink: theirs.mode == "120000",
      status: UInt8(ascii: "U"))
  }.sorted { $0.path < $1.path }
}

/// Whether HEAD names a branch that has no commit yet.
private func isUnborn(_ repository: GitRepository) throws(GitError) -> Bool {
  do throws(GitError) {
    _ = try GitProcess.output(of: repository, ["rev-parse", "--verify", "--quiet", "HEAD"])
    return false
  } catch {
    guard error.status == 1 else { throw error }
    _ = try GitProcess.output(of: repository, ["symbolic-ref", "--quiet", "HEAD"])
    return true
  }
}

/// The commits that a merge under way brings in; git keeps them in MERGE_HEAD, one a line.
private func mergeHeads(of repository: GitRepository) throws(GitError) -> [ObjectID] {
  // Mostly there is none, and no process is needed to see that. Where one seems to be, git says where
  // its own is: a folder of the working tree may only look like a repository.
  guard mayHaveMergeHead(repository) else { return [] }
  var answer = try GitProcess.outputBytes(of: repository, ["rev-parse", "--git-path", "MERGE_HEAD"])
  while answer.last == 0x0A { answer.removeLast() }
  let text: [UInt8]
  do throws(SystemError) { text = try readRegularFile(repository.path(answer), limit: 1 << 20) } catch {
    if error.code == SystemError.noSuchFile { return [] }
    throw GitError("MERGE_HEAD cannot be read: \(error)")
  }
  var heads: [ObjectID] = []
  for line in text.split(separator: 0x0A) {
    guard let head = ObjectID(digits: line) else { throw GitError("MERGE_HEAD holds a line that is no commit") }
    heads.append(head)
  }
  return heads
}

private func mayHaveMergeHead(_ repository: GitRepository) -> Bool {
  if environmentVariable("GIT_DIR") != nil { return true }
  guard let here = try? canonicalPath(repository.folder), let store = try? Repository(containing: here) else {
    return true
  }
  return (try? FileStatus.of(store.gitFolder.appending("MERGE_HEAD".utf8))) != nil
}

/// Reads all of a raw diff.
func parse(_ git: inout GitProcess) throws(GitError) -> [ChangeSet] {
  var parser = RawDiffParser()
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  while true {
    let count = try git.read(into: buffer)
    if count == 0 { break }
    try parser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
  try git.finish()
  try parser.finish()
  return parser.sets
}
