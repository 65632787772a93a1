// GitHub Copilot: its command line and VS Code, which read the same files. Sources: docs.github.com,
// "GitHub Copilot hooks reference"; code.visualstudio.com, "Hooks reference". Events have Claude Code's names
// and a `timestamp`, or the command line's own camelCase fields.

extension AgentContract {
  static let copilot = AgentContract(
    id: "copilot", title: "Copilot CLI and VS Code",
    recognises: { $0.has("timestamp") || $0.has("sessionId") || $0.has("toolName") },
    hooks: [
      AgentHook(
        names: ["UserPromptSubmit", "userPromptSubmitted"], stage: .prompt, fields: ["prompt"],
        refuse: { reason in
          answer(
            ("decision", .text("block")), ("reason", .text(reason)), ("continue", .flag(false)),
            ("stopReason", .text(reason)))
        }),
      AgentHook(
        names: ["PreToolUse"], stage: .beforeTool, fields: ["tool_input", "toolArgs"],
        refuse: { reason in
          answer(
            ("permissionDecision", .text("deny")), ("permissionDecisionReason", .text(reason)),
            ("hookSpecificOutput", .object(claudeDenialMembers(reason))))
        }),
      AgentHook(
        names: ["PostToolUse"], stage: .afterTool, fields: ["tool_result", "toolResult", "tool_response"],
        refuse: { answer(("decision", .text("block")), ("reason", .text($0))) },
        replace: { result in
          if result.field == "toolResult" { return answer(("modifiedResult", .edited(result.edited))) }
          if let text = result.member("text_result_for_llm") {
            return answer(
              ("modifiedResult", .object([("resultType", .text("success")), ("textResultForLlm", .json(text))])))
          }
          return answer(
            ("decision", .text("block")),
            ("reason", .text("\(result.note) VS Code does not let a hook change this result: \(discretion)")))
        }),
    ],
    settings: AgentSettings(
      project: ".github/hooks/hopxguard.json",
      home: .init(folder: ".copilot", variable: "COPILOT_HOME", file: "hooks/hopxguard.json"),
      format: .json(handlers: .flat([("type", .text("command"))]), root: [("version", "1")]), unitsPerSecond: 1),
    marks: [("timestamp", .text("1970-01-01T00:00:00Z"))],
    kept: [
      KeptText(path: "session-state"),
      KeptText(path: "history-session-state"),
      KeptText(path: "logs"),
      KeptText(path: "", isRewritten: false),
    ],
    pass: answer(),
    limits: [
      "Copilot CLI drops what a hook says about a prompt, so a key in a prompt is not stopped there; VS Code stops it.",
      "VS Code cannot replace a result: it is told to stop, after the model's host has seen the key.",
      "A hook that times out lets the call pass, before a tool too; in Copilot CLI one that crashes denies the tool.",
    ])
}
