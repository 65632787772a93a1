// What git tracks: the paths of the index, the paths of the last commit that are no longer in the index, and the
// contents of blobs. Source: git-ls-files(1), git-cat-file(1).

package import GitStore
package import Platform

/// A path that git tracks.
package struct TrackedFile: Sendable {
  /// Relative to the top.
  package let path: Path
  /// Whether git assumes that the file does not change.
  package let isAssumedUnchanged: Bool
  /// Whether git leaves the file out of the working tree, or ignores it there.
  package let isSkipped: Bool
  /// It is in the last commit and no longer in the index, or it is in conflict.
  package let isDropped: Bool
}

/// Calls `visit` once with each path of the index and of the last commit, in byte order.
///
/// - Parameter top: of the working tree, absolute.
package func listTracked(top: Path, visit: (TrackedFile) -> Void) throws(GitError) {
  let arguments = ["ls-files", "-z", "-t", "-v", "--cached"]
  do throws(GitError) {
    try listTracked(top, arguments + ["--with-tree=HEAD"], visit)
  } catch {
    // A repository without a commit has no such tree; any other has to have it.
    guard error.status != nil, try isUnborn(top: top) else { throw error }
    try listTracked(top, arguments, visit)
  }
}

private func listTracked(
  _ top: Path, _ arguments: [String], _ visit: (TrackedFile) -> Void
) throws(GitError) {
  var git = try GitProcess.start(
    in: .workTree(top), options: ["--work-tree=."], arguments)
  var last = Path("")
  // `TAG SP PATH`; a path in conflict comes once a stage.
  try git.readRecords { record in
    if record.count > 2, !record[2...].elementsEqual(last.bytes) {
      last = Path(record[2...])
      let tag = record[0]
      visit(
        TrackedFile(
          path: last, isAssumedUnchanged: tag >= UInt8(ascii: "a"),
          isSkipped: tag | 0x20 == UInt8(ascii: "s"), isDropped: tag | 0x20 == UInt8(ascii: "m")))
    }
  }
}

private func isUnborn(top: Path) throws(GitError) -> Bool {
  var git = try GitProcess.start(
    in: .workTree(top), ["rev-parse", "--quiet", "--verify", "HEAD"])
  _ = try git.readAll(limit: 256)
  do throws(GitError) { try git.finish() } catch { return error.status == 1 }
  return false
}

/// What the blobs with these IDs hold.
///
/// - Throws: `GitError`, also when one of them is not in the repository.
package func blobs(in repository: GitRepository, _ ids: [ObjectID]) throws(GitError) -> [[UInt8]] {
  if ids.isEmpty { return [] }
  let questions = Array(ids.map { "\($0)\n" }.joined().utf8)
  var git = try GitProcess.start(
    in: repository, ["cat-file", "--batch", "--buffer"], takesInput: true)
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  var answers: [UInt8] = []
  var sent = 0
  while true {
    if sent == questions.count { git.endInput() }
    let (written, read) = try questions.withUnsafeBufferPointer { (bytes) throws(GitError) in
      try git.exchange(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[sent...]), into: buffer)
    }
    sent += written
    guard let read else { continue }
    if read == 0 { break }
    answers.append(contentsOf: buffer[..<read])
    if answers.count > longestAnswers { throw GitError("the .gitignore files are too large") }
  }
  try git.finish()
  return try parseBatch(answers, ids)
}

/// Bytes of all blobs together.
private let longestAnswers = 256 << 20

/// `ID SP TYPE SP SIZE LF CONTENT LF`, or `ID SP missing LF`, for each ID.
private func parseBatch(_ answers: [UInt8], _ ids: [ObjectID]) throws(GitError) -> [[UInt8]] {
  var contents: [[UInt8]] = []
  var at = 0
  for id in ids {
    guard let end = answers[at...].firstIndex(of: 0x0A) else {
      throw GitError("git cat-file ended before answering")
    }
    let head = answers[at..<end].split(separator: UInt8(ascii: " "))
    at = end + 1
    guard head.count == 3, let size = Int(String(decoding: head[2], as: UTF8.self)),
      size >= 0, size < answers.count - at, head[1].elementsEqual("blob".utf8)
    else { throw GitError("the object \(id) of a staged .gitignore is missing or no file") }
    let content = Array(answers[at..<(at + size)])
    try check(content, id)
    contents.append(content)
    at += size + 1
  }
  return contents
}

private func check(_ content: [UInt8], _ id: ObjectID) throws(GitError) {
  var hash = ObjectHash(id.format, kind: "blob", size: content.count)
  content.withUnsafeBytes { hash.add($0) }
  if hash.finish() != id { throw GitError(forgedObject(id)) }
}

extension GitProcess {
  /// Calls `visit` with each NUL-terminated record of git's output, to its end.
  mutating func readRecords(_ visit: ([UInt8]) -> Void) throws(GitError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    var record: [UInt8] = []
    while true {
      let count = try read(into: buffer)
      if count == 0 { break }
      var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])[...]
      while let end = rest.firstIndex(of: 0) {
        record.append(contentsOf: rest[..<end])
        rest = rest[(end + 1)...]
        visit(record)
        record.removeAll(keepingCapacity: true)
      }
      record.append(contentsOf: rest)
    }
    try finish()
  }

  /// All of git's output.
  ///
  /// - Throws: `GitError` when it is longer than `limit` bytes.
  mutating func readAll(limit: Int) throws(GitError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit + 1, alignment: 1)
    defer { buffer.deallocate() }
    var count = 0
    while count <= limit {
      let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if read == 0 { return Array(buffer[..<count]) }
      count += read
    }
    throw GitError("git answered more than was expected")
  }
}
