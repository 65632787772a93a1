// What is known of an agent: how its events are recognised, what it wants to hear for each of them, and
// where its hooks are configured. A new agent is a new contract in `AgentContract.all`.

package struct AgentContract: Sendable {
  /// As on the command line.
  package let id: String
  package let title: String
  /// Whether an event with a name of `hooks` is this agent's. Contracts are asked in the order of `all`.
  let recognises: @Sendable (HookEvent) -> Bool
  package let hooks: [AgentHook]
  package let settings: AgentSettings
  /// Members by which its events are known, for one that is made up.
  let marks: [(String, AnswerValue)]
  /// What it keeps of what it has seen.
  package let kept: [KeptText]
  /// What says that an event may go on.
  let pass: AnswerBytes
  /// What its hooks cannot do, in sentences.
  package let limits: [String]

  /// From the most particular to the most general: several agents send Claude Code's events with a few fields
  /// more.
  package static let all: [AgentContract] = [.cursor, .vibe, .gemini, .copilot, .codex, .claude]

  /// The agent and the hook of an event; nil when no contract knows it.
  package static func of(_ event: HookEvent) -> (agent: AgentContract, hook: AgentHook)? {
    guard let name = event.name.map(comparable) else { return nil }
    for agent in all {
      guard let hook = agent.hooks.first(where: { $0.names.contains { comparable($0) == name } }),
        agent.recognises(event)
      else { continue }
      return (agent, hook)
    }
    return nil
  }
}

/// Files in which an agent keeps what it has seen.
package struct KeptText: Sendable {
  /// Below the agent's folder, or below the home folder with `~/`.
  package let path: String
  /// Whether keys may be taken out: not of a database, which is more than its text, and not of settings, where
  /// a key may be on purpose.
  package var isRewritten = true
}

/// An event that an agent has hooks for.
package struct AgentHook: Sendable {
  /// The first is the one in the agent's settings; others are those of older versions.
  package let names: [String]
  package let stage: HookStage
  /// Members of the event whose strings are looked at. Without any of them all strings are.
  let fields: [String]
  /// What keeps the agent from going on, with the reason for it.
  let refuse: @Sendable (_ reason: String) -> AnswerBytes
  /// What has a result replaced; nil for a hook that replaces none.
  var replace: (@Sendable (ReplacedResult) -> AnswerBytes)?

  package var name: String { names[0] }
}

/// A result with the keys taken out.
package struct ReplacedResult {
  let event: HookEvent
  /// The name of the event's member that holds it.
  let field: String
  /// What takes the place of the member's value: JSON of the same shape.
  let edited: EditedText
  /// What was done, for a person.
  let note: String

  /// The JSON that takes the place of the member's value.
  var value: [UInt8] {
    var bytes = AnswerBytes()
    edited.write(into: &bytes)
    return bytes.whole
  }

  /// The result as the model is to read it, between the quotes of a JSON string: of a string its content, of
  /// anything else its JSON.
  func textContent(of json: [UInt8]) -> [UInt8] {
    json.first == UInt8(ascii: "\"") ? Array(json.dropFirst().dropLast()) : jsonContent(json)
  }

  /// A member of the value, as JSON; nil when the value is no object that has it.
  func member(_ name: String) -> [UInt8]? {
    value.withUnsafeBytes { bytes in
      guard let json = try? JSONText(parsing: bytes), let member = json.member(name) else { return nil }
      return Array(bytes[member.value])
    }
  }
}

/// What a hook prints and how it ends.
package struct HookAnswer: Sendable {
  package var output = AnswerBytes()
  /// For standard error, without a line end; empty for nothing.
  package var words = ""
  /// 0, or 2 for what stops the agent where it understands no other answer.
  package var status = 0

  /// The answer that stops an unknown agent.
  package static func stop(_ reason: String) -> HookAnswer {
    HookAnswer(words: "stopped, because \(reason)", status: 2)
  }

  /// The answer that lets an unknown agent go on.
  package static func unchecked(_ reason: String) -> HookAnswer {
    HookAnswer(words: "note: \(reason); nothing was checked")
  }
}
