// Claude Code. Source: code.claude.com/docs/en/hooks; `updatedToolOutput` for all tools since 2.1.121, for
// those of MCP by another name before; `onFailure` since 2.1.295, which older versions pass over.

extension AgentContract {
  static let claude = AgentContract(
    id: "claude", title: "Claude Code",
    recognises: { _ in true },
    hooks: [
      AgentHook(names: ["UserPromptSubmit"], stage: .prompt, fields: ["prompt"]) { reason in
        answer(
          ("decision", .text("block")), ("reason", .text(reason)),
          (
            "hookSpecificOutput",
            .object([
              ("hookEventName", .text("UserPromptSubmit")), ("suppressOriginalPrompt", .flag(true)),
            ])
          ))
      },
      AgentHook(names: ["PreToolUse"], stage: .beforeTool, fields: ["tool_input"], refuse: claudeDenial),
      AgentHook(
        names: ["PostToolUse"], stage: .afterTool, fields: ["tool_response", "tool_output", "tool_result"],
        refuse: { answer(("decision", .text("block")), ("reason", .text($0))) },
        replace: { result in
          var output: [(String, AnswerValue)] = [
            ("hookEventName", .text("PostToolUse")), ("updatedToolOutput", .edited(result.edited)),
          ]
          if result.event.string("tool_name")?.hasPrefix("mcp__") == true {
            output.append(("updatedMCPToolOutput", .edited(result.edited)))
          }
          return answer(("hookSpecificOutput", .object(output)), ("systemMessage", .text(result.note)))
        }),
    ],
    settings: AgentSettings(
      project: ".claude/settings.json",
      home: .init(folder: ".claude", variable: "CLAUDE_CONFIG_DIR", file: "settings.json"),
      format: .json(handlers: .nested([("onFailure", .text("block"))]), root: []), unitsPerSecond: 1),
    marks: [],
    kept: [
      KeptText(path: "projects"),
      KeptText(path: "history.jsonl"),
      KeptText(path: "todos"),
      KeptText(path: "settings.local.json"),
      KeptText(path: "file-history", isRewritten: false),
      KeptText(path: "shell-snapshots", isRewritten: false),
      KeptText(path: "settings.json", isRewritten: false),
      KeptText(path: "~/.claude.json", isRewritten: false),
    ],
    pass: answer(),
    limits: [
      "A blocked prompt may still be in the transcript under ~/.claude/projects.",
      "\"Always allow\" keeps whole command lines in .claude/settings.local.json: hopxguard agent sweep finds them.",
      "What a tool prints as it fails (PostToolUseFailure) cannot be replaced.",
      "Before 2.1.295 a hook that times out or cannot be started lets the call pass.",
      "Before 2.1.121 only results of MCP tools are replaced.",
    ])
}

/// How Claude Code and those that follow it deny a tool.
@Sendable func claudeDenial(_ reason: String) -> AnswerBytes {
  answer(("hookSpecificOutput", .object(claudeDenialMembers(reason))))
}

func claudeDenialMembers(_ reason: String) -> [(String, AnswerValue)] {
  [
    ("hookEventName", .text("PreToolUse")), ("permissionDecision", .text("deny")),
    ("permissionDecisionReason", .text(reason)),
  ]
}
