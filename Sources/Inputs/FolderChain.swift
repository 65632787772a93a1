// Opening files below a folder by path, one component at a time and through no symbolic link: git
// lists `a/b/c`, and `a` may have become a link to anywhere since. Paths come sorted, so the folders
// of one file are mostly the folders of the next and stay open.

public import POSIX

/// A folder that stays open, shared by the workers that have work in it.
public final class Folder: Sendable {
  public let descriptor: Descriptor

  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// The open folders from a root down to the file that was opened last.
public struct FolderChain: ~Copyable {
  private let root: Folder
  private var names: [ArraySlice<UInt8>] = []
  private var folders: [Folder] = []

  public init(root: Folder) { self.root = root }

  /// The open folder that holds `path`, which is relative to the root.
  ///
  /// - Throws: `SystemError`; `ELOOP` or `ENOTDIR` when a component is a link or no folder.
  public mutating func folder(of path: Path) throws(SystemError) -> Folder {
    let components = path.bytes.split(separator: UInt8(ascii: "/"))
    let wanted = components.dropLast()
    var shared = 0
    while shared < min(names.count, wanted.count), names[shared] == wanted[shared] { shared += 1 }
    names.removeLast(names.count - shared)
    folders.removeLast(folders.count - shared)
    for name in wanted.dropFirst(shared) {
      let parent = folders.last ?? root
      folders.append(Folder(try .openFolder(Path(name), in: parent.descriptor.number)))
      names.append(name)
    }
    return folders.last ?? root
  }
}
