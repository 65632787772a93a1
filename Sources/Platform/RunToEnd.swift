// Running a program in our place: it has our standard output, standard error and environment.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Runs `program`, a script without an interpreter by `/bin/sh`, and waits for it.
///
/// - Parameters:
///   - arguments: without the program's own name.
///   - input: for its standard input; our own when nil.
/// - Returns: its exit status; 128 and the number of the signal that ended it.
package func runToEnd(
  _ program: Path, _ arguments: [Path], input: [UInt8]?
) throws(SystemError) -> CInt {
  let environment = environmentVariables
  let stream = try input.map { (_) throws(SystemError) in try makeInputStream() }
  defer { if let stream { close(stream.own) } }
  func start(_ program: Path, _ words: [Path]) throws(SystemError) -> pid_t {
    try spawn(
      program, words, environment: environment, standardInput: stream?.child ?? STDIN_FILENO,
      standardOutput: STDOUT_FILENO, standardError: STDERR_FILENO)
  }
  let process: pid_t
  do throws(SystemError) {
    process = try start(program, [program] + arguments)
  } catch {
    guard error.code == ENOEXEC else {
      if let stream { close(stream.child) }
      throw error
    }
    process = try start("/bin/sh", ["/bin/sh", program] + arguments)
  }
  if let stream { close(stream.child) }
  if let stream, let input { feed(input, to: stream.own) }
  return try waitForEnd(of: process).shellStatus
}

/// Writes until everything is written or the reader has closed its end, which is not an error.
private func feed(_ bytes: [UInt8], to stream: CInt) {
  bytes.withUnsafeBytes { buffer in
    var rest = buffer
    while !rest.isEmpty {
      guard let count = try? sendNow(rest, to: stream) else { break }
      if count == 0 {
        var wait = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
  shutdown(stream, CInt(SHUT_WR))
}

/// Everything that a stream holds up to its end.
///
/// - Throws: `SystemError`; `EFBIG` when there are more than `limit` bytes.
package func readAllOfStream(_ number: CInt, limit: Int) throws(SystemError) -> [UInt8] {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  var bytes: [UInt8] = []
  while true {
    let count = try readWaiting(number, into: buffer)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
    if bytes.count > limit { throw SystemError("read", EFBIG) }
  }
}
