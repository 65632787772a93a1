// Starting a program without a shell.

#if canImport(Darwin)
  package import Darwin
#else
  package import Glibc
#endif

import CPlatform

/// The descriptors of a new pipe; no child inherits them unless it is given them.
package func makePipe() throws(SystemError) -> (read: CInt, write: CInt) {
  var ends: [CInt] = [-1, -1]
  #if canImport(Darwin)
    if pipe(&ends) == -1 { throw SystemError("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  #else
    // In one step: another thread may start a child between two.
    if pipe2(&ends, O_CLOEXEC) == -1 { throw SystemError("pipe2") }
  #endif
  return (ends[0], ends[1])
}

/// The two ends of a stream to a child that may die before it has read it all: writing to `own` by
/// `sendNow` raises no SIGPIPE, which a pipe would, and which would end this program.
package func makeInputStream() throws(SystemError) -> (own: CInt, child: CInt) {
  var ends: [CInt] = [-1, -1]
  #if canImport(Darwin)
    let kind = SOCK_STREAM
  #else
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
  #endif
  if socketpair(AF_UNIX, kind, 0, &ends) == -1 { throw SystemError("socketpair") }
  #if canImport(Darwin)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var on: CInt = 1
    setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<CInt>.size))
  #endif
  return (ends[0], ends[1])
}

/// Writes what fits without waiting.
///
/// - Returns: bytes written; 0 when nothing fits now.
/// - Throws: `SystemError`; `EPIPE` when the reader is gone.
package func sendNow(_ bytes: UnsafeRawBufferPointer, to stream: CInt) throws(SystemError) -> Int {
  #if canImport(Darwin)
    let flags = MSG_DONTWAIT
  #else
    let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
  #endif
  do throws(SystemError) {
    return try retrying("send") { send(stream, bytes.baseAddress, bytes.count, flags) }
  } catch {
    if error.code == EAGAIN || error.code == EWOULDBLOCK { return 0 }
    throw error.code == ECONNRESET ? SystemError("send", EPIPE) : error
  }
}

/// Starts `program` with default signals.
///
/// - Parameters:
///   - arguments: argv, the program's own name first.
///   - environment: `NAME=VALUE`.
///   - standardInput: (default: `/dev/null`).
/// - Returns: its process ID.
package func spawn(
  _ program: Path, _ arguments: [Path], environment: [Path],
  standardInput: CInt? = nil, standardOutput: CInt, standardError: CInt
) throws(SystemError) -> pid_t {
  var envp = environment.map { entry in entry.withCString { strdup($0) } } + [nil]
  defer { for case let text? in envp { free(text) } }
  var request = SpawnRequest(standardOutput: standardOutput, standardError: standardError)
  if let standardInput {
    posix_spawn_file_actions_adddup2(&request.actions, standardInput, 0)
  } else {
    posix_spawn_file_actions_addopen(&request.actions, 0, "/dev/null", O_RDONLY, 0)
  }
  var none = sigset_t()
  sigemptyset(&none)
  request.setSignals(mask: none, toDefault: [SIGPIPE])
  return try request.start(arguments) { process, actions, attributes, argv in
    program.withCString { posix_spawn(process, $0, actions, attributes, argv, &envp) }
  }
}

/// Starts the program that PATH finds for the first of `arguments`, with our own standard input and
/// environment.
///
/// - Parameters:
///   - mask: the signals that it begins with blocked.
///   - signalsToDefault: what we ignore and it must not.
/// - Returns: its process ID.
/// - Throws: `SystemError`; `ENOENT` when there is no such program.
package func spawnFromPath(
  _ arguments: [Path], standardOutput: CInt, standardError: CInt, mask: sigset_t,
  signalsToDefault: [CInt]
) throws(SystemError) -> pid_t {
  var request = SpawnRequest(standardOutput: standardOutput, standardError: standardError)
  request.setSignals(mask: mask, toDefault: signalsToDefault)
  return try request.start(arguments) { process, actions, attributes, argv in
    arguments[0].withCString { posix_spawnp(process, $0, actions, attributes, argv, environ) }
  }
}

/// The attributes and file actions of `posix_spawn`.
private struct SpawnRequest: ~Copyable {
  #if canImport(Darwin)
    typealias Actions = posix_spawn_file_actions_t?
    typealias Attributes = posix_spawnattr_t?
    var actions: Actions = nil
    private var attributes: Attributes = nil
  #else
    typealias Actions = posix_spawn_file_actions_t
    typealias Attributes = posix_spawnattr_t
    var actions = Actions()
    private var attributes = Attributes()
  #endif

  init(standardOutput: CInt, standardError: CInt) {
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, standardOutput, 1)
    posix_spawn_file_actions_adddup2(&actions, standardError, 2)
    posix_spawnattr_init(&attributes)
  }

  deinit {
    var (actions, attributes) = (actions, attributes)
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  mutating func setSignals(mask: sigset_t, toDefault signals: [CInt]) {
    var mask = mask
    posix_spawnattr_setsigmask(&attributes, &mask)
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    posix_spawnattr_setsigdefault(&attributes, &set)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
  }

  mutating func start(
    _ arguments: [Path],
    _ call: (
      UnsafeMutablePointer<pid_t>, UnsafePointer<Actions>, UnsafePointer<Attributes>,
      UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> CInt
  ) throws(SystemError) -> pid_t {
    var argv = arguments.map { path in path.withCString { strdup($0) } } + [nil]
    defer { for case let text? in argv { free(text) } }
    var process: pid_t = 0
    let code = call(&process, &actions, &attributes, &argv)
    if code != 0 { throw SystemError("posix_spawn", code) }
    return process
  }
}

/// Lets a child have `bytes` of memory of its own; then its allocations fail. Where the system cannot do
/// that for another process, nothing is limited.
package func limitMemory(of process: pid_t, bytes: Int) {
  #if os(Linux)
    let resource = CInt(RLIMIT_DATA.rawValue)
    var limits: [UInt] = [0, 0]
    guard prlimit(process, resource, nil, &limits) == 0 else { return }
    limits = limits.map { min($0, UInt(bytes)) }
    _ = prlimit(process, resource, limits, nil)
  #endif
}

/// What a child is doing.
package enum ProcessActivity: Equatable, Sendable {
  /// The system does not report it.
  case unknown
  /// It computes, waits for a disk, or was stopped by its user.
  case busy
  /// It sleeps until something happens, or has ended; it has gone to sleep that many times.
  case asleep(times: Int)

  /// Of a process, from `/proc` where there is one. Source: proc(5), "/proc/pid/status".
  package init(of process: pid_t) {
    self = .unknown
    guard let text = try? readWhole(Path("/proc/\(process)/status"), limit: 65_536) else { return }
    for line in text.split(separator: 0x0A) {
      if line.starts(with: "State:".utf8) {
        let letter = line.dropFirst(6).first { $0 > 0x20 }
        guard letter == UInt8(ascii: "S") || letter == UInt8(ascii: "Z") else {
          self = .busy
          return
        }
      } else if line.starts(with: "voluntary_ctxt_switches:".utf8) {
        let digits = line.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard let times = Int(String(decoding: digits, as: UTF8.self)) else { return }
        self = .asleep(times: times)
        return
      }
    }
  }
}
