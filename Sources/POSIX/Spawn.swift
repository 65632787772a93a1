// Starting a program without a shell.

#if canImport(Darwin)
  public import Darwin
#else
  public import Glibc
#endif

/// The descriptors of a new pipe; no child inherits them unless it is given them.
public func makePipe() throws(SystemError) -> (read: CInt, write: CInt) {
  var ends: [CInt] = [-1, -1]
  if pipe(&ends) == -1 { throw SystemError("pipe") }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

/// Starts `program` with `/dev/null` as its standard input, and default signals.
///
/// - Parameters:
///   - arguments: argv, the program's own name first.
///   - environment: `NAME=VALUE`.
/// - Returns: its process ID.
public func spawn(
  _ program: Path, _ arguments: [Path], environment: [String],
  standardOutput: CInt, standardError: CInt
) throws(SystemError) -> pid_t {
  var envp = environment.map { strdup($0) } + [nil]
  defer { for case let text? in envp { free(text) } }
  var request = SpawnRequest(standardOutput: standardOutput, standardError: standardError)
  posix_spawn_file_actions_addopen(&request.actions, 0, "/dev/null", O_RDONLY, 0)
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
public func spawnFromPath(
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
