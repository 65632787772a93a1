// From the PATHs of the command line to what they stand for, and in which turn they are scanned.

import GitCommand
import Inputs
package import Platform

/// A PATH of the command line that is a file or a folder. Nothing of it is open yet: there may be more
/// of them than files that can be.
package struct ScanTarget: Sendable {
  enum Kind: Sendable {
    /// Every file of a folder.
    case folder
    /// What git lists in the folder; the root's folder is the top of its working tree.
    case workTree
    case file
    /// A link to a file. It is followed because the user named it.
    case linkedFile
  }

  let kind: Kind
  /// As the user named it.
  let given: Path
  package private(set) var root: ScanRoot
  /// What reports call it.
  package let shown: Path

  var absolute: Path { root.absolute(shown) }

  /// Whether a path of a report is in this target.
  package func holds(_ path: Path) -> Bool {
    kind == .file || kind == .linkedFile ? path == shown : shown.bytes.isEmpty || path.isWithin(shown)
  }

  /// Where a path of a report is.
  package func absolute(of path: Path) -> Path { kind == .linkedFile ? given : root.absolute(path) }

  /// The same target without what a list skips.
  package func skipping(_ patterns: SkipList.Skipping?) -> ScanTarget {
    var target = self
    target.root.skipping = patterns
    return target
  }
}

/// What a PATH stands for. A link leads to what it points to.
///
/// - Parameter path: of a file or a folder.
/// - Throws: `SystemError` when nothing is there, or it cannot be read.
package func locate(_ path: Path, allFiles: Bool) throws(SystemError) -> ScanTarget {
  let given = trimmed(path)
  if try FileStatus.following(path).kind == .folder {
    let folder = try canonicalPath(path)
    if let top = workTreeTop(of: folder) {
      return ScanTarget(
        kind: allFiles ? .folder : .workTree, given: path,
        root: ScanRoot(shown: Path(""), folder: top), shown: folder.relative(to: top))
    }
    let shown = given == Path(".") ? Path("") : given
    return ScanTarget(
      kind: .folder, given: path, root: ScanRoot(shown: shown, folder: folder), shown: shown)
  }

  // Called by its own name, also where it is a link: its folder alone is resolved.
  let kind = try FileStatus.of(given).kind == .link ? ScanTarget.Kind.linkedFile : .file
  let slash = UInt8(ascii: "/")
  let folder = try canonicalPath(given.parent ?? Path(given.bytes.first == slash ? "/" : "."))
  let name = given.lastComponent
  if let top = workTreeTop(of: folder) {
    return ScanTarget(
      kind: kind, given: path, root: ScanRoot(shown: Path(""), folder: top),
      shown: folder.relative(to: top).appending(name))
  }
  let shown = given.parent ?? Path(given.bytes.first == slash ? "/" : "")
  return ScanTarget(
    kind: kind, given: path, root: ScanRoot(shown: shown, folder: folder),
    shown: shown.appending(name))
}

/// What a path stands for, called by its own name wherever it lies, and every file of a folder.
///
/// - Throws: `SystemError` when nothing is there, or it cannot be read.
package func locateAsNamed(_ path: Path) throws(SystemError) -> ScanTarget {
  if try FileStatus.following(path).kind == .folder {
    let root = ScanRoot(shown: path, folder: try canonicalPath(path))
    return ScanTarget(kind: .folder, given: path, root: root, shown: path)
  }
  let kind = try FileStatus.of(path).kind == .link ? ScanTarget.Kind.linkedFile : .file
  let folder = path.parent ?? Path(path.bytes.first == UInt8(ascii: "/") ? "/" : ".")
  return ScanTarget(
    kind: kind, given: path, root: ScanRoot(shown: folder, folder: try canonicalPath(folder)), shown: path)
}

/// The targets in turns. Those that share files come one after the other, so that a file is called by
/// the first of its names, whichever thread is faster; the others come together.
package func turns(_ targets: [ScanTarget]) -> [[ScanTarget]] {
  var turns: [[ScanTarget]] = []
  /// The turn of the last target at a path, and the latest turn of one below it.
  var at: [Path: Int] = [:]
  var below: [Path: Int] = [:]
  var links: Set<Path> = []
  for target in targets {
    let path = target.absolute
    // A link's content is nobody else's, whatever lies at its name.
    if target.kind == .linkedFile {
      guard links.insert(path).inserted else { continue }
      if turns.isEmpty { turns.append([]) }
      turns[0].append(target)
      continue
    }
    if at[path] != nil { continue }
    var turn = below[path].map { $0 + 1 } ?? 0
    var folder = path.parent
    while let above = folder {
      if let other = at[above] { turn = max(turn, other + 1) }
      folder = above.parent
    }
    if let other = at["/"] { turn = max(turn, other + 1) }
    at[path] = turn
    folder = path.parent
    while let above = folder {
      below[above] = max(below[above] ?? 0, turn)
      folder = above.parent
    }
    below["/"] = max(below["/"] ?? 0, turn)
    if turn == turns.count { turns.append([]) }
    turns[turn].append(target)
  }
  return turns
}

/// `path` without `./` in front and slashes at its end.
package func trimmed(_ path: Path) -> Path {
  var bytes = path.bytes[...]
  while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
  while bytes.count > 2, bytes.starts(with: "./".utf8) {
    bytes.removeFirst(2)
    while bytes.count > 1, bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
  }
  return Path(bytes)
}
