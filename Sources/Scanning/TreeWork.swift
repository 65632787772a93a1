// What the workers of a tree scan take from their stack, and what they know of files that need no
// second look.

package import GitCommand
package import Inputs
package import Platform
import Synchronization

/// Where the paths of reports begin.
package struct ScanRoot: Sendable {
  /// What reports call `folder`: empty for a repository's top, else as the user named it.
  package let shown: Path
  /// Absolute, without links.
  let folder: Path
  /// What is not scanned again, because git had listed it before it failed.
  var listed: ListedPaths?
  /// What the project does not want scanned.
  var skipping: SkipList.Skipping?

  /// Whether the project does not want what is at `path` scanned; then it counts as skipped.
  func skips(_ path: Path) -> Bool { skipping?.takes(path.relative(to: shown)) ?? false }

  func absolute(_ path: Path) -> Path { folder.appending(path.relative(to: shown).bytes) }
}

/// The paths of a listing: a hash of each, as there may be millions.
final class ListedPaths: Sendable {
  private let prefix: Path
  private let hashes: Set<Int>

  /// - Parameter prefix: what reports call the working tree's top.
  init(_ hashes: [Int], prefix: Path) {
    self.prefix = prefix
    self.hashes = Set(hashes)
  }

  func contains(_ path: Path) -> Bool { hashes.contains(Self.hash(path.relative(to: prefix))) }

  static func hash(_ path: Path) -> Int {
    var hasher = Hasher()
    path.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }
}

/// What earlier turns of a scan have read, where several PATHs share files.
package final class SeenPaths: Sendable {
  private let paths = Mutex<Set<Path>>([])

  package init() {}

  /// - Returns: whether the path, absolute, is new.
  func insert(_ path: Path) -> Bool { paths.withLock { $0.insert(path).inserted } }

  /// The same for a folder as a whole, which git may have listed as if it were a file.
  func insert(folder: Path) -> Bool { insert(Path(folder.bytes + [UInt8(ascii: "/")])) }
}

/// A piece of work. Paths are as reports show them.
package enum TreeWork: Sendable {
  case target(ScanTarget)
  /// The working tree at `top`, below `folder`, as git lists it.
  case repository(ScanRoot, top: Folder, path: Path, below: Path)
  /// A folder by its path below an open one. `plain` when a `.git` in it is passed over.
  case folder(ScanRoot, in: Folder, name: Path, path: Path, plain: Bool)
  case entries(ScanRoot, in: Folder, [FolderEntry], path: Path)
  /// Files that git listed, relative to `top`.
  case listed(ScanRoot, top: Folder, path: Path, [ListedFile])
}
