// Writing a file so that it appears whole or not at all.

#if canImport(Darwin)
  package import Darwin
#else
  package import Glibc
#endif

/// Why a file cannot be written at `target`: a link is not written through, and only a regular file is
/// replaced. nil when it can, as far as is known before it is written.
package func obstacle(toFileAt target: Path) -> String? {
  if target.lastComponent.isEmpty { return "names no file" }
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

/// Writes a temporary file beside `path`, then renames it.
///
/// - Parameter mode: the new file's permissions (default: those of the replaced file, or the umask's for a new file).
package func writeAtomically(
  _ bytes: [UInt8], to target: Path, mode: mode_t? = nil
) throws(SystemError) {
  // Short, because the target's own name may be as long as names can be; and new in every run, because
  // in a container every run may have the same number and one may have been killed.
  let name = ".hopxguard-\(getpid())-\(UInt64(monotonicSeconds() * 1e9)).tmp"
  let temporary = Path(target.bytes.dropLast(target.lastComponent.count) + Array(name.utf8))
  var mode = mode
  if mode == nil { mode = try replacedMode(target) }
  // What replaces a file that others may not read must not be readable before it does.
  let file = try Descriptor.open(
    temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
    mode: mode == nil ? 0o666 : 0o600)
  do throws(SystemError) {
    try writeAll(bytes, to: file.number)
    let number = file.number
    if let mode { try retrying("fchmod") { fchmod(number, mode) } }
    try retrying("fsync") { fsync(number) }
    try moveFile(temporary, to: target)
  } catch {
    _ = temporary.withCString { unlink($0) }
    throw error
  }
}

private func replacedMode(_ target: Path) throws(SystemError) -> mode_t? {
  do throws(SystemError) {
    return try FileStatus.of(target).mode
  } catch {
    guard error.code == ENOENT else { throw error }
    return nil
  }
}

package func writeAll(_ bytes: [UInt8], to number: CInt) throws(SystemError) {
  try bytes.withUnsafeBytes { bytes in Result { () throws(SystemError) in try writeAll(bytes, to: number) } }.get()
}
