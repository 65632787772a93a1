// Cursor, the editor and the command line. Source: cursor.com/docs/hooks. It also runs the hooks that are
// configured for Claude Code, so that an event may come twice; both get the same answer.

extension AgentContract {
  static let cursor = AgentContract(
    id: "cursor", title: "Cursor",
    recognises: { $0.has("cursor_version") || ($0.has("conversation_id") && $0.has("workspace_roots")) },
    hooks: [
      AgentHook(
        names: ["beforeSubmitPrompt", "UserPromptSubmit"], stage: .prompt, fields: ["prompt", "attachments"],
        refuse: { answer(("continue", .flag(false)), ("user_message", .text($0))) }),
      AgentHook(names: ["preToolUse"], stage: .beforeTool, fields: ["tool_input"], refuse: cursorDenial),
      // What a tool of Cursor's own has read cannot be replaced afterwards.
      AgentHook(names: ["beforeReadFile"], stage: .beforeTool, fields: ["content"], refuse: cursorDenial),
      AgentHook(
        names: ["postToolUse"], stage: .afterTool, fields: ["tool_output", "tool_response", "tool_result"],
        refuse: { answer(("additional_context", .text($0))) },
        replace: { result in
          guard result.event.string("tool_name")?.hasPrefix("MCP:") == true else {
            return answer(
              (
                "additional_context",
                .text("\(result.note) Cursor does not let a hook change this output: \(discretion)")
              ))
          }
          return answer(("updated_mcp_tool_output", .json(unwrapped(result.value))))
        }),
    ],
    settings: AgentSettings(
      project: ".cursor/hooks.json", home: .init(folder: ".cursor", variable: nil, file: "hooks.json"),
      format: .json(handlers: .flat([("failClosed", .flag(true))]), root: [("version", "1")]), unitsPerSecond: 1),
    marks: [("cursor_version", .text("0"))],
    kept: [
      KeptText(path: "projects"),
      KeptText(path: "~/.config/Cursor/User", isRewritten: false),
      KeptText(path: "~/Library/Application Support/Cursor/User", isRewritten: false),
      KeptText(path: "mcp.json", isRewritten: false),
    ],
    pass: answer(),
    limits: [
      "Only the results of MCP tools can be replaced. A file with a key is not read at all (beforeReadFile).",
      "What a command prints reaches the model, with a note not to repeat the key.",
      "Versions before 2026 run only some of these hooks. In an untrusted workspace project hooks do not run.",
    ])
}

@Sendable private func cursorDenial(_ reason: String) -> AnswerBytes {
  answer(("permission", .text("deny")), ("user_message", .text(reason)), ("agent_message", .text(reason)))
}

/// The object in a string that holds one as JSON, as Cursor sends results; else the value itself.
private func unwrapped(_ value: [UInt8]) -> [UInt8] {
  guard value.first == UInt8(ascii: "\"") else { return value }
  let content = value.withUnsafeBytes { bytes in
    decoded(JSONText.Literal(range: 1..<(bytes.count - 1), hasEscapes: true, isName: false), in: bytes)
  }
  let isObject = content.withUnsafeBytes { bytes in
    (try? JSONText(parsing: bytes)) != nil && bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{")
  }
  return isObject ? content : value
}
