// A new version of a file, made beside it.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A new file in a folder, which is gone again unless it takes the place of another.
package struct ReplacementFile: ~Copyable {
  package let file: Descriptor
  private let folder: CInt
  private let name: Path

  /// - Parameter folder: stays open as long as the file is needed.
  package init(in folder: borrowing Descriptor) throws(SystemError) {
    self.folder = folder.number
    var number = 0
    while true {
      // Not made from the old file's name, which may be as long as a name can be.
      let name = Path(".hopxguard-\(getpid())-\(number).tmp")
      do throws(SystemError) {
        file = try .open(
          name, in: folder.number, flags: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o600)
        self.name = name
        return
      } catch {
        number += 1
        if error.code != EEXIST || number == 100 { throw error }
      }
    }
  }

  deinit { _ = name.withCString { unlinkat(folder, $0, 0) } }

  /// Moves to `other`, and makes sure that the move lasts.
  package borrowing func takePlace(of other: Path) throws(SystemError) {
    try moveFile(name, to: other, in: folder)
    try retrying("fsync") { fsync(folder) }
  }
}
