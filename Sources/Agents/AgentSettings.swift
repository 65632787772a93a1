// Where an agent's hooks are configured, and what an entry for one looks like.

package struct AgentSettings: Sendable {
  /// The agent's folder in the home of a user.
  package struct Home: Sendable {
    /// Below the home folder.
    package let folder: String
    /// An environment variable that names another folder.
    package let variable: String?
    /// Below either.
    package let file: String
  }

  /// What each hook of the settings is.
  package enum Handlers: Sendable {
    /// A group with a list of commands, as Claude Code has it.
    case nested([(String, AnswerValue)])
    /// A command.
    case flat([(String, AnswerValue)])
  }

  package enum Format: Sendable {
    /// `{"hooks": {EVENT: [...]}}`, comments allowed.
    ///
    /// - Parameters:
    ///   - handlers: with fields that each command has besides its command line and its time limit.
    ///   - root: members beside `hooks` that a new file has.
    case json(handlers: Handlers, root: [(String, String)])
    /// `[[hooks]]` of TOML.
    case vibe
  }

  /// Below the top of a project.
  package let project: String
  package let home: Home
  package let format: Format
  /// In which time limits count.
  package let unitsPerSecond: Int

  /// An event takes milliseconds. One of a hundred megabytes on a busy machine takes a while.
  package static let seconds = 30
}
