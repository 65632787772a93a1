// What an index records about its .gitignore files besides their paths, and its conflicts and nested
// repositories. The file is read directly, so that a .gitignore with the size and times that git recorded
// does not have to be compared with the staged content.
// Source: gitformat-index(5), "The Git index file has the following format".

package import GitStore
package import Platform

/// A `.gitignore` of the index.
package struct IndexedFile: Sendable {
  package let path: Path
  package let id: ObjectID
  /// Whether it is a regular file. git follows no symbolic link to a `.gitignore`.
  package let isFile: Bool
  /// Whether git leaves it out of the working tree: a sparse checkout.
  package let isSkipped: Bool
  /// Size and times that git recorded when the file was identical to the staged content; nil if they prove
  /// nothing.
  fileprivate let noted: [UInt32]?

  /// Whether the file with this status is what is staged: neither its size nor its times, number,
  /// device or owner have changed, and it is older than the index.
  package func isUnchanged(_ status: FileStatus) -> Bool {
    guard let noted else { return false }
    let (changed, modified) = (status.changed, status.modified)
    let now: [UInt32] = [
      UInt32(truncatingIfNeeded: changed.seconds), UInt32(truncatingIfNeeded: changed.nanoseconds),
      UInt32(truncatingIfNeeded: modified.seconds), UInt32(truncatingIfNeeded: modified.nanoseconds),
      UInt32(truncatingIfNeeded: status.device), UInt32(truncatingIfNeeded: status.inode),
      status.owner, status.group, UInt32(truncatingIfNeeded: status.size),
    ]
    return now == noted
  }
}

package struct IndexDetails: Sendable {
  /// The `.gitignore` files, once each, those in conflict left out.
  package private(set) var ignoreFiles: [IndexedFile] = []
  /// Paths in conflict: there is more than one version of them.
  package private(set) var conflicts: Set<Path> = []
  /// Submodules.
  package private(set) var submodules: Set<Path> = []

  /// - Parameter top: of the working tree, absolute and without links.
  package static func read(top: Path) throws(GitError) -> IndexDetails {
    if let details = IndexDetails(indexOf: top) { return details }
    return try IndexDetails(asking: top)
  }

  /// nil for an index that only git can read: one in two files, or with folders in the place of files.
  private init?(indexOf top: Path) {
    guard let folder = Repository.pointedFolder(top.appending(".git".utf8)),
      let repository = try? Repository(gitFolder: folder, top: top),
      let file = try? Descriptor.openFile(folder.appending("index".utf8)),
      let status = try? file.status(), status.kind == .file,
      let mapped = try? MappedFile(file, size: status.size)
    else { return nil }
    var details = IndexDetails()
    var hasFolders = false
    let end = readIndex(mapped.bytes, repository.format) { record, path in
      let mode = record.number(6)
      if mode & 0o170000 == 0o040000 { hasFolders = true }
      let stage = record.flags >> 12 & 3
      guard stage != 0 || mode & 0o170000 == 0o160000 || isIgnoreFile(path) else { return }
      details.add(
        path, mode: mode, stage: stage, id: record.id,
        isSkipped: record.moreFlags & 0x4000 != 0, noted: noted(record, status))
    }
    guard let end, !hasFolders, !hasLink(mapped.bytes, from: end, repository.format) else { return nil }
    self = details
  }

  private init(asking top: Path) throws(GitError) {
    var git = try GitProcess.start(
      in: .workTree(top), options: ["--work-tree=."], ["ls-files", "-z", "-t", "--stage"])
    var found: GitError?
    // `TAG SP MODE SP ID SP STAGE TAB PATH`
    try git.readRecords { record in
      guard let tab = record.firstIndex(of: 0x09) else { return }
      let words = record[..<tab].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard words.count == 4, let mode = UInt32(words[1], radix: 8), let id = ObjectID(digits: words[2].utf8),
        let stage = Int(words[3])
      else {
        found = GitError("git ls-files gave an answer that cannot be read")
        return
      }
      add(
        Array(record[(tab + 1)...]), mode: mode, stage: stage, id: id,
        isSkipped: words[0] == "S", noted: nil)
    }
    if let found { throw found }
  }

  private init() {}

  private mutating func add(
    _ name: [UInt8], mode: UInt32, stage: Int, id: ObjectID, isSkipped: Bool, noted: [UInt32]?
  ) {
    if stage != 0 {
      conflicts.insert(Path(name))
    } else if mode & 0o170000 == 0o160000 {
      submodules.insert(Path(name))
    } else if isIgnoreFile(name) {
      ignoreFiles.append(
        IndexedFile(
          path: Path(name), id: id, isFile: mode & 0o170000 == 0o100000, isSkipped: isSkipped,
          noted: noted))
    }
  }
}

private func isIgnoreFile(_ path: [UInt8]) -> Bool {
  let name = ".gitignore".utf8
  guard path.count >= name.count, path.suffix(name.count).elementsEqual(name) else { return false }
  return path.count == name.count || path[path.count - name.count - 1] == UInt8(ascii: "/")
}

/// What is noted of a file; nil where the file could have been changed later and look the same,
/// because it is no older than the index.
private func noted(_ record: IndexRecord, _ index: FileStatus) -> [UInt32]? {
  let seconds = UInt32(truncatingIfNeeded: index.modified.seconds)
  let nanoseconds = UInt32(truncatingIfNeeded: index.modified.nanoseconds)
  let (fileSeconds, fileNanoseconds) = (record.number(2), record.number(3))
  guard fileSeconds < seconds || (fileSeconds == seconds && fileNanoseconds < nanoseconds) else { return nil }
  // Without the mode, which is of no matter here.
  return [0, 1, 2, 3, 4, 5, 7, 8, 9].map { record.number($0) }
}

/// Whether the entries are those of another file, changed by this one.
private func hasLink(_ bytes: UnsafeRawBufferPointer, from start: Int, _ format: ObjectFormat) -> Bool {
  guard let base = bytes.baseAddress else { return true }
  var at = start
  while at + 8 <= bytes.count - format.length {
    if bytes[at..<(at + 4)].elementsEqual("link".utf8) { return true }
    at += 8 + Int(bigEndian32(base + at + 4))
  }
  return false
}
