// Where a report goes when it is not standard output: a file that appears whole or not at all.

public import POSIX

#if canImport(Darwin)
  public import Darwin
#else
  public import Glibc
#endif

/// Why a report cannot go to `target`: a link is not written through, and only a regular file is
/// replaced. nil when it can, as far as is known before it is written.
public func obstacle(toReportAt target: Path) -> String? {
  do throws(SystemError) {
    switch try FileStatus.of(target).kind {
    case .file: break
    case .link: return "is a symbolic link; name the file it points to"
    case .folder: return "is a folder; name a file"
    case .special: return "is not a regular file; leave out --output to write to standard output"
    }
  } catch {
    if error.code != ENOENT { return "\(error)" }
  }
  let folder = target.parent ?? Path(target.bytes.first == UInt8(ascii: "/") ? "/" : ".")
  let code = folder.withCString { access($0, W_OK | X_OK) }
  return code == -1 ? "the folder cannot be written to: \(SystemError("access"))" : nil
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// - Parameter mode: its permissions; what the umask leaves unless given.
public func writeReport(
  _ bytes: [UInt8], at target: Path, mode: mode_t? = nil
) throws(SystemError) {
  let temporary = Path(target.bytes + Array(".\(getpid()).tmp".utf8))
  let file = try Descriptor.open(
    temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o666)
  do throws(SystemError) {
    try writeReport(bytes, to: file.number)
    let number = file.number
    if let mode { try retrying("fchmod") { fchmod(number, mode) } }
    try retrying("fsync") { fsync(number) }
    try temporary.withCString { (from) throws(SystemError) in
      _ = try target.withCString { (to) throws(SystemError) in
        try retrying("rename") { rename(from, to) }
      }
    }
  } catch {
    _ = temporary.withCString { unlink($0) }
    throw error
  }
}

public func writeReport(_ bytes: [UInt8], to number: CInt) throws(SystemError) {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  defer { memory.deallocate() }
  memory.copyBytes(from: bytes)
  try writeAll(UnsafeRawBufferPointer(memory), to: number)
}
