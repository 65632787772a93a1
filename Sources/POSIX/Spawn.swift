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
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
  #else
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, standardOutput, 1)
  posix_spawn_file_actions_adddup2(&actions, standardError, 2)

  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigaddset(&signals, SIGPIPE)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

  var argv = arguments.map { path in path.withCString { strdup($0) } } + [nil]
  var envp = environment.map { strdup($0) } + [nil]
  defer {
    for case let text? in argv { free(text) }
    for case let text? in envp { free(text) }
  }
  var process: pid_t = 0
  let code = program.withCString {
    posix_spawn(&process, $0, &actions, &attributes, &argv, &envp)
  }
  if code != 0 { throw SystemError("posix_spawn", code) }
  return process
}
