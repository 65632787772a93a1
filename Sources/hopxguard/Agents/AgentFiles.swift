// Where the settings of agents are on this machine, and what our hooks in them run.

import Agents
import Bytes
import GitCommand
import Platform

/// Whose settings are meant.
enum AgentScope: CaseIterable {
  /// The user's, for all projects.
  case global
  /// The repository's, or the folder's outside of one.
  case project
}

/// A settings file of an agent.
struct AgentFile {
  let agent: AgentContract
  let scope: AgentScope
  let path: Path

  /// Bytes of a settings file.
  private static let longest = 16 << 20

  init(_ agent: AgentContract, _ scope: AgentScope) throws(ExitStatus) {
    self.agent = agent
    self.scope = scope
    let settings = agent.settings
    switch scope {
    case .global: path = try Self.homeFolder(of: agent).appending(settings.home.file.utf8)
    case .project: path = try Self.projectFolder().appending(settings.project.utf8)
    }
  }

  /// The agent's folder in the user's home.
  static func homeFolder(of agent: AgentContract) throws(ExitStatus) -> Path {
    let home = agent.settings.home
    if let name = home.variable, let folder = variable(name) { return Path(folder) }
    return try homeFolder().appending(home.folder.utf8)
  }

  static func homeFolder() throws(ExitStatus) -> Path {
    guard let home = variable("HOME") else { throw Console.fail("HOME is not set, so no agent's settings are found") }
    return Path(home)
  }

  static func projectFolder() throws(ExitStatus) -> Path {
    do throws(SystemError) {
      let here = try canonicalPath(".")
      return workTreeTop(of: here) ?? here
    } catch { throw Console.fail("the working folder cannot be found: \(error)") }
  }

  /// The file itself, where the path is a link.
  private var target: Path { (try? canonicalPath(path)) ?? path }

  /// - Returns: nil when there is no file.
  func read() throws(AgentFileError) -> [UInt8]? {
    do throws(SystemError) { return try readRegularFileIfAny(path, limit: Self.longest) } catch {
      throw AgentFileError(path, "cannot be read: \(error)")
    }
  }

  /// Replaces the file as a whole; takes it away for nil.
  func write(_ text: [UInt8]?) throws(AgentFileError) {
    do throws(SystemError) {
      guard let text else { return try removeFile(target) }
      if let folder = path.parent { try makeFolders(folder) }
      try writeAtomically(text, to: target)
    } catch { throw AgentFileError(path, "cannot be written: \(error.call): \(error)") }
  }

  /// What the file says of our hooks.
  func understood<Result>(_ body: () throws(SettingsFault) -> Result) throws(AgentFileError) -> Result {
    do throws(SettingsFault) { return try body() } catch {
      throw AgentFileError(path, "is left as it is: \(error.line.map { "line \($0): " } ?? "")\(error.reason)")
    }
  }
}

struct AgentFileError: Error {
  let reason: String

  init(_ path: Path, _ reason: String) { self.reason = "\(AgentFileError.shown(path)) \(reason)" }

  static func shown(_ path: Path) -> String { escapedForTerminal(path.bytes) }
}

/// The command line that our hooks run, for a shell.
func agentHookCommand() throws(ExitStatus) -> String {
  let binary: Path
  do throws(SystemError) { binary = try ownBinary() } catch {
    throw Console.fail("the path of this program cannot be found: \(error)")
  }
  guard let text = String(validating: binary.bytes, as: UTF8.self) else {
    throw Console.fail("the path of this program is not UTF-8, which settings in JSON and TOML cannot hold")
  }
  let plain = text.utf8.allSatisfy { byte in
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || "/._-+".utf8.contains(byte)
  }
  return (plain ? text : "'\(text.replacing("'", with: "'\\''"))'") + " agent hook"
}
