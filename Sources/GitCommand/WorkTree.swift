// What git knows about a working tree: its top, and the files that are tracked or not ignored.
// Source: git-ls-files(1), gitrepository-layout(5).

import Bytes
import GitStore
package import Platform

/// Whether `folder`, which is open, is the top of a working tree: it holds a `.git` that git would
/// take for a repository, or for a pointer to one.
package func isWorkTreeTop(_ folder: borrowing Descriptor) -> Bool {
  let git = Path(".git")
  guard let kind = try? FileStatus.of(git, in: folder.number).kind else { return false }
  switch kind {
  case .file:
    guard let file = try? Descriptor.openFile(git, in: folder.number) else { return false }
    let start = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
    defer { start.deallocate() }
    guard let count = try? file.read(into: start), count == 8 else { return false }
    return start.elementsEqual("gitdir: ".utf8)
  case .folder, .link:
    return ["HEAD", "objects", "refs"].allSatisfy {
      (try? FileStatus.of(Path(".git/\($0)"), in: folder.number)) != nil
    }
  case .special: return false
  }
}

/// Whether git takes the folder for the top of another repository, and adds nothing of it. A
/// `.git` that leads nowhere, or has no sound HEAD, makes it none: git goes on into the folder.
package func isOtherRepository(_ folder: Path) -> Bool {
  guard let git = Repository.pointedFolder(folder.appending(".git".utf8)), Repository.isGitFolder(git) else {
    return false
  }
  let head = git.appending("HEAD".utf8)
  if let kind = try? FileStatus.of(head).kind, kind == .link {
    return (try? linkTarget(head))?.starts(with: "refs/".utf8) ?? false
  }
  guard let text = try? readRegularFile(head, limit: 65_536) else { return false }
  if text.starts(with: "ref:".utf8) {
    return text.dropFirst(4).drop { $0 == 0x20 || $0 == 0x09 }.starts(with: "refs/".utf8)
  }
  return text.prefix { hexValue($0) != nil }.count >= ObjectFormat.sha1.length * 2
}

/// The top of the working tree that contains `path`, absolute and without links; nil outside of one.
package func workTreeTop(of path: Path) -> Path? {
  var candidate: Path? = path
  while let folder = candidate {
    if let open = try? Descriptor.openFolder(folder), isWorkTreeTop(open) { return folder }
    candidate = folder.parent ?? (folder == Path("/") ? nil : Path("/"))
  }
  return nil
}

/// Whether `path` is in a bare repository, as opposed to the `.git` of a working tree.
package func isBareRepository(_ path: Path) -> Bool {
  if path.bytes.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual(".git".utf8) }) {
    return false
  }
  var candidate: Path? = path
  while let folder = candidate {
    if (try? FileStatus.of(folder.appending(".git".utf8))) != nil { return false }
    let holdsAll = ["HEAD", "objects", "refs"].allSatisfy {
      (try? FileStatus.of(folder.appending($0.utf8))) != nil
    }
    if holdsAll { return true }
    candidate = folder.parent
  }
  return false
}

/// A path in git's list of a working tree.
package struct ListedFile: Equatable, Sendable {
  /// Relative to the top.
  package let path: Path
  /// git does not expect it to be in the working tree: it was deleted, or is left out.
  package let mayBeAbsent: Bool
  /// It is tracked, and a sparse checkout leaves it out of the working tree.
  package var isLeftOut = false

  /// Whether the path stays in the working tree and out of `.git`. It does in an index that git has written; an
  /// index from an archive can name any file of the machine.
  package var isSound: Bool {
    var rest = path.bytes[...]
    while true {
      let name = rest.prefix { $0 != UInt8(ascii: "/") }
      if name.isEmpty { return false }
      if name.first == UInt8(ascii: ".") {
        if name.count == 1 || name.elementsEqual("..".utf8) || name.elementsEqual(".git".utf8) {
          return false
        }
      }
      if name.endIndex == rest.endIndex { return true }
      rest = rest[(name.endIndex + 1)...]
    }
  }
}

/// Calls `visit` with the files of a working tree that are tracked, or untracked and not ignored, each once, as
/// git lists them: a nested repository or a submodule as the path of its folder.
///
/// - Parameters:
///   - top: of the working tree, absolute.
///   - folder: below which to list, relative to `top`; empty for all.
///   - visit: receives paths relative to `top`, some hundred at a time.
/// - Returns: git's messages about what it could not read; empty if it read everything.
/// - Throws: `GitError`; the paths listed until then were visited.
package func listWorkTree(
  top: Path, below folder: Path, visit: ([ListedFile]) -> Void
) throws(GitError) -> String {
  var parser = ListingParser()
  let excludes = try prepareListing(of: top)
  // The working tree is named here, so that `core.worktree` and `core.bare` cannot move it.
  var git = try GitProcess.start(
    in: .workTree(top), options: ["--work-tree=."] + excludes,
    ["ls-files", "-z", "-t", "--cached", "--others", "--deleted", "--exclude-standard"],
    paths: folder.bytes.isEmpty ? [] : [folder])
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  while true {
    let count = try git.read(into: buffer)
    if count == 0 { break }
    let paths = parser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    if !paths.isEmpty { visit(paths) }
  }
  try git.finish()
  let rest = parser.finish()
  if !rest.isEmpty { visit(rest) }
  return git.complaints
}

/// Turns `TAG SP PATH NUL` records, in whatever pieces they arrive, into paths.
private struct ListingParser {
  private var record: [UInt8] = []
  /// The file of the last record, until the next record shows that it is not deleted.
  private var held: ListedFile?

  mutating func parse(_ bytes: UnsafeRawBufferPointer) -> [ListedFile] {
    var files: [ListedFile] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0) {
      record.append(contentsOf: rest[..<end])
      rest = rest[(end + 1)...]
      take(&files)
      record.removeAll(keepingCapacity: true)
    }
    record.append(contentsOf: rest)
    return files
  }

  /// A deleted file is listed twice in a row: tagged `H`, then `R` for removed, which is also what git
  /// says of a file that it could not look at. An unmerged one is listed once a stage.
  private mutating func take(_ files: inout [ListedFile]) {
    guard record.count > 2 else { return }
    let name = record[2...]
    let path = Path(name.last == UInt8(ascii: "/") ? name.dropLast() : name)
    if record[0] == UInt8(ascii: "R") {
      if let held, held.path != path { files.append(held) }
      held = ListedFile(path: path, mayBeAbsent: true)
      return
    }
    if held?.path == path { return }
    if let held { files.append(held) }
    let isLeftOut = record[0] == UInt8(ascii: "S")
    held = ListedFile(path: path, mayBeAbsent: isLeftOut, isLeftOut: isLeftOut)
  }

  mutating func finish() -> [ListedFile] {
    defer { held = nil }
    return held.map { [$0] } ?? []
  }
}
