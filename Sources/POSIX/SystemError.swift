// A failed system call as an error, and the one place that decides what EINTR means.

#if canImport(Darwin)
  public import Darwin
#else
  public import Glibc
#endif

/// A system call that failed: which one, and `errno`.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let code: CInt

  public init(_ call: String, _ code: CInt = errno) {
    self.call = call
    self.code = code
  }

  /// What `strerror` says, such as `Permission denied`.
  public var description: String { String(cString: strerror(code)) }
}

/// Calls `body` until it does not fail with `EINTR`.
///
/// - Throws: `SystemError` when `body` returns -1 for any other reason.
@inline(__always) @discardableResult
public func retrying<Result: FixedWidthInteger & SignedInteger>(
  _ call: String, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw SystemError(call, code) }
  }
}
