// Opening files below a folder by path, one component at a time and through no symbolic link: git
// lists `a/b/c`, and `a` may have become a link to anywhere since. Paths come sorted, so the folders
// of one file are mostly the folders of the next and stay open.

package import Platform

/// A folder that stays open, shared by the workers that have work in it.
package final class Folder: Sendable {
  package let descriptor: Descriptor

  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// The open folders from a root down to the file that was opened last.
package struct FolderChain: ~Copyable {
  /// Folders that are open at most, besides the last: of a path of a thousand components not all are.
  package static let longest = 16

  private let root: Folder
  private var names: [ArraySlice<UInt8>] = []
  /// Those of the first names.
  private var folders: [Folder] = []
  /// The one of all names, where they are more than `longest`.
  private var deepest: Folder?

  package init(root: Folder) { self.root = root }

  /// The open folder that holds `path`, which is relative to the root.
  ///
  /// - Throws: `SystemError`; `ELOOP` or `ENOTDIR` when a component is a link or no folder.
  package mutating func folder(of path: Path) throws(SystemError) -> Folder {
    let components = path.bytes.split(separator: UInt8(ascii: "/"))
    let wanted = components.dropLast()
    var shared = 0
    while shared < min(names.count, wanted.count), names[shared] == wanted[shared] { shared += 1 }
    if shared < names.count {
      deepest = nil
      // What is not open is opened once more, from the last that is.
      let kept = min(shared, Self.longest)
      names.removeLast(names.count - kept)
      folders.removeLast(folders.count - min(kept, folders.count))
    }
    for name in wanted.dropFirst(names.count) {
      let parent = deepest ?? folders.last ?? root
      let folder = Folder(try .openFolder(Path(name), in: parent.descriptor.number))
      if folders.count < Self.longest { folders.append(folder) } else { deepest = folder }
      names.append(name)
    }
    return deepest ?? folders.last ?? root
  }
}
