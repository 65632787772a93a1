// The names in a folder, read through its descriptor.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

package struct FolderEntry: Sendable {
  package let name: Path
  /// nil if the file system reports it only through `stat`.
  package let kind: FileStatus.Kind?

  package init(name: Path, kind: FileStatus.Kind?) {
    self.name = name
    self.kind = kind
  }
}

/// Everything in the open folder but `.` and `..`, in the file system's order.
package func entries(of folder: borrowing Descriptor) throws(SystemError) -> [FolderEntry] {
  let number = folder.number
  let own = try retrying("openat") { openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  guard let stream = fdopendir(own) else {
    let error = SystemError("fdopendir")
    close(own)
    throw error
  }
  defer { closedir(stream) }
  var entries: [FolderEntry] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      if errno != 0 { throw SystemError("readdir") }
      return entries
    }
    let kind: FileStatus.Kind? =
      switch Int(entry.pointee.d_type) {
      case Int(DT_REG): .file
      case Int(DT_DIR): .folder
      case Int(DT_LNK): .link
      case Int(DT_UNKNOWN): nil
      default: .special
      }
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { Path($0.prefix { $0 != 0 }) }
    if name.bytes == [0x2E] || name.bytes == [0x2E, 0x2E] { continue }
    entries.append(FolderEntry(name: name, kind: kind))
  }
}
