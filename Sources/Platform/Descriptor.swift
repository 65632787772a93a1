// Files, folders and links by descriptor: every open is relative to a folder that is already open
// and follows no symbolic link in its last component, so that a name that is swapped for a link
// while we look leads nowhere.

#if canImport(Darwin)
  package import Darwin
#else
  package import Glibc
#endif

/// An open file descriptor, closed when it goes out of scope.
package struct Descriptor: ~Copyable, Sendable {
  package let number: CInt

  /// Takes over `number`.
  package init(_ number: CInt) { self.number = number }

  deinit { close(number) }

  /// The working directory, for paths as the user gave them.
  package static var workingFolder: CInt { AT_FDCWD }
}

/// A moment as a file system notes it.
package struct FileTime: Comparable, Sendable {
  /// Since 1970.
  package let seconds: Int
  package let nanoseconds: Int

  init(_ time: timespec) { (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec)) }

  package static func < (left: FileTime, right: FileTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

/// What is at a path.
package struct FileStatus: Sendable {
  package enum Kind: Sendable { case file, folder, link, special }
  package let kind: Kind
  /// Bytes, as the file system says; 0 for many files that are made when they are read.
  package let size: Int
  package let device: UInt64
  package let inode: UInt64
  /// Permission bits.
  package let mode: mode_t
  /// Hard links.
  package let names: Int
  package let owner: UInt32
  package let group: UInt32
  /// When its bytes were written last, and when its bytes or attributes were.
  package let modified: FileTime
  package let changed: FileTime

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .special
      }
    size = Int(status.st_size)
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(status.st_ino)
    mode = status.st_mode & 0o7777
    names = Int(status.st_nlink)
    owner = status.st_uid
    group = status.st_gid
    #if canImport(Darwin)
      (modified, changed) = (FileTime(status.st_mtimespec), FileTime(status.st_ctimespec))
    #else
      (modified, changed) = (FileTime(status.st_mtim), FileTime(status.st_ctim))
    #endif
  }

  /// Whether both are of one file, folder or whatever it is, by different names perhaps.
  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

extension Descriptor {
  /// Opens for reading without following a link and without waiting for a FIFO's writer.
  ///
  /// - Throws: `SystemError`; `ELOOP` for a symbolic link.
  package static func openFile(_ path: Path, in folder: CInt = workingFolder) throws(SystemError)
    -> Descriptor
  {
    try open(path, in: folder, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
  }

  /// - Throws: `SystemError`; `ELOOP` or `ENOTDIR` for a symbolic link.
  package static func openFolder(_ path: Path, in folder: CInt = workingFolder) throws(SystemError)
    -> Descriptor
  {
    try open(path, in: folder, flags: O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC)
  }

  /// Flags of `open` for reading: a terminal does not become ours, and no child gets the file.
  package static let toRead = O_RDONLY | O_CLOEXEC | O_NOCTTY
  /// The same without waiting for the other end of a FIFO.
  package static let toReadAtOnce = toRead | O_NONBLOCK
  /// Flags of `open` for a file that must not be there yet.
  package static let toMake = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
  /// Flags of `open` for writing at the end of a file, which is made if it is not there.
  package static let toAppend = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY
  /// Flags of `open` for a folder; unlike `openFolder`, a link to one is followed.
  package static let toList = O_RDONLY | O_DIRECTORY | O_CLOEXEC

  /// Takes what is written and keeps none of it.
  package static func nowhere() throws(SystemError) -> Descriptor {
    try open("/dev/null", flags: O_WRONLY | O_CLOEXEC)
  }

  /// `openat` with `mode` for files that it makes.
  package static func open(
    _ path: Path, in folder: CInt = workingFolder, flags: CInt, mode: mode_t = 0
  ) throws(SystemError) -> Descriptor {
    let number = try path.withCString { (name) throws(SystemError) in
      try retrying("open") { openat(folder, name, flags, mode) }
    }
    return Descriptor(number)
  }

  /// Reads at most `buffer.count` bytes; 0 at the end.
  @inline(__always)
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    let number = self.number
    #if canImport(Darwin)
      return try retrying("read") { Darwin.read(number, buffer.baseAddress, buffer.count) }
    #else
      return try retrying("read") { Glibc.read(number, buffer.baseAddress, buffer.count) }
    #endif
  }

  /// Lets this process open as many files as the system allows it to, at most 65,536.
  ///
  /// - Returns: how many that are.
  package static func raiseLimit() -> Int {
    #if canImport(Darwin)
      let resource = RLIMIT_NOFILE
    #else
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #endif
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return 256 }
    let wanted = min(limit.rlim_max, 65_536)
    if wanted > limit.rlim_cur {
      let before = limit.rlim_cur
      limit.rlim_cur = wanted
      if setrlimit(resource, &limit) == -1 { limit.rlim_cur = before }
    }
    return Int(min(limit.rlim_cur, 65_536))
  }

  package borrowing func status() throws(SystemError) -> FileStatus { try .of(number) }

  /// Goes back to the start, for reading once more.
  package borrowing func rewind() throws(SystemError) {
    let number = self.number
    try retrying("lseek") { lseek(number, 0, SEEK_SET) }
  }
}

/// Closes a descriptor that belongs to no `Descriptor`.
package func closeDescriptor(_ number: CInt) { close(number) }

extension FileStatus {
  /// What is open by a descriptor.
  package static func of(_ number: CInt) throws(SystemError) -> FileStatus {
    var status = stat()
    try retrying("fstat") { fstat(number, &status) }
    return FileStatus(status)
  }

  /// What is at `path`, of a link the link itself.
  package static func of(_ path: Path, in folder: CInt = Descriptor.workingFolder)
    throws(SystemError) -> FileStatus
  {
    try of(path, in: folder, flags: AT_SYMLINK_NOFOLLOW)
  }

  /// What is at `path`, of a link what it leads to.
  package static func following(_ path: Path) throws(SystemError) -> FileStatus {
    try of(path, in: Descriptor.workingFolder, flags: 0)
  }

  private static func of(_ path: Path, in folder: CInt, flags: CInt) throws(SystemError)
    -> FileStatus
  {
    var status = stat()
    try path.withCString { (name) throws(SystemError) in
      _ = try retrying("stat") { fstatat(folder, name, &status, flags) }
    }
    return FileStatus(status)
  }
}

/// The text of a symbolic link, at most 64 KiB.
package func linkTarget(_ path: Path, in folder: CInt = Descriptor.workingFolder)
  throws(SystemError) -> [UInt8]
{
  let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { target.deallocate() }
  let buffer = target.baseAddress!.assumingMemoryBound(to: CChar.self)
  let count = try path.withCString { (name) throws(SystemError) in
    try retrying("readlink") { readlinkat(folder, name, buffer, target.count) }
  }
  return Array(target[..<count])
}

/// The absolute path of `path` with every link, `.` and `..` resolved.
package func canonicalPath(_ path: Path) throws(SystemError) -> Path {
  let resolved = path.withCString { realpath($0, nil) }
  guard let resolved else { throw SystemError("realpath") }
  defer { free(resolved) }
  return Path(UnsafeBufferPointer(start: resolved, count: strlen(resolved)).lazy.map(UInt8.init(bitPattern:)))
}

/// Writes all of `bytes`, however many calls that takes.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to number: CInt) throws(SystemError) {
  var rest = bytes
  while let start = rest.baseAddress, !rest.isEmpty {
    let count = rest.count
    let written = try waiting(for: POLLOUT, on: number) { write(number, start, count) }
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
}

/// Reads at most `buffer.count` bytes; returns 0 at the end. Waits for bytes even on a non-blocking descriptor.
package func readWaiting(_ number: CInt, into buffer: UnsafeMutableRawBufferPointer)
  throws(SystemError) -> Int
{
  try waiting(for: POLLIN, on: number) { read(number, buffer.baseAddress, buffer.count) }
}

/// Calls `body` until it is not interrupted, and waits whenever a non-blocking descriptor is not ready
/// for it.
@inline(__always)
func waiting(for event: CInt, on number: CInt, _ body: () -> Int) throws(SystemError) -> Int {
  while true {
    let result = body()
    if result != -1 { return result }
    let code = errno
    if code == EAGAIN {
      var wait = pollfd(fd: number, events: Int16(event), revents: 0)
      try retrying("poll") { poll(&wait, 1, -1) }
    } else if code != EINTR {
      throw SystemError(event == POLLIN ? "read" : "write", code)
    }
  }
}

/// The bytes of a file, links followed.
///
/// - Throws: `SystemError`; `EFBIG` when there are more than `limit` bytes.
package func readWhole(_ path: Path, limit: Int) throws(SystemError) -> [UInt8] {
  try readAll(.open(path, flags: O_RDONLY | O_CLOEXEC | O_NOCTTY), limit: limit)
}

/// The bytes of a regular file, links followed. For files of a hostile repository: a FIFO in its
/// place is not waited for.
///
/// - Throws: `SystemError`; `EFBIG` when there are more than `limit` bytes, `EINVAL` for what is no
///   regular file.
package func readRegularFile(_ path: Path, limit: Int) throws(SystemError) -> [UInt8] {
  let file = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
  guard try file.status().kind == .file else { throw SystemError("open", EINVAL) }
  return try readAll(file, limit: limit)
}

/// As `readRegularFile`; nil when there is no file of that name.
package func readRegularFileIfAny(_ path: Path, limit: Int) throws(SystemError) -> [UInt8]? {
  do throws(SystemError) { return try readRegularFile(path, limit: limit) } catch {
    if error.code == ENOENT { return nil }
    throw error
  }
}

/// The rest of an open file.
///
/// - Throws: `SystemError`; `EFBIG` when there are more than `limit` bytes.
package func readAll(_ file: borrowing Descriptor, limit: Int) throws(SystemError) -> [UInt8] {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit + 1, alignment: 1)
  defer { buffer.deallocate() }
  var count = 0
  while count <= limit {
    let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
    if read == 0 { return Array(buffer[..<count]) }
    count += read
  }
  throw SystemError("read", EFBIG)
}
