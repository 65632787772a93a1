// git as a child process: pinned, without a shell, its output read as it comes, its last words kept
// for the error.

public import POSIX

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Why git gave no answer.
public struct GitError: Error, Sendable {
  /// For a person; git's own words where it had any.
  public let reason: String
  /// git's exit status; nil when it did not run or was killed.
  public let status: CInt?

  public init(_ reason: String, status: CInt? = nil) {
    self.reason = reason
    self.status = status
  }
}

/// A git that runs. `finish()` it to learn whether it did its work.
public struct GitProcess: ~Copyable {
  private let process: pid_t
  private let output: Descriptor
  private let errors: Descriptor
  private let name: String
  private var message: [UInt8] = []
  private var errorsOpen = true
  private var reaped = false

  private static let longestMessage = 4096

  private init(process: pid_t, output: CInt, errors: CInt, name: String) {
    self.process = process
    self.output = Descriptor(output)
    self.errors = Descriptor(errors)
    self.name = name
  }

  /// Starts `git -C folder arguments… -- paths…` with nothing on its standard input.
  ///
  /// - Parameter options: git's own, before the command.
  /// - Throws: `GitError` when git cannot be started.
  public static func start(
    options: [String] = [], _ arguments: [String], paths: [Path] = [], in folder: Path,
    inherited: InheritedRepository
  ) throws(GitError) -> GitProcess {
    guard let git = findGit() else { throw GitError("git is not installed, or not in PATH") }
    var words = [Path("git"), Path("-C"), folder]
    words += pinnedConfiguration.flatMap { [Path("-c"), Path($0)] }
    words.append(Path("--literal-pathspecs"))
    words += (options + arguments).map { Path($0) }
    if !paths.isEmpty { words += [Path("--")] + paths }
    do throws(SystemError) {
      let started = try spawnWithPipes(git, words, inherited)
      return GitProcess(
        process: started.process, output: started.output, errors: started.errors, name: arguments[0])
    } catch {
      throw GitError("git \(arguments[0]) cannot be started: \(error.call): \(error)")
    }
  }

  private static func spawnWithPipes(
    _ git: Path, _ words: [Path], _ inherited: InheritedRepository
  ) throws(SystemError) -> (process: pid_t, output: CInt, errors: CInt) {
    let output = try makePipe()
    defer { close(output.write) }
    do throws(SystemError) {
      let errors = try makePipe()
      defer { close(errors.write) }
      do throws(SystemError) {
        let process = try spawn(
          git, words, environment: gitEnvironment(inherited),
          standardOutput: output.write, standardError: errors.write)
        return (process, output.read, errors.read)
      } catch {
        close(errors.read)
        throw error
      }
    } catch {
      close(output.read)
      throw error
    }
  }

  deinit {
    if !reaped {
      kill(process, SIGKILL)
      var status: CInt = 0
      while waitpid(process, &status, 0) == -1 && errno == EINTR {}
    }
  }

  /// Reads git's output; 0 at its end.
  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(GitError) -> Int {
    do throws(SystemError) {
      while true {
        var waits = [
          pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
          pollfd(fd: errorsOpen ? errors.number : -1, events: Int16(POLLIN), revents: 0),
        ]
        try retrying("poll") { poll(&waits, 2, -1) }
        if waits[1].revents != 0 { try readMessage() }
        if waits[0].revents != 0 { return try output.read(into: buffer) }
      }
    } catch {
      throw GitError("reading from git \(name): \(error)")
    }
  }

  private mutating func readMessage() throws(SystemError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { chunk.deallocate() }
    let count = try errors.read(into: chunk)
    if count == 0 { errorsOpen = false }
    message += chunk[..<min(count, Self.longestMessage - message.count)]
  }

  /// Waits for git to end.
  ///
  /// - Throws: `GitError` with git's words unless its exit status is 0.
  public mutating func finish() throws(GitError) {
    var status: CInt = 0
    do throws(SystemError) {
      while errorsOpen { try readMessage() }
      let process = process
      try retrying("waitpid") { waitpid(process, &status, 0) }
    } catch {
      throw GitError("waiting for git \(name): \(error)")
    }
    reaped = true
    if status == 0 { return }
    let signal = status & 0x7F
    let words = String(decoding: message, as: UTF8.self)
      .split(separator: "\n").joined(separator: "; ")
    if signal != 0 { throw GitError("git \(name) was killed by signal \(signal). \(words)") }
    let code = (status >> 8) & 0xFF
    throw GitError(words.isEmpty ? "git \(name) failed with status \(code)" : words, status: code)
  }
}
