// From a PATH of the command line to the work it stands for.

import Git
import Inputs
import POSIX

/// What a scan of `path` has to do.
///
/// - Throws: `SystemError` when nothing is there, or it cannot be read.
func locate(_ path: Path, allFiles: Bool) throws(SystemError) -> TreeWork {
  let given = trimmed(path)
  let status = try FileStatus.of(path)
  if status.kind == .folder {
    let folder = try canonicalPath(path)
    if let top = workTreeTop(of: folder) {
      let root = ScanRoot(shown: Path(""), folder: top)
      let below = folder.relative(to: top)
      if allFiles {
        let parent = try Folder(.openFolder(folder))
        return .folder(root, in: parent, name: Path("."), path: below, plain: false)
      }
      return .repository(root, top: try Folder(.openFolder(top)), path: Path(""), below: below)
    }
    let shown = given == Path(".") ? Path("") : given
    let parent = try Folder(.openFolder(folder))
    return .folder(
      ScanRoot(shown: shown, folder: folder), in: parent, name: Path("."), path: shown, plain: false)
  }

  // A file, or a link, which is scanned as a link: its folder is resolved, it is not.
  let parentPath = given.parent ?? Path(given.bytes.first == UInt8(ascii: "/") ? "/" : ".")
  let folder = try canonicalPath(parentPath)
  let parent = try Folder(.openFolder(folder))
  let name = Path(given.lastComponent)
  let kind = status.kind == .special ? FileStatus.Kind.special : nil
  let entry = FolderEntry(name: name, kind: kind)
  if let top = workTreeTop(of: folder) {
    let root = ScanRoot(shown: Path(""), folder: top)
    return .entries(root, in: parent, [entry], path: folder.relative(to: top))
  }
  let shown = given.parent ?? Path(given.bytes.first == UInt8(ascii: "/") ? "/" : "")
  return .entries(ScanRoot(shown: shown, folder: folder), in: parent, [entry], path: shown)
}

/// `path` without `./` in front and slashes at its end.
private func trimmed(_ path: Path) -> Path {
  var bytes = path.bytes[...]
  while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
  while bytes.count > 2, bytes.starts(with: "./".utf8) {
    bytes.removeFirst(2)
    while bytes.count > 1, bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
  }
  return Path(bytes)
}
