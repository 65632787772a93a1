// A failed system call as an error, and the one place that decides what EINTR means.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A system call that failed: which one, and `errno`.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  package let call: String
  package let code: CInt

  package init(_ call: String, _ code: CInt = errno) {
    self.call = call
    self.code = code
  }

  /// The code where nothing is at a path.
  package static let noSuchFile = ENOENT
  /// The code for more bytes than a caller takes.
  package static let tooLarge = EFBIG
  /// The code for bytes that a device, or a file under our hands, no longer has.
  package static let inputOutput = EIO
  /// The code for a symbolic link where none is followed.
  package static let isLink = ELOOP
  /// The code for a path that leads through something else than a folder.
  package static let notFolder = ENOTDIR
  package static let isFolder = EISDIR
  /// The code for what is of another kind than was asked for.
  package static let invalid = EINVAL
  /// The code for a socket that was opened as a file, and a device that is not there.
  package static let noDevice = ENXIO
  /// The code for a device that the system cannot open in this way.
  package static let noDriver = ENODEV
  package static let outOfMemory = ENOMEM
  /// The code for a process that is no child, or was waited for before.
  package static let noChild = ECHILD
  package static let exists = EEXIST
  package static let brokenPipe = EPIPE
  /// The code for bytes that are no text.
  package static let notText = EILSEQ

  /// What `strerror` says, such as `Permission denied`.
  package var description: String { String(cString: strerror(code)) }
}

/// Calls `body` until it does not fail with `EINTR`.
///
/// - Throws: `SystemError` when `body` returns -1 for any other reason.
@inline(__always) @discardableResult
package func retrying<Result: FixedWidthInteger & SignedInteger>(
  _ call: String, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw SystemError(call, code) }
  }
}
