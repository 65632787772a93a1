// Proves that a sweep finds keys in what agents and shells have kept, takes them out so that each line still
// parses and nothing else changes, and leaves databases and settings alone.

import Foundation
import TestSupport
import Testing

struct SweepTests {
  private let home = TestFolder()
  private let key = keyText()

  private func sweep(_ arguments: String...) throws -> CommandResult {
    let result = try run(
      hopxguardPath, ["agent", "sweep"] + arguments, in: home.path,
      environment: [
        "HOME": home.path, "HISTFILE": "", "CODEX_HOME": "", "CLAUDE_CONFIG_DIR": "", "COPILOT_HOME": "",
        "VIBE_HOME": "",
      ])
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  /// A transcript's line as an agent writes it: the key in JSON, and in JSON in a string of it.
  private func line(_ key: String) -> String {
    #"{"type":"user","n":1.50,"message":{"content":[{"text":"a\u0009\#(key)\n"}]},"raw":"{\"k\":\"\#(key)\"}"}"#
  }

  private var transcripts: [String: String] {
    [
      ".claude/projects/-home-ada/1.jsonl": "\(line(key))\n{\"clean\": \"é\"}\nnot json \(key) here\n\n\(line(key))",
      ".claude/history.jsonl": "{\"display\":\"\(key)\"}\n",
      ".claude/settings.local.json": "{\n  \"permissions\": {\"allow\": [\"Bash(X=\(key) curl:*)\"]}\n}\n",
      ".codex/sessions/2026/11/28/rollout.jsonl": "\(line(key))\n",
      ".gemini/tmp/x/chats/s.json": "{\n  \"messages\": [\n    \"\(key)\"\n  ]\n}\n",
      ".copilot/session-state/1.jsonl": "\(line(key))\n",
      ".vibe/logs/session/s.jsonl": "\(line(key))\n",
      ".cursor/projects/p/agent-transcripts/1.jsonl": "\(line(key))\n",
      ".bash_history": "ls\nexport HOPX_API_KEY=\(key)\n",
      ".zsh_history": ": 1700000000:0;curl -H 'X-API-Key: \(key)' x\n",
    ]
  }

  @Test func `keys are found, named by fifteen characters, and nothing is changed`() throws {
    for (name, text) in transcripts { home.write(name, text) }
    let result = try sweep()
    #expect(result.status == 1)
    for (name, text) in transcripts {
      #expect(result.output.contains(name))
      #expect(home.read(name) == Array(text.utf8))
    }
    #expect(result.output.contains("Rotate these") && result.output.contains("\(shown(key))  sha256:"))
  }

  @Test func `in place keys go, every line parses, and mode and times stay`() throws {
    let time = Date(timeIntervalSince1970: 1_700_000_000)
    for (name, text) in transcripts {
      home.write(name, text)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600, .modificationDate: time], ofItemAtPath: home.file(name))
    }
    let result = try sweep("--in-place")
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    for (name, text) in transcripts {
      #expect(String(decoding: home.read(name), as: UTF8.self) == text.replacing(key, with: shown(key)), "\(name)")
      let attributes = try FileManager.default.attributesOfItem(atPath: home.file(name))
      #expect(attributes[.posixPermissions] as? Int == 0o600 && attributes[.modificationDate] as? Date == time)
    }
    #expect(try sweep().status == 0)
  }

  @Test func `keys that JSON breaks up are taken out, and the line parses`() throws {
    let broken = key.replacing("_", with: #"\\u005f"#)
    home.write(".claude/projects/p/1.jsonl", "{\"a\":\"{\\\"k\\\":\\\"\(broken)\\\"}\",\"b\":1}\n")
    #expect(try sweep("--in-place").status == 0)
    let output = try json(home.read(".claude/projects/p/1.jsonl")) as! [String: Any]
    let inner = try json((output["a"] as! String).utf8) as! [String: String]
    #expect(inner["k"]!.hasSuffix("..."))
  }

  @Test func `settings and databases are reported and stay as they are`() throws {
    home.write(".claude/settings.json", "{\"env\":{\"HOPX_API_KEY\":\"\(key)\"}}")
    home.write(".config/Cursor/User/globalStorage/state.vscdb", [0, 1, 2] + Array("x\(key)y".utf8) + [0])
    let result = try sweep("--in-place")
    #expect(result.status == 1)
    #expect(result.output.contains("settings.json: 1 key") && result.output.contains("state.vscdb: 1 key"))
    #expect(result.output.components(separatedBy: "is reported and not changed").count == 3)
    #expect(String(decoding: home.read(".claude/settings.json"), as: UTF8.self).contains(key))
  }

  @Test func `projects that Claude Code knows are looked at, and a clean home is clean`() throws {
    #expect(try sweep().status == 0)
    let project = TestFolder()
    home.write(".claude.json", "{\"projects\": {\"\(project.path)\": {}}}")
    project.write(".claude/settings.local.json", "{\"permissions\":{\"allow\":[\"Bash(K=\(key) x)\"]}}")
    #expect(try sweep().status == 1)
    #expect(try sweep("--in-place").status == 0)
    #expect(String(decoding: project.read(".claude/settings.local.json"), as: UTF8.self).contains(shown(key)))
  }
}
