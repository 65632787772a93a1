// All that a file is besides its bytes, carried over to another file.

import CPlatform

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Descriptor {
  /// Waits until the file's bytes and attributes are on disk.
  package borrowing func synchronize() throws(SystemError) {
    let number = self.number
    try retrying("fsync") { fsync(number) }
  }

  /// Copies owner, extended attributes (with access control lists), mode and times of `other` to this file.
  ///
  /// - Throws: `SystemError` if one of them cannot be set. Attributes that the file system does not support are
  ///   not an error.
  package borrowing func takeAttributes(of other: borrowing Descriptor) throws(SystemError) {
    let number = self.number
    let status = try other.fullStatus()
    let own = try self.status()
    if own.owner != status.st_uid || own.group != status.st_gid {
      try retrying("fchown") { fchown(number, status.st_uid, status.st_gid) }
    }
    for name in try other.extendedAttributes() { try copyExtendedAttribute(name, from: other) }
    // After the owner, because changing the owner clears the set-user-ID bit.
    try retrying("fchmod") { fchmod(number, status.st_mode & 0o7777) }
    #if canImport(Darwin)
      var times = [status.st_atimespec, status.st_mtimespec]
    #else
      var times = [status.st_atim, status.st_mtim]
    #endif
    try retrying("futimens") { futimens(number, &times) }
  }

  private borrowing func fullStatus() throws(SystemError) -> stat {
    var status = stat()
    let number = self.number
    try retrying("fstat") { fstat(number, &status) }
    return status
  }

  private borrowing func extendedAttributes() throws(SystemError) -> [[CChar]] {
    var names = [CChar](repeating: 0, count: 65_536)
    let number = self.number
    let count = cposix_flistxattr(number, &names, names.count)
    if count == -1 {
      if errno == ENOTSUP { return [] }
      throw SystemError("flistxattr")
    }
    return names[..<count].split(separator: 0).map { Array($0) + [0] }
  }

  private borrowing func copyExtendedAttribute(_ name: [CChar], from other: borrowing Descriptor)
    throws(SystemError)
  {
    var value = [UInt8](repeating: 0, count: 65_536)
    let count = cposix_fgetxattr(other.number, name, &value, value.count)
    if count == -1 { throw SystemError("fgetxattr") }
    if cposix_fsetxattr(number, name, value, count) == -1 { throw SystemError("fsetxattr") }
  }
}

/// Permission bits of a file or folder, and when it was last written, in seconds since 1970; nil if nothing is there,
/// or a link.
package func fileMode(of path: Path) -> (mode: Int, modified: Int)? {
  var status = stat()
  guard path.withCString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT != S_IFLNK else { return nil }
  #if canImport(Darwin)
    let modified = status.st_mtimespec.tv_sec
  #else
    let modified = status.st_mtim.tv_sec
  #endif
  return (Int(status.st_mode & 0o7777), Int(modified))
}

/// Whether this user may read the file at a path, or execute it.
package func isReadable(_ path: Path) -> Bool { path.withCString { access($0, R_OK) } == 0 }
package func isExecutable(_ path: Path) -> Bool { path.withCString { access($0, X_OK) } == 0 }
