// The `.gitignore` files of a repository, each on disk and as staged: others get the staged content.

import GitCommand
import Platform

/// A `.gitignore`.
struct IgnoreFile: Sendable {
  enum Change: String, Sendable {
    case untracked, modified, deleted
    case conflicted = "in conflict"
    /// A symbolic link, on the disk or staged, which git does not follow.
    case link
    /// A sparse checkout leaves it out, which is no change to commit.
    case absent
  }

  let path: Path
  /// nil if git reads no file here.
  let disk: [UInt8]?
  /// nil if no file is staged.
  let staged: [UInt8]?
  /// What makes the one differ from the other; nil when nothing does.
  let change: Change?

  /// Relative to the top.
  var folder: Path { path.parent ?? Path("") }
}

enum IgnoreFiles {
  /// Compares the files on disk with the staged ones. Asks git for the latter only if sizes and times do not
  /// settle it.
  static func compare(
    _ details: IndexDetails, _ onDisk: [IgnoreFileOnDisk], top: Path
  ) throws(GitError) -> [IgnoreFile] {
    let disk = Dictionary(onDisk.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    let open = details.ignoreFiles.filter { file in
      guard file.isFile else { return false }
      guard let here = disk[file.path], let status = here.status, here.content != nil else { return true }
      return !file.isUnchanged(status)
    }
    let contents = Dictionary(
      zip(open.map(\.path), try blobs(in: .workTree(top), open.map(\.id))), uniquingKeysWith: { first, _ in first })
    var files: [IgnoreFile] = []
    for file in details.ignoreFiles {
      let here = disk[file.path]
      let staged = file.isFile ? contents[file.path] ?? here?.content : nil
      if let staged, let line = IgnoreLines.endless(staged) {
        throw GitError(
          "\(shown(file.path)) as it is staged: git would not finish with line \(line), which has too many '**'")
      }
      files.append(
        IgnoreFile(
          path: file.path, disk: here?.content, staged: staged, change: change(file, here, staged)))
    }
    var known = Set(files.map(\.path))
    for file in onDisk where known.insert(file.path).inserted {
      let change: IgnoreFile.Change =
        details.conflicts.contains(file.path) ? .conflicted : file.isLink ? .link : .untracked
      files.append(IgnoreFile(path: file.path, disk: file.content, staged: nil, change: change))
    }
    for path in details.conflicts.sorted()
    where path.lastComponent.elementsEqual(ignoreFileName) && !known.contains(path) {
      files.append(IgnoreFile(path: path, disk: nil, staged: nil, change: .conflicted))
    }
    return files
  }

  private static func change(
    _ file: IndexedFile, _ disk: IgnoreFileOnDisk?, _ staged: [UInt8]?
  ) -> IgnoreFile.Change? {
    if !file.isFile { return .link }
    guard let disk else { return file.isSkipped ? .absent : .deleted }
    if disk.isLink { return .link }
    guard let content = disk.content, let staged else { return .modified }
    return withoutCarriageReturns(content) == withoutCarriageReturns(staged) ? nil : .modified
  }
}
