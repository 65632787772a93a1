// Codex. Source: the JSON schemas in codex-rs/hooks/schema/generated. They allow no further property, and an
// answer with one is passed over, so `updatedToolOutput`, which only newer versions know, is not used.

extension AgentContract {
  static let codex = AgentContract(
    id: "codex", title: "Codex",
    recognises: { $0.has("turn_id") },
    hooks: [
      AgentHook(names: ["UserPromptSubmit"], stage: .prompt, fields: ["prompt"], refuse: codexBlock),
      AgentHook(names: ["PreToolUse"], stage: .beforeTool, fields: ["tool_input"], refuse: claudeDenial),
      AgentHook(
        names: ["PostToolUse"], stage: .afterTool, fields: ["tool_response"], refuse: codexBlock,
        // The reason takes the place of the result.
        replace: { result in
          answer(
            ("decision", .text("block")),
            ("reason", .content(jsonContent(Array("\(result.note)\n\n".utf8)) + result.textContent(of: result.value))))
        }),
    ],
    settings: AgentSettings(
      project: ".codex/hooks.json", home: .init(folder: ".codex", variable: "CODEX_HOME", file: "hooks.json"),
      format: .json(handlers: .nested([]), root: []), unitsPerSecond: 1),
    marks: [("turn_id", .text("0"))],
    kept: [
      KeptText(path: "sessions"),
      KeptText(path: "archived_sessions"),
      KeptText(path: "history.jsonl"),
      KeptText(path: "log"),
      KeptText(path: "config.toml", isRewritten: false),
    ],
    pass: answer(),
    limits: [
      "Codex asks you to approve each hook (/hooks), and again after a change; until then none runs.",
      "A hook that times out or crashes lets the call pass.",
      "Older versions run hooks only with codex_hooks = true under [features] in config.toml.",
      "A result with a key comes back as the text of its JSON, marked as blocked.",
      "Tools that Codex hosts itself, such as its web search, run no hooks.",
    ])
}

@Sendable private func codexBlock(_ reason: String) -> AnswerBytes {
  answer(("decision", .text("block")), ("reason", .text(reason)))
}
