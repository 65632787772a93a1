// git as a child process: pinned, without a shell, its output streamed, the end of its standard error kept for
// the error message.

package import Platform

/// Why git gave no answer.
package struct GitError: Error, Sendable {
  /// For a person; git's own words where it had any.
  package let reason: String
  /// git's exit status; nil when it did not run or was killed.
  package let status: CInt?

  package init(_ reason: String, status: CInt? = nil) {
    self.reason = reason
    self.status = status
  }
}

/// A git that runs. `finish()` it to learn whether it did its work.
package struct GitProcess: ~Copyable {
  private let process: CInt
  private let output: Descriptor
  private let errors: Descriptor
  private var input: CInt?
  private let name: String
  private var message: [UInt8] = []
  /// git said more than was kept.
  private var saidMore = false
  private var errorsOpen = true
  private var reaped = false

  private static let longestMessage = 4096
  /// Seconds that git may sleep without having been woken once. Nothing on a disk takes as long; what
  /// does is a FIFO of a hostile repository, in the place of a file that git opens.
  private static let longestSleep = 10
  /// Bytes that git may have. It holds all paths of a commit at once, and a tree that holds itself ten
  /// times over, ten levels deep, has more than any machine has room for. Enough for ten million.
  private static let mostMemory = 3 << 30
  /// Seconds that git may take for one answer though it is at work; nil for as many as it likes.
  var longestWork: Int?
  /// Called when git is still at work after some seconds without a word: throws to stop it.
  var whenSlow: (() throws(GitError) -> Void)?
  private static let slow = 3
  /// Seconds that git may be silent on systems that do not report what a process does.
  private static let longestSilence = 300

  private init(process: CInt, input: CInt?, output: CInt, errors: CInt, name: String) {
    self.process = process
    self.input = input
    self.output = Descriptor(output)
    self.errors = Descriptor(errors)
    self.name = name
  }

  /// Starts `git -C FOLDER arguments… -- paths…`.
  ///
  /// - Parameters:
  ///   - repository: whose folder is FOLDER.
  ///   - options: git's own, before the command.
  ///   - configuration: what wins over the repository's and the user's.
  ///   - takesInput: `exchange` feeds its standard input, which is empty otherwise.
  ///   - environment: `NAME=VALUE`, besides what every git gets.
  /// - Throws: `GitError` when git cannot be started.
  package static func start(
    in repository: GitRepository, options: [String] = [], _ arguments: [String], paths: [Path] = [],
    configuration: [String] = pinnedConfiguration, takesInput: Bool = false, environment: [Path] = []
  ) throws(GitError) -> GitProcess {
    guard let git = findGit() else { throw GitError("git is not installed, or not in PATH") }
    var words = [Path("git"), Path("-C"), repository.folder]
    words += configuration.flatMap { [Path("-c"), Path($0)] }
    words.append(Path("--literal-pathspecs"))
    words += (options + arguments).map { Path($0) }
    if !paths.isEmpty { words += [Path("--")] + paths }
    do throws(SystemError) {
      let input = takesInput ? try makeInputStream() : nil
      defer { if let input { closeDescriptor(input.child) } }
      do throws(SystemError) {
        let started = try spawnWithPipes(
          git, words, repository, environment, standardInput: input?.child)
        return GitProcess(
          process: started.process, input: input?.own, output: started.output,
          errors: started.errors, name: arguments[0])
      } catch {
        if let input { closeDescriptor(input.own) }
        throw error
      }
    } catch {
      throw GitError("git \(arguments[0]) cannot be started: \(error.call): \(error)")
    }
  }

  private static func spawnWithPipes(
    _ git: Path, _ words: [Path], _ repository: GitRepository, _ environment: [Path], standardInput: CInt?
  ) throws(SystemError) -> (process: CInt, output: CInt, errors: CInt) {
    let output = try makePipe()
    defer { closeDescriptor(output.write) }
    do throws(SystemError) {
      let errors = try makePipe()
      defer { closeDescriptor(errors.write) }
      do throws(SystemError) {
        let process = try spawn(
          git, words, environment: gitEnvironment(of: repository) + environment,
          standardInput: standardInput, standardOutput: output.write, standardError: errors.write)
        limitMemory(of: process, bytes: mostMemory)
        return (process, output.read, errors.read)
      } catch {
        closeDescriptor(errors.read)
        throw error
      }
    } catch {
      closeDescriptor(output.read)
      throw error
    }
  }

  deinit {
    if let input { closeDescriptor(input) }
    if !reaped { stopProcess(process) }
  }

  /// Reads git's output; 0 at its end.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(GitError) -> Int {
    while true {
      var ends: [AwaitedDescriptor] = [.toRead(output.number), .toRead(errorsOpen ? errors.number : nil)]
      try wait(for: &ends)
      do throws(SystemError) {
        if ends[1].isReady { try readMessage() }
        if ends[0].isReady { return try output.read(into: buffer) }
      } catch {
        throw GitError("reading from git \(name): \(error)")
      }
    }
  }

  /// Waits until one of `ends` is ready.
  ///
  /// - Throws: `GitError` when git will never say anything more.
  private func wait(for ends: inout [AwaitedDescriptor]) throws(GitError) {
    var seconds = 0
    var waited = 0
    var last = ProcessActivity.unknown
    while true {
      do throws(SystemError) {
        if try waitUntilReady(&ends, milliseconds: 1000) { return }
      } catch {
        throw GitError("waiting for git \(name): \(error)")
      }
      waited += 1
      if waited == Self.slow { try whenSlow?() }
      if let longestWork, waited >= longestWork {
        throw GitError("git \(name) did not finish in \(longestWork) seconds, and was stopped")
      }
      let now = ProcessActivity(of: process)
      seconds = now == last && now != .busy ? seconds + 1 : 0
      last = now
      if seconds >= (now == .unknown ? Self.longestSilence : Self.longestSleep) {
        throw GitError(
          "git \(name) made no progress, as when a file it reads is a FIFO, and was stopped")
      }
    }
  }

  /// Writes as much of `bytes` as git accepts and reads its output, whichever is possible first, so that
  /// neither side waits for the other forever.
  ///
  /// - Parameters:
  ///   - bytes: for its standard input; empty to read only.
  ///   - waits: until one of them can be done.
  /// - Returns: the number of bytes written and read; `read` is nil if there was nothing to read, and 0 at the
  ///   end of git's output.
  /// - Throws: `GitError`, but not if git has ended and no longer reads: `finish()` reports that.
  package mutating func exchange(
    _ bytes: UnsafeRawBufferPointer, into buffer: UnsafeMutableRawBufferPointer, waits: Bool = true
  ) throws(GitError) -> (written: Int, read: Int?) {
    while true {
      var ends: [AwaitedDescriptor] = [
        .toRead(output.number), .toRead(errorsOpen ? errors.number : nil), .toWrite(bytes.isEmpty ? nil : input),
      ]
      if waits { try wait(for: &ends) }
      do throws(SystemError) {
        if !waits { try waitUntilReady(&ends, milliseconds: 0) }
        if ends[1].isReady { try readMessage() }
        let read = ends[0].isReady ? try output.read(into: buffer) : nil
        var written = 0
        if ends[2].isReady, let input {
          do throws(SystemError) { written = try sendNow(bytes, to: input) } catch {
            guard error.code == SystemError.brokenPipe else { throw error }
            endInput()
          }
        }
        if read != nil || written > 0 || !waits { return (written, read) }
      } catch {
        throw GitError("talking to git \(name): \(error)")
      }
    }
  }

  /// Lets git see the end of its standard input.
  package mutating func endInput() {
    if let input { closeDescriptor(input) }
    input = nil
  }

  private mutating func readMessage() throws(SystemError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { chunk.deallocate() }
    let count = try errors.read(into: chunk)
    if count == 0 { errorsOpen = false }
    let kept = min(count, Self.longestMessage - message.count)
    message += chunk[..<kept]
    if kept < count { saidMore = true }
  }

  /// What git has said on its standard error, in one line: 4,096 bytes at most.
  package var words: String {
    String(decoding: message, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("hint:") }.joined(separator: "; ")
  }

  /// Of a git that listed files and ended well: what it could not look at, in one line; empty when that
  /// is nothing. That it could not read a configuration or an ignore file only makes it list more, and
  /// what else it warns of takes nothing out of a listing. Source: git's dir.c, "could not open directory".
  var complaints: String {
    if saidMore { return words }
    return String(decoding: message, as: UTF8.self).split(separator: "\n").filter { line in
      !line.hasPrefix("warning: ") || line.hasPrefix("warning: could not ")
    }.joined(separator: "; ")
  }

  /// Waits for git to end.
  ///
  /// - Throws: `GitError` with git's words unless its exit status is 0.
  package mutating func finish() throws(GitError) {
    if reaped { return }
    while errorsOpen {
      var ends = [AwaitedDescriptor.toRead(errors.number)]
      try wait(for: &ends)
      do throws(SystemError) { try readMessage() } catch {
        throw GitError("reading from git \(name): \(error)")
      }
    }
    let end: ProcessEnd
    do throws(SystemError) { end = try waitForEnd(of: process) } catch {
      // Something else reaped it, and its number may be another process's by now.
      if error.code == SystemError.noChild { reaped = true }
      throw GitError("waiting for git \(name): \(error)")
    }
    reaped = true
    switch end {
    case .exited(0): return
    case .exited(let code):
      throw GitError(words.isEmpty ? "git \(name) failed with status \(code)" : words, status: code)
    case .killed(let signal): throw GitError("git \(name) was killed by signal \(signal). \(words)")
    }
  }
}

extension GitProcess {
  /// Runs a git command to its end.
  ///
  /// - Returns: what it printed.
  /// - Throws: `GitError` unless it ended well.
  package static func outputBytes(
    of repository: GitRepository, _ arguments: [String], configuration: [String] = pinnedConfiguration
  ) throws(GitError) -> [UInt8] {
    var git = try start(in: repository, arguments, configuration: configuration)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    var output: [UInt8] = []
    while true {
      let count = try git.read(into: buffer)
      if count == 0 { break }
      output += buffer[..<count]
    }
    try git.finish()
    return output
  }

  /// The same as text, without trailing line ends.
  package static func output(
    of repository: GitRepository, _ arguments: [String], configuration: [String] = pinnedConfiguration
  ) throws(GitError) -> String {
    var text = try outputBytes(of: repository, arguments, configuration: configuration)
    while text.last == 0x0A { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }
}
