// The keys of the real terminal on their way to a command at a pseudo-terminal. The real one is raw meanwhile: echo,
// line editing and signals are the pseudo-terminal's, as the command sets it.

import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Forwards keys while this process is in the foreground of its terminal.
package final class Keyboard: Sendable {
  private let terminal: CInt
  private let target: CInt
  private let isInput: Bool
  private let state = Mutex(State())

  private struct State {
    /// The terminal's own settings while it is raw.
    var saved: termios?
    var isPaused = false
  }

  /// Milliseconds between two looks at whether keys are to be forwarded.
  private static let interval: CInt = 100

  /// - Parameters:
  ///   - terminal: the real one.
  ///   - target: our end of the pseudo-terminal, non-blocking.
  ///   - isInput: the command's standard input is the terminal. Otherwise other programs of the pipeline may read
  ///     keys, and the command gets them only while it has line editing or echo switched off.
  package init(terminal: CInt, target: CInt, isInput: Bool) {
    self.terminal = terminal
    self.target = target
    self.isInput = isInput
  }

  /// Gives the terminal back its settings.
  package func pause() {
    state.withLock {
      $0.isPaused = true
      release(&$0)
    }
  }

  /// Forwards keys again, after a pause or after this process was stopped without one.
  package func resume() {
    state.withLock { state in
      state.isPaused = false
      var settings = termios()
      // A shell that had the foreground meanwhile has set the terminal up anew.
      if tcgetattr(terminal, &settings) == 0, settings.c_lflag & tcflag_t(ICANON) != 0 { state.saved = nil }
    }
    _ = attach()
  }

  /// Forwards keys until the terminal is gone or `stop` can be read from.
  package func run(stop: CInt) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let isAttached = attach()
      var waits = [
        pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isAttached ? terminal : -1, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&waits, 2, isAttached && isInput ? -1 : Self.interval)
      if waits[0].revents != 0 { return }
      // Stopped and continued meanwhile, perhaps in the background.
      guard waits[1].revents != 0, attach() else { continue }
      let count = read(terminal, buffer.baseAddress, buffer.count)
      if count > 0 {
        forward(UnsafeRawBufferPointer(rebasing: buffer[..<count]), stop: stop)
      } else if count == 0 || (errno != EINTR && errno != EAGAIN && isForeground) {
        return
      }
    }
  }

  private var isForeground: Bool { tcgetpgrp(terminal) == getpgrp() }

  /// - Returns: whether keys are to be forwarded now; then the terminal is raw.
  private func attach() -> Bool {
    state.withLock { state in
      guard !state.isPaused, isForeground else {
        // The job in the foreground has set the terminal up for itself.
        if !state.isPaused { state.saved = nil }
        return false
      }
      guard isInput || commandReadsKeys else {
        release(&state)
        return false
      }
      if state.saved != nil { return true }
      var settings = termios()
      guard tcgetattr(terminal, &settings) == 0 else { return false }
      state.saved = settings
      cfmakeraw(&settings)
      return tcsetattr(terminal, TCSADRAIN, &settings) == 0
    }
  }

  private func release(_ state: inout State) {
    guard var settings = state.saved else { return }
    state.saved = nil
    if isForeground { tcsetattr(terminal, TCSADRAIN, &settings) }
  }

  private var commandReadsKeys: Bool {
    var settings = termios()
    guard tcgetattr(target, &settings) == 0 else { return false }
    return settings.c_lflag & tcflag_t(ICANON) == 0 || settings.c_lflag & tcflag_t(ECHO) == 0
  }

  private func forward(_ keys: UnsafeRawBufferPointer, stop: CInt) {
    let signals = signals(of: keys)
    var rest = keys
    while !rest.isEmpty {
      let count = write(target, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno == EAGAIN {
        var waits = [
          pollfd(fd: stop, events: Int16(POLLIN), revents: 0), pollfd(fd: target, events: Int16(POLLOUT), revents: 0),
        ]
        _ = poll(&waits, 2, -1)
        if waits[0].revents != 0 { return }
      } else if errno != EINTR {
        return
      }
    }
    // The command has its signal from the pseudo-terminal; the rest of our pipeline, and the script that it is
    // part of, would have had it from the real one.
    for signal in signals { kill(0, signal) }
  }

  /// Signals that the pseudo-terminal makes of `keys`.
  private func signals(of keys: UnsafeRawBufferPointer) -> [CInt] {
    var settings = termios()
    guard keys.contains(where: { $0 < 0x20 || $0 == 0x7F }), tcgetattr(target, &settings) == 0,
      settings.c_lflag & tcflag_t(ISIG) != 0
    else { return [] }
    return withUnsafeBytes(of: settings.c_cc) { characters in
      [(VINTR, SIGINT), (VQUIT, SIGQUIT)].compactMap { place, signal in
        let key = characters[Int(place)]
        return key != 0 && keys.contains(key) ? signal : nil
      }
    }
  }
}
