// The root of the command line: lists the commands, and is the one place that turns an error into a
// message and an exit code.

import Archives
import ArgumentParser
import Bytes
import CStart
import Inputs
import Platform
import Reporting
import TOML

struct Hopxguard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Tool.name,
    abstract: "Keeps Hopx API keys out of git, out of CI and out of logs.",
    discussion: """
      Examples:
        hopxguard scan                    scan the folder you are in
        hopxguard scan src config.yaml    scan a folder and a file
        kubectl logs pod | hopxguard scan -
        app 2>&1 | hopxguard redact >> app.log
        hopxguard hook install            stop commits and pushes with a key
        hopxguard agent install           keep keys from coding agents and their transcripts
        hopxguard gitignore               can .env, *.key and secrets/ be committed?
        hopxguard verify                  which of the keys here are live?
        hopxguard check                   scan and gitignore: the command for a CI job
        hopxguard lint                    code that would leak a key
        hopxguard audit                   how old are the keys, and who can read them?
        hopxguard rotate FINGERPRINT      replace a key, step by step
        hopxguard allow FINGERPRINT --reason TEXT    accept a false alarm
        hopxguard baseline                accept today's findings, fail on new ones
        hopxguard rules list              the rules in use

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was scanned.
      """,
    version: "\(Tool.name) \(Tool.version)" + (Tool.commit.map { " (\($0))" } ?? ""),
    subcommands: [
      ScanCommand.self, VerifyCommand.self, RedactCommand.self, RunCommand.self, GitignoreCommand.self,
      CheckCommand.self, AuditCommand.self, RotateCommand.self, HookCommand.self, AgentCommand.self, AllowCommand.self,
      BaselineCommand.self,
      LintCommand.self,
      RulesCommand.self,
    ])

  func run() throws { try sayHelp(of: Self.self) }
}

/// Ends a command that lacks its subcommand, with an error: if a variable on a CI job's line is empty, exit code 0
/// would be read as clean.
func sayHelp(of command: any ParsableCommand.Type) throws -> Never {
  Console.say(Hopxguard.helpMessage(for: command) + "\n")
  throw ExitStatus.failed
}

/// The caller's process state, before this process changes it.
enum Caller {
  /// Saved when `main` first reads it.
  static let state = CallerState.takeOver()
}

@main struct Main {
  static func main() {
    cstart_clean_environment()
    _ = Caller.state
    do {
      let first = CommandLine.argc > 1 ? String(cString: CommandLine.unsafeArgv[1]!) : ""
      if CommandLine.argc == 2, first == "redact", environment("RULES") == nil, !hasProjectSettings {
        return try redactStandardInput()
      }
      if CommandLine.argc == 5, first == ArchiveServer.command {
        let words = (2..<5).map { String(cString: CommandLine.unsafeArgv[$0]!) }
        endProcess(ArchiveServer.run(words[0], memory: words[1], start: words[2]))
      }
      var arguments = commandLineArguments()
      if ["-V", "-v"].contains(arguments.first) { arguments[0] = "--version" }
      var command = try Hopxguard.parseAsRoot(arguments)
      try command.run()
    } catch let code as ExitStatus {
      endProcess(code.rawValue)
    } catch {
      if let wrong = wrongCommand(commandLineArguments()) {
        Console.say("\(Tool.name): \(wrong.words)\nSee '\(wrong.command) --help'.\n")
        endProcess(ExitStatus.failed.rawValue)
      }
      let message = Hopxguard.fullMessage(for: error)
      if Hopxguard.exitCode(for: error) == .success {
        print(message)
        endProcess(ExitStatus.clean.rawValue)
      }
      // The prefix of swift-argument-parser is not ours.
      let isUsageError = message.hasPrefix("Error: ")
      let text = isUsageError ? "\(Tool.name): \(message.dropFirst(7))" : message
      Console.say(Console.shown(lines: text) + "\n")
      endProcess(ExitStatus.failed.rawValue)
    }
  }
}

/// The error for the first word that should name a command and does not, and the command before that word;
/// nil if there is no such word.
private func wrongCommand(_ arguments: [String]) -> (words: String, command: String)? {
  var command: any ParsableCommand.Type = Hopxguard.self
  var names = Tool.name
  for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
    let known = command.configuration.subcommands
    if known.isEmpty || word.hasPrefix("-") || (command == Hopxguard.self && word == "help") { return nil }
    guard let next = known.first(where: { $0._commandName == word }) else {
      let shown = known.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
      return ("unknown command '\(Console.shown(word.utf8))'\(suggestion(for: word, among: shown))", names)
    }
    names += " " + word
    command = next
  }
  return nil
}

/// How a command ends. No code has two meanings.
enum ExitStatus: CInt, Error {
  /// Everything that was asked for was read to its end, and nothing was found.
  case clean = 0
  case found = 1
  /// A usage error, or something was not scanned.
  case failed = 2
}
