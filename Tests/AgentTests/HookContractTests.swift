// Proves that each event of each agent gets the answer that its agent's contract asks for, field by field:
// without a key the agent goes on, with one it is stopped or its result comes back without the key.

import Foundation
import TestSupport
import Testing

struct HookContractTests {
  @Test(arguments: AgentEvent.all) func `an event without a key goes on`(_ event: AgentEvent) throws {
    let result = try answer(event.bytes("all quiet\n\"here\" \\ ü"))
    #expect(result.status == 0)
    #expect(result.output == (event.agent == "vibe" ? "" : "{}\n"))
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: AgentEvent.all.filter { $0.stage == .prompt }) func `a prompt with a key is stopped`(
    _ event: AgentEvent
  ) throws {
    let key = keyText()
    let result = try answer(event.bytes("use \(key)\nnow"))
    #expect(result.status == 0)
    let output = try json(result.outputBytes) as! [String: Any]
    let reason = (output["reason"] ?? output["user_message"]) as! String
    #expect(reason.contains(shown(key)) && reason.contains("HOPX_API_KEY"))
    #expect(reason.contains("hopxguard allow sha256:"))
    let expected: [String: Any] =
      switch event.agent {
      case "claude":
        [
          "decision": "block", "reason": reason,
          "hookSpecificOutput": ["hookEventName": "UserPromptSubmit", "suppressOriginalPrompt": true],
        ]
      case "codex": ["decision": "block", "reason": reason]
      case "cursor": ["continue": false, "user_message": reason]
      case "gemini": ["decision": "deny", "reason": reason]
      default: ["decision": "block", "reason": reason, "continue": false, "stopReason": reason]
      }
    #expect(output as NSDictionary == expected as NSDictionary)
  }

  @Test(arguments: AgentEvent.all.filter { $0.stage == .before }) func `a tool's input with a key is denied`(
    _ event: AgentEvent
  ) throws {
    let key = keyText()
    let result = try answer(event.bytes("curl -H 'X-API-Key: \(key)' https://api.hopx.dev"))
    #expect(result.status == 0)
    let output = try json(result.outputBytes) as! [String: Any]
    let specific = output["hookSpecificOutput"] as? [String: Any]
    let reason = (specific?["permissionDecisionReason"] ?? output["user_message"] ?? output["reason"]) as! String
    #expect(reason.contains(shown(key)) && reason.contains("HOPX_API_KEY"))
    // The model must not be told how to let itself pass.
    #expect(!reason.contains("hopxguard allow"))
    let denial: [String: Any] = [
      "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason,
    ]
    let expected: [String: Any] =
      switch event.agent {
      case "claude", "codex": ["hookSpecificOutput": denial]
      case "cursor": ["permission": "deny", "user_message": reason, "agent_message": reason]
      case "gemini", "vibe": ["decision": "deny", "reason": reason]
      default:
        [
          "permissionDecision": "deny", "permissionDecisionReason": reason, "hookSpecificOutput": denial,
        ]
      }
    #expect(output as NSDictionary == expected as NSDictionary)
  }

  @Test(arguments: AgentEvent.all.filter { $0.stage == .after }) func `a result comes back without its key`(
    _ event: AgentEvent
  ) throws {
    let key = keyText()
    let text = "A=\(key)"
    let result = try answer(event.bytes(text))
    #expect(result.status == 0)
    let output = try json(result.outputBytes) as! [String: Any]
    let input = try json(event.bytes("A=\(shown(key))")) as! [String: Any]
    let note = "hopxguard redacted 1 key in this result."
    let expected: [String: Any]
    switch (event.agent, event.name) {
    case ("claude", let name):
      var specific: [String: Any] = ["hookEventName": "PostToolUse", "updatedToolOutput": input["tool_response"]!]
      if name.hasSuffix("MCP") { specific["updatedMCPToolOutput"] = input["tool_response"]! }
      expected = ["hookSpecificOutput": specific, "systemMessage": note]
    case ("codex", _): expected = ["decision": "block", "reason": "\(note)\n\nA=\(shown(key))"]
    case ("gemini", _):
      expected = [
        "decision": "deny", "reason": "A=\(shown(key))", "systemMessage": "hopxguard redacted 2 keys in this result.",
        "hookSpecificOutput": ["hookEventName": "AfterTool", "tool_output": "A=\(shown(key))"],
      ]
    case ("cursor", "postToolUse of MCP"):
      expected = ["updated_mcp_tool_output": ["content": [["type": "text", "text": "a A=\(shown(key))"]]]]
    case ("cursor", _):
      let context = output["additional_context"] as! String
      #expect(context.hasPrefix(note) && context.contains("do not repeat the key"))
      expected = ["additional_context": context]
    case ("copilot", "postToolUse"): expected = ["modifiedResult": input["toolResult"]!]
    case ("copilot", "PostToolUse"):
      expected = ["modifiedResult": ["resultType": "success", "textResultForLlm": "A=\(shown(key))"]]
    case ("copilot", _):
      let reason = output["reason"] as! String
      #expect(reason.hasPrefix(note))
      expected = ["decision": "block", "reason": reason]
    default: expected = ["decision": "deny", "reason": "A=\(shown(key))"]
    }
    #expect(output as NSDictionary == expected as NSDictionary)
  }

  @Test func `the same answer comes twice, as where Cursor runs Claude Code's hooks too`() throws {
    let key = keyText()
    for event in AgentEvent.all where event.agent == "cursor" {
      #expect(try answer(event.bytes(key)).outputBytes == answer(event.bytes(key)).outputBytes)
    }
  }

  @Test func `what was redacted once is not redacted again`() throws {
    let key = keyText()
    let event = AgentEvent.all.first { $0.name == "PostToolUse of Read" }!
    #expect(try answer(event.bytes(shown(key))).output == "{}\n")
  }

  @Test func `an unknown event or agent goes on, with a note`() throws {
    for event in [
      #"{"hook_event_name":"SessionStart","cwd":"/tmp"}"#, #"{"event":"tool.before","input":"x"}"#, "{}",
    ] {
      let result = try answer(Array(event.utf8))
      #expect(result.status == 0 && result.output.isEmpty)
      #expect(result.errors.contains("nothing was checked"))
    }
  }

  @Test func `an event without the field that is looked at is checked as a whole`() throws {
    let key = keyText()
    let result = try answer(Array(#"{"hook_event_name":"UserPromptSubmit","cwd":"/tmp","user_prompt":"\#(key)"}"#.utf8))
    #expect(result.output.hasPrefix(#"{"decision":"block""#))
  }

  @Test func `a placeholder in a prompt is no key`() throws {
    let event = AgentEvent.all[0]
    let crossed = String(repeating: "x", count: 12) + "." + String(repeating: "x", count: 24)
    #expect(try answer(event.bytes("hopx_live_YOUR_KEY_HERE and hopx_live_\(crossed)")).output == "{}\n")
  }
}
