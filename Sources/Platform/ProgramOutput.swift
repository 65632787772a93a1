// Asking another program something: a short input, and what it prints.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What a program has printed on standard output, and how it ended.
package struct ProgramOutput: Sendable {
  package let bytes: [UInt8]
  /// Its exit status; 128 and the number of the signal that ended it.
  package let status: CInt
  /// It was killed because it had printed enough.
  package let isCut: Bool

  /// Bytes of the input: what a pipe holds, so that nobody waits for a reader.
  package static let longestInput = 32 * 1024
}

/// Runs a program of the shell's, with our environment and without a standard error.
///
/// - Parameters:
///   - command: for `/bin/sh -c`.
///   - input: at most `ProgramOutput.longestInput` bytes.
///   - seconds: after which it is killed.
///   - limit: bytes of output.
/// - Throws: `SystemError`; `ETIMEDOUT`, and `EFBIG` for more output.
package func outputOfShell(
  _ command: String, input: [UInt8], seconds: Int, limit: Int
) throws(SystemError) -> ProgramOutput {
  let output = try outputOfProgram(
    "/bin/sh", ["sh", "-c", Path(command)], environment: environmentVariables, input: input, seconds: seconds
  ) { $0.count > limit }
  if output.isCut { throw SystemError("read", EFBIG) }
  return output
}

/// Runs a program without a standard error until it ends, or until what it has printed is enough; then it is killed.
///
/// - Parameters:
///   - arguments: its own name first.
///   - environment: `NAME=VALUE`.
///   - input: at most `ProgramOutput.longestInput` bytes.
///   - seconds: after which it is killed.
///   - isEnough: is given all output so far.
/// - Throws: `SystemError`; `ETIMEDOUT`.
package func outputOfProgram(
  _ program: Path, _ arguments: [Path], environment: [Path], input: [UInt8], seconds: Int,
  until isEnough: ([UInt8]) -> Bool
) throws(SystemError) -> ProgramOutput {
  precondition(input.count <= ProgramOutput.longestInput)
  let inward = try pipeHolding(input)
  let outward = try makePipe()
  let output = Descriptor(outward.read)
  let process = try start(
    program, arguments, environment, input: inward.number, output: Descriptor(outward.write))
  var bytes: [UInt8] = []
  var isCut = false
  var failure: SystemError?
  do throws(SystemError) {
    isCut = try !readAll(output, into: &bytes, until: monotonicSeconds() + Double(seconds), isEnough)
    if isCut { killProcess(process) }
  } catch {
    failure = error
    killProcess(process)
  }
  let end = try waitForEnd(of: process)
  if let failure { throw failure }
  return ProgramOutput(bytes: bytes, status: end.shellStatus, isCut: isCut)
}

/// The end to read of a pipe with `bytes` in it.
private func pipeHolding(_ bytes: [UInt8]) throws(SystemError) -> Descriptor {
  let ends = try makePipe()
  let read = Descriptor(ends.read)
  let write = Descriptor(ends.write)
  try bytes.withUnsafeBytes { bytes in
    Result { () throws(SystemError) in try writeAll(bytes, to: write.number) }
  }.get()
  return read
}

private func start(
  _ program: Path, _ arguments: [Path], _ environment: [Path], input: CInt, output: consuming Descriptor
) throws(SystemError) -> pid_t {
  let null = try Descriptor.nowhere()
  return try spawn(
    program, arguments, environment: environment, standardInput: input, standardOutput: output.number,
    standardError: null.number)
}

/// - Returns: false if it stopped before the end, because what there is is enough.
private func readAll(
  _ output: borrowing Descriptor, into bytes: inout [UInt8], until end: Double, _ isEnough: ([UInt8]) -> Bool
) throws(SystemError) -> Bool {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  while true {
    var wait = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
    let left = Int32(max(0, (end - monotonicSeconds()) * 1000))
    if try retrying("poll", { poll(&wait, 1, left) }) == 0 { throw SystemError("read", ETIMEDOUT) }
    let count = try output.read(into: buffer)
    if count == 0 { return true }
    bytes += buffer[..<count]
    if isEnough(bytes) { return false }
  }
}

/// The file of a program that PATH finds in an absolute folder; nil if there is none.
package func findProgram(_ name: String) -> Path? {
  guard let search = getenv("PATH") else { return nil }
  for folder in Path(cString: search).bytes.split(separator: UInt8(ascii: ":"))
  where folder.first == UInt8(ascii: "/") {
    let path = Path(folder).appending(name.utf8)
    guard path.withCString({ access($0, X_OK) }) == 0 else { continue }
    if let kind = try? FileStatus.following(path).kind, kind == .file { return path }
  }
  return nil
}

/// All of standard input.
///
/// - Throws: `SystemError`; `SystemError.tooLarge` when there are more than `limit` bytes.
package func readStandardInput(limit: Int) throws(SystemError) -> StreamContents {
  enlargePipe(STDIN_FILENO)
  enlargePipe(STDOUT_FILENO)
  return try StreamContents(of: STDIN_FILENO, limit: limit)
}
