// Mistral Vibe. Source: its README, "Hooks", and vibe/core/hooks. The events were called before_tool and
// after_tool up to 2.20; it has none for prompts.

extension AgentContract {
  static let vibe = AgentContract(
    id: "vibe", title: "Mistral Vibe",
    recognises: { $0.has("tool_call_id") },
    hooks: [
      AgentHook(names: ["pre_tool", "before_tool"], stage: .beforeTool, fields: ["tool_input"], refuse: vibeDenial),
      AgentHook(
        names: ["post_tool", "after_tool"], stage: .afterTool,
        fields: ["tool_output_text", "tool_output", "tool_error"],
        refuse: vibeDenial,
        // The reason takes the place of the text that the model reads.
        replace: { result in
          answer(("decision", .text("deny")), ("reason", .content(result.textContent(of: result.value))))
        }),
    ],
    settings: AgentSettings(
      project: ".vibe/hooks.toml", home: .init(folder: ".vibe", variable: "VIBE_HOME", file: "hooks.toml"),
      format: .vibe, unitsPerSecond: 1),
    marks: [("tool_call_id", .text("0"))],
    kept: [
      KeptText(path: "logs"),
      KeptText(path: "vibehistory"),
      KeptText(path: "config.toml", isRewritten: false),
    ],
    pass: AnswerBytes(),
    limits: [
      "There is no hook for prompts: a key in a prompt is not stopped.",
      "Up to 2.20 hooks run only with enable_experimental_hooks = true in config.toml.",
      "Project hooks run only in a trusted folder.",
    ])
}

@Sendable private func vibeDenial(_ reason: String) -> AnswerBytes {
  answer(("decision", .text("deny")), ("reason", .text(reason)))
}
