// Events as the agents send them, written from their schemas and documentation, with the places left open
// that a prompt, a tool's input or its result has.

import Foundation
import TestSupport
import Testing

/// One event of one agent.
struct AgentEvent: CustomStringConvertible, Sendable {
  enum Stage: Sendable { case prompt, before, after }

  let agent: String
  let name: String
  let stage: Stage
  /// JSON in which `@TEXT@` is the content of a string.
  let template: String

  var description: String { "\(agent) \(name)" }

  /// The event with a text in it.
  func bytes(_ text: String) -> [UInt8] {
    let string = try! JSONSerialization.data(
      withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    let content = String(decoding: string.dropFirst().dropLast(), as: UTF8.self)
    return Array(template.replacingOccurrences(of: "@TEXT@", with: content).utf8)
  }

  private static let claude = """
    "session_id":"abc","prompt_id":"5","transcript_path":"/home/ada/.claude/projects/x/abc.jsonl","cwd":"/tmp",\
    "permission_mode":"default"
    """
  private static let codex = """
    "session_id":"0199","turn_id":"0199-1","transcript_path":null,"cwd":"/tmp","model":"gpt-5",\
    "permission_mode":"default"
    """
  private static let cursor = """
    "conversation_id":"5b0d","generation_id":"f2a9","model":"composer","session_id":"5b0d",\
    "cursor_version":"2026.09.18-9a7762b","workspace_roots":["/tmp"],"user_email":null,"transcript_path":null
    """
  private static let gemini = """
    "session_id":"g1","transcript_path":"/home/ada/.gemini/tmp/x/chats/s.json","cwd":"/tmp",\
    "timestamp":"2026-11-28T10:00:00.000Z"
    """
  private static let code = """
    "timestamp":"2026-11-28T10:00:00.000Z","cwd":"/tmp","session_id":"v1","transcript_path":"/tmp/t.json"
    """
  private static let vibe = """
    "session_id":"v1","parent_session_id":null,"transcript_path":"/tmp/t","cwd":"/tmp","tool_call_id":"c1"
    """

  static let all: [AgentEvent] =
    [
      AgentEvent(
        agent: "claude", name: "UserPromptSubmit", stage: .prompt,
        template: #"{\#(claude),"hook_event_name":"UserPromptSubmit","prompt":"@TEXT@"}"#),
      AgentEvent(
        agent: "claude", name: "PreToolUse", stage: .before,
        template: """
          {\(claude),"hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"toolu_1",\
          "tool_input":{"command":"@TEXT@","description":"Run it","timeout":120000,"run_in_background":false}}
          """),
      AgentEvent(
        agent: "claude", name: "PostToolUse of Bash", stage: .after,
        template: """
          {\(claude),"hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"toolu_1","duration_ms":12,\
          "tool_input":{"command":"env"}, "tool_response" : { "stdout":"@TEXT@","stderr":"",\
          "interrupted":false,"isImage":false,"noOutputExpected":false }}
          """),
      AgentEvent(
        agent: "claude", name: "PostToolUse of Read", stage: .after,
        template: """
          {\(claude),"hook_event_name":"PostToolUse","tool_name":"Read","tool_use_id":"toolu_1",\
          "tool_input":{"file_path":"/tmp/a.txt"},"tool_response":{"type":"text","file":{"filePath":"/tmp/a.txt",\
          "content":"@TEXT@","numLines":3,"startLine":1,"totalLines":3}}}
          """),
      AgentEvent(
        agent: "claude", name: "PostToolUse of Grep", stage: .after,
        template: """
          {\(claude),"hook_event_name":"PostToolUse","tool_name":"Grep","tool_use_id":"toolu_1",\
          "tool_input":{"pattern":"key"},"tool_response":{"mode":"content","numFiles":0,"filenames":[],\
          "content":"a.txt:1:@TEXT@","numLines":1}}
          """),
      AgentEvent(
        agent: "claude", name: "PostToolUse of MCP", stage: .after,
        template: """
          {\(claude),"hook_event_name":"PostToolUse","tool_name":"mcp__db__query","tool_use_id":"toolu_1",\
          "mcp_server":{"name":"db","source":"user"},"tool_input":{"q":"1"},\
          "tool_response":[{"type":"text","text":"@TEXT@"},{"type":"text","text":"ok"}]}
          """),
      AgentEvent(
        agent: "codex", name: "UserPromptSubmit", stage: .prompt,
        template: #"{\#(codex),"hook_event_name":"UserPromptSubmit","prompt":"@TEXT@"}"#),
      AgentEvent(
        agent: "codex", name: "PreToolUse", stage: .before,
        template: """
          {\(codex),"hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"c1",\
          "tool_input":{"command":"@TEXT@"}}
          """),
      AgentEvent(
        agent: "codex", name: "PostToolUse", stage: .after,
        template: """
          {\(codex),"hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"c1",\
          "tool_input":{"command":"env"},"tool_response":"@TEXT@"}
          """),
      AgentEvent(
        agent: "cursor", name: "beforeSubmitPrompt", stage: .prompt,
        template: #"{\#(cursor),"hook_event_name":"beforeSubmitPrompt","prompt":"@TEXT@","attachments":[]}"#),
      AgentEvent(
        agent: "cursor", name: "preToolUse", stage: .before,
        template: """
          {\(cursor),"hook_event_name":"preToolUse","tool_name":"Shell","tool_use_id":"c1","cwd":"/tmp",\
          "tool_input":{"command":"@TEXT@","cwd":"/tmp"}}
          """),
      AgentEvent(
        agent: "cursor", name: "beforeReadFile", stage: .before,
        template: """
          {\(cursor),"hook_event_name":"beforeReadFile","file_path":"/tmp/a","content":"@TEXT@","attachments":[]}
          """),
      AgentEvent(
        agent: "cursor", name: "preToolUse, configured for Claude Code", stage: .before,
        template: #"{\#(cursor),"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"@TEXT@"}}"#),
      AgentEvent(
        agent: "gemini", name: "BeforeAgent", stage: .prompt,
        template: #"{\#(gemini),"hook_event_name":"BeforeAgent","prompt":"@TEXT@"}"#),
      AgentEvent(
        agent: "gemini", name: "BeforeTool", stage: .before,
        template: """
          {\(gemini),"hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"@TEXT@"}}
          """),
      AgentEvent(
        agent: "gemini", name: "AfterTool", stage: .after,
        template: """
          {\(gemini),"hook_event_name":"AfterTool","tool_name":"run_shell_command","tool_input":{"command":"env"},\
          "tool_response":{"llmContent":"@TEXT@","returnDisplay":"@TEXT@"}}
          """),
      AgentEvent(
        agent: "copilot", name: "userPromptSubmitted", stage: .prompt,
        template: #"{"sessionId":"s","timestamp":1764324000000,"cwd":"/tmp","prompt":"@TEXT@"}"#),
      AgentEvent(
        agent: "copilot", name: "preToolUse", stage: .before,
        template: """
          {"sessionId":"s","timestamp":1764324000000,"cwd":"/tmp","toolName":"bash","toolArgs":{"command":"@TEXT@"}}
          """),
      AgentEvent(
        agent: "copilot", name: "UserPromptSubmit", stage: .prompt,
        template: #"{\#(code),"hook_event_name":"UserPromptSubmit","prompt":"@TEXT@"}"#),
      AgentEvent(
        agent: "copilot", name: "PreToolUse of VS Code", stage: .before,
        template: """
          {"timestamp":"2026-11-28T10:00:00.000Z","cwd":"/tmp","sessionId":"v","hookEventName":"PreToolUse",\
          "tool_name":"runInTerminal","tool_use_id":"t","tool_input":{"command":"@TEXT@"}}
          """),
      AgentEvent(
        agent: "vibe", name: "before_tool", stage: .before,
        template: #"{\#(vibe),"hook_event_name":"before_tool","tool_name":"bash","tool_input":{"command":"@TEXT@"}}"#),
      AgentEvent(
        agent: "vibe", name: "pre_tool", stage: .before,
        template: #"{\#(vibe),"hook_event_name":"pre_tool","tool_name":"bash","tool_input":{"command":"@TEXT@"}}"#),
    ] + results

  /// Results whose answer has a shape of its own.
  static let results: [AgentEvent] = [
    AgentEvent(
      agent: "cursor", name: "postToolUse of MCP", stage: .after,
      template: """
        {\(cursor),"hook_event_name":"postToolUse","tool_name":"MCP:query","tool_input":{},"duration":5,"cwd":"/tmp",\
        "tool_output":"{\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"a @TEXT@\\"}]}"}
        """),
    AgentEvent(
      agent: "cursor", name: "postToolUse of Shell", stage: .after,
      template: """
        {\(cursor),"hook_event_name":"postToolUse","tool_name":"Shell","tool_input":{},"duration":5,"cwd":"/tmp",\
        "tool_output":"{\\"output\\":\\"a @TEXT@\\",\\"exitCode\\":0}"}
        """),
    AgentEvent(
      agent: "copilot", name: "postToolUse", stage: .after,
      template: """
        {"sessionId":"s","timestamp":1764324000000,"cwd":"/tmp","toolName":"bash","toolArgs":{"command":"env"},\
        "toolResult":{"resultType":"success","textResultForLlm":"@TEXT@","more":[1]}}
        """),
    AgentEvent(
      agent: "copilot", name: "PostToolUse", stage: .after,
      template: """
        {\(code),"hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"env"},\
        "tool_result":{"result_type":"success","text_result_for_llm":"@TEXT@"}}
        """),
    AgentEvent(
      agent: "copilot", name: "PostToolUse of VS Code", stage: .after,
      template: """
        {\(code),"hook_event_name":"PostToolUse","tool_name":"readFile","tool_use_id":"t","tool_input":{},\
        "tool_response":"@TEXT@"}
        """),
    AgentEvent(
      agent: "vibe", name: "after_tool", stage: .after,
      template: """
        {\(vibe),"hook_event_name":"after_tool","tool_name":"bash","tool_input":{},"tool_status":"success",\
        "tool_output":{"stdout":"@TEXT@"},"tool_output_text":"@TEXT@","tool_error":null,"duration_ms":1.5}
        """),
    AgentEvent(
      agent: "vibe", name: "post_tool", stage: .after,
      template: """
        {\(vibe),"hook_event_name":"post_tool","tool_name":"bash","tool_input":{},"tool_status":"success",\
        "tool_output":{"stdout":"@TEXT@"},"tool_output_text":"@TEXT@","tool_error":null,"duration_ms":1.5}
        """),
  ]
}

/// JSON as a value that can be compared.
func json(_ bytes: some Sequence<UInt8>) throws -> NSObject {
  try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) as! NSObject
}

/// Has the hook answer an event.
func answer(
  _ event: [UInt8], in folder: TestFolder? = nil, environment: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> CommandResult {
  try hopxguard("agent", "hook", in: folder, input: event, environment: environment, sourceLocation: sourceLocation)
}

/// A key as it is shown.
func shown(_ key: String) -> String { "\(key.prefix(15))..." }
