// `hopxguard run`: a command with its output redacted, and nothing else about it changed: its input,
// its signals, its exit code. The command line and the environment are never printed.

import ArgumentParser
import Detection
import Platform

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command with its standard output and standard error redacted.",
    usage: "hopxguard run [<options>] [--] <command> ...",
    discussion: """
      If hopxguard runs in a terminal, so does the command. Signals are passed on, also when hopxguard \
      is process 1 of a container. The rules that .hopxguard.toml of the repository you are in names count too.

      Examples:
        hopxguard run -- npm start
        hopxguard run --rules tokens.toml -- ./deploy.sh production

      Exit codes: the command's own; 128 plus the signal's number if a signal ended it; 126 if it cannot \
      be run; 127 if it is not found; 2 if its output could not be written.
      """)

  @Flag(help: "Do not look for encoded keys (base64, escapes, UTF-16, colour codes inside).")
  var plain = false

  @Flag(help: "Leave CI commands as they are that tell a runner what to mask (::add-mask::, ##vso[task.setsecret]).")
  var leaveMaskCommands = false

  @OptionGroup var rules: RuleOptions

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The command and its arguments.", valueName: "command"))
  var command: [String]

  func validate() throws {
    // Everything from the first word on belongs to the command, so our own options are recognised here.
    if command == ["--help"] || command == ["-h"] { throw CleanExit.helpRequest(self) }
    if let first = command.first, first != "--", first.hasPrefix("-") {
      throw ValidationError("Unknown option '\(first)'; a command goes after --.")
    }
    if words.isEmpty { throw ValidationError("Name a command: hopxguard run -- COMMAND ...") }
  }

  func run() throws {
    occupyClosedStandardDescriptors()
    let set = try rules.loadWithProject()
    end(try WrappedCommand(words, rules: set, isPlain: plain, leavesMasks: leaveMaskCommands).run())
  }

  /// The command's words as the system gave them to us, whatever their encoding.
  private var words: [Path] {
    let all = (0..<Int(CommandLine.argc)).map { index in
      let word = CommandLine.unsafeArgv[index]!
      return Path(cString: word)
    }
    let own = command.first == "--" ? command.count - 1 : command.count
    return Array(all.suffix(own))
  }
}

/// `ParsableCommand` has an `exit` of its own, which knows only its own codes.
private func end(_ code: CInt) -> Never { endProcess(code) }
