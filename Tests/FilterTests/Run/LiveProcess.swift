// The real binary with a pipe or a terminal at each end, while it runs.

import Foundation
import Testing

final class LiveProcess {
  let id: pid_t
  /// What is written here, it reads; -1 when that is nobody's business.
  private(set) var input: CInt
  /// What it writes can be read here.
  let output: CInt

  /// Starts `arguments` with pipes, or with a terminal of its own as all three of its streams.
  init(_ arguments: [String], terminal: Bool = false, rows: UInt16 = 24) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // As from a terminal, whatever the test runner ignores or blocks.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if terminal { flags |= 0x80 }  // POSIX_SPAWN_SETSID, spawn.h
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var closing: [CInt] = []
    if terminal {
      var main: CInt = -1
      var program: CInt = -1
      var name = [CChar](repeating: 0, count: 256)
      var size = winsize(ws_row: rows, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
      precondition(openpty(&main, &program, &name, nil, &size) == 0)
      (input, output, closing) = (main, main, [program])
      // The session's leader opens it, so it becomes the session's terminal.
      posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    } else {
      var into: [CInt] = [0, 0]
      var outOf: [CInt] = [0, 0]
      precondition(pipe(&into) == 0 && pipe(&outOf) == 0)
      (input, output, closing) = (into[1], outOf[0], [into[0], outOf[1]])
      posix_spawn_file_actions_adddup2(&actions, into[0], 0)
      posix_spawn_file_actions_adddup2(&actions, outOf[1], 1)
      for end in into + outOf { posix_spawn_file_actions_addclose(&actions, end) }
    }
    for end in [input, output] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var argv = arguments.map { strdup($0) } + [nil]
    var process: pid_t = 0
    let code = posix_spawnp(&process, arguments[0], &actions, &attributes, &argv, environ)
    precondition(code == 0, "\(arguments[0]): \(code)")
    id = process
    for end in closing { close(end) }
  }

  private var isOver = false

  deinit {
    if !isOver {
      kill(id, SIGKILL)
      _ = status()
    }
    if input != -1 { close(input) }
    if output != input { close(output) }
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty { rest = rest.dropFirst(rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }) }
  }

  func endInput() {
    close(input)
    input = -1
  }

  /// What comes until `enough`, or nothing more comes for ten seconds, or the end.
  func receive(until enough: ([UInt8]) -> Bool) -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !enough(result) {
      var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      if poll(&wait, 1, 10_000) <= 0 { break }
      let count = read(output, &buffer, buffer.count)
      if count <= 0 { break }
      result += buffer[..<count]
    }
    return result
  }

  func receive(_ count: Int) -> [UInt8] { receive { $0.count >= count } }
  func receiveText(until text: String) -> String {
    String(decoding: receive { String(decoding: $0, as: UTF8.self).contains(text) }, as: UTF8.self)
  }

  /// Whether nothing comes for a while.
  func isSilent() -> Bool {
    var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 150) == 0
  }

  /// The exit status, 128 and the signal if one ended it.
  func status() -> Int32 {
    var status: CInt = 0
    while waitpid(id, &status, 0) == -1 && errno == EINTR {}
    isOver = true
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
