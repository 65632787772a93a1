// What became of a child: waiting for its end, and ending it.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How a process ended.
package enum ProcessEnd: Sendable {
  /// With an exit status of its own.
  case exited(CInt)
  case killed(signal: CInt)

  /// - Parameter status: from `waitpid`.
  init(waitStatus status: CInt) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }

  /// One number, as shells have it: the exit status, or 128 and the number of the signal.
  package var shellStatus: CInt {
    switch self {
    case .exited(let status): status
    case .killed(let signal): 128 + signal
    }
  }
}

/// Waits until a child has ended. Its number may be another process's then.
///
/// - Throws: `SystemError`; `SystemError.noChild` when something else has waited for it.
package func waitForEnd(of process: CInt) throws(SystemError) -> ProcessEnd {
  var status: CInt = 0
  try retrying("waitpid") { waitpid(process, &status, 0) }
  return ProcessEnd(waitStatus: status)
}

/// Ends a child by SIGKILL.
package func killProcess(_ process: CInt) { kill(process, SIGKILL) }

/// Ends a child, whatever it is doing, and waits for its end.
package func stopProcess(_ process: CInt) {
  killProcess(process)
  _ = try? waitForEnd(of: process)
}

/// Whether this is process 1, which inherits every process that has lost its parent, and with which all end.
package var isFirstProcess: Bool { getpid() == 1 }

/// fork(2), for a process that has no other thread.
///
/// - Returns: whether this is the child; false also when the system gives none.
package func isForkedChild() -> Bool { forkProcess() == 0 }

/// Ends a child of `isForkedChild` without what its parent wanted to do at its own end.
package func endForkedChild(_ code: CInt) -> Never { _exit(code) }
