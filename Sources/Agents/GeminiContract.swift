// Gemini CLI. Source: docs/hooks/reference.md of google-gemini/gemini-cli. Its time limits are in
// milliseconds. `hookSpecificOutput.tool_output` is documented, and not every version has it; a denial, whose
// reason takes the place of the result, is in all of them.

extension AgentContract {
  static let gemini = AgentContract(
    id: "gemini", title: "Gemini CLI",
    recognises: { _ in true },
    hooks: [
      AgentHook(names: ["BeforeAgent"], stage: .prompt, fields: ["prompt"], refuse: geminiDenial),
      AgentHook(names: ["BeforeTool"], stage: .beforeTool, fields: ["tool_input"], refuse: geminiDenial),
      AgentHook(
        names: ["AfterTool"], stage: .afterTool, fields: ["tool_response"], refuse: geminiDenial,
        replace: { result in
          let text = result.textContent(of: result.member("llmContent") ?? result.value)
          return answer(
            ("decision", .text("deny")), ("reason", .content(text)),
            ("hookSpecificOutput", .object([("hookEventName", .text("AfterTool")), ("tool_output", .content(text))])),
            ("systemMessage", .text(result.note)))
        }),
    ],
    settings: AgentSettings(
      project: ".gemini/settings.json", home: .init(folder: ".gemini", variable: nil, file: "settings.json"),
      format: .json(handlers: .nested([("name", .text("hopxguard"))]), root: []), unitsPerSecond: 1000),
    marks: [],
    kept: [
      KeptText(path: "tmp"),
      KeptText(path: "", isRewritten: false),
    ],
    pass: answer(),
    limits: [
      "A hook that times out or cannot be started lets the call pass.",
      "A result with a key comes back as text, which some versions mark as blocked.",
      "Hooks of a project run only in a trusted folder, and after you have agreed to them.",
    ])
}

@Sendable private func geminiDenial(_ reason: String) -> AnswerBytes {
  answer(("decision", .text("deny")), ("reason", .text(reason)))
}
