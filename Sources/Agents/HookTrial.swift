// A made-up event with a made-up key, to see whether an installed hook does what it is there for.

extension AgentContract {
  /// An event of this agent whose prompt, tool input or result holds `key`.
  package func trial(of hook: AgentHook, key: String) -> [UInt8] {
    let text = "HOPX_API_KEY=\(key)"
    let value: AnswerValue = hook.stage == .prompt ? .text(text) : .object([("text", .text(text))])
    let members: [(String, AnswerValue)] = [
      ("hook_event_name", .text(hook.name)), ("session_id", .text("hopxguard-agent-status")), ("cwd", .text("/")),
      ("tool_name", .text("Trial")), (hook.fields[0], value),
    ]
    return AnswerValue.object(members + marks).bytes
  }

  /// Whether what a hook printed for `trial` keeps the key from going on.
  package func stops(_ output: [UInt8], key: String) -> Bool {
    let isAnswer = output.withUnsafeBytes { (try? JSONText(parsing: $0)) != nil }
    return isAnswer && output != answer().whole && !String(decoding: output, as: UTF8.self).contains(key)
  }
}
