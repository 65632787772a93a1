// Signals taken one by one where the program wants them, instead of in handlers that interrupt it.

#if canImport(Darwin)
  package import Darwin
#else
  package import Glibc
#endif

/// Signals that are blocked and waited for. Make it before any thread, which inherits what is blocked.
package struct SignalQueue: Sendable {
  /// What was blocked before.
  package let formerMask: sigset_t
  private let set: sigset_t

  package struct Arrival: Sendable {
    package let signal: CInt
    /// A terminal's key or hang-up: the whole foreground group got it, our children too.
    package let isFromTerminal: Bool
    /// This process sent it, to a group that it belongs to.
    package let isOwn: Bool
  }

  package init(_ signals: [CInt]) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    var former = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &former)
    self.set = set
    formerMask = former
  }

  /// The next signal.
  ///
  /// - Parameter seconds: how long to wait; nil for ever.
  /// - Returns: nil when that time is over.
  package func next(seconds: Double?) -> Arrival? {
    var set = set
    #if canImport(Darwin)
      // Darwin has no sigtimedwait(2), and no call that reports the sender.
      let until = monotonicSeconds() + (seconds ?? .infinity)
      while monotonicSeconds() < until {
        var pending = sigset_t()
        sigpending(&pending)
        for signal in 1..<Int32(NSIG) where sigismember(&pending, signal) == 1 && sigismember(&set, signal) == 1 {
          var number: CInt = 0
          sigwait(&set, &number)
          return Arrival(
            signal: number, isFromTerminal: [SIGINT, SIGQUIT, SIGTSTP].contains(number) && isatty(0) == 1, isOwn: false)
        }
        usleep(5_000)
      }
      return nil
    #else
      var info = siginfo_t()
      while true {
        let signal: CInt
        if let seconds {
          let whole = max(0, seconds)
          var time = timespec(tv_sec: Int(whole), tv_nsec: Int((whole - whole.rounded(.down)) * 1e9))
          signal = sigtimedwait(&set, &info, &time)
        } else {
          signal = sigwaitinfo(&set, &info)
        }
        if signal > 0 {
          let isOwn = info.si_code == 0 && info._sifields._kill.si_pid == getpid()
          return Arrival(signal: signal, isFromTerminal: info.si_code == kernel, isOwn: isOwn)
        }
        if errno != EINTR { return nil }
      }
    #endif
  }

  /// SI_KERNEL, sigaction(2).
  private let kernel: CInt = 0x80
}

/// Whether `signal` is ignored.
package func isIgnored(_ signal: CInt) -> Bool {
  var action = sigaction()
  sigaction(signal, nil, &action)
  #if canImport(Darwin)
    return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == 1  // SIG_IGN
  #else
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
  #endif
}
