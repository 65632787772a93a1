// The work items of a tree scan, and the shared set of files that were already scanned.

package import GitCommand
package import Inputs
package import Platform
import Rules
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

/// The paths of a listing: a digest of each, as there may be millions.
final class ListedPaths: Sendable {
  private let prefix: Path
  private let digests: Set<PathDigest>

  /// - Parameter prefix: what reports call the working tree's top.
  init(_ digests: [PathDigest], prefix: Path) {
    self.prefix = prefix
    self.digests = Set(digests)
  }

  func contains(_ path: Path) -> Bool { digests.contains(PathDigest(path.relative(to: prefix))) }
}

/// A path in 16 bytes that no other path has: the beginning of its SHA-256.
struct PathDigest: Hashable, Sendable {
  private let words: SIMD2<UInt64>

  init(_ path: Path) { words = path.bytes.withUnsafeBytes { sha256Start(of: $0) } }
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
