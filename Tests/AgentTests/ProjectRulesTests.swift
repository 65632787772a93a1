// Proves that the rules, the allow-list and the settings of the repository that an event names count, and
// that a check which cannot be made lets nothing pass.

import Foundation
import TestSupport
import Testing

struct ProjectRulesTests {
  private let folder = TestFolder()

  init() { folder.git("init", "-q") }

  private func event(_ name: String, _ fields: String) -> [UInt8] {
    Array(
      #"{"session_id":"s","cwd":"\#(folder.path)","hook_event_name":"\#(name)","tool_name":"Bash",\#(fields)}"#.utf8)
  }

  private func prompt(_ text: String) -> [UInt8] { event("UserPromptSubmit", #""prompt":"\#(text)""#) }

  private func token() -> String {
    "acme_" + String(decoding: characters(32, of: Array("0123456789abcdef".utf8)), as: UTF8.self)
  }

  @Test func `keys of the project's own rules are stopped and redacted`() throws {
    folder.write("acme.toml", acmeTokenRule)
    folder.write(".hopxguard.toml", "[scan]\nrules = ['acme.toml']\n")
    let token = token()
    let stopped = try answer(prompt("use \(token)"))
    #expect(stopped.output.contains("Acme token (\(token.prefix(8))...)"))
    #expect(stopped.output.contains("an environment variable") && !stopped.output.contains("HOPX_API_KEY"))
    let result = try answer(event("PostToolUse", #""tool_response":{"stdout":"t=\#(token)!"}"#))
    #expect(result.output.contains(#""updatedToolOutput":{"stdout":"t=\#(token.prefix(8))...!"}"#))
    // In a repository without the rule it is no key.
    let other = TestFolder()
    let elsewhere = String(decoding: prompt(token), as: UTF8.self).replacing(folder.path, with: other.path)
    #expect(try answer(Array(elsewhere.utf8)).output == "{}\n")
  }

  @Test func `rules of the environment count everywhere`() throws {
    folder.write("acme.toml", acmeTokenRule)
    let result = try answer(prompt(token()), environment: ["HOPXGUARD_RULES": folder.file("acme.toml")])
    #expect(result.output.contains("Acme token"))
  }

  @Test func `a key that is allowed passes, another beside it does not`() throws {
    let (key, other) = (keyText(), keyText())
    let stopped = try answer(prompt(key))
    let fingerprint = stopped.output.firstRange(of: "sha256:").map { stopped.output[$0.lowerBound...].prefix(39) }
    folder.write(".hopxguard.toml", "[[allow]]\nfingerprint = '\(try #require(fingerprint))'\nreason = 'made up'\n")
    #expect(try answer(prompt(key)).output == "{}\n")
    #expect(try answer(event("PostToolUse", #""tool_response":{"stdout":"\#(key)"}"#)).output == "{}\n")
    #expect(try answer(prompt("\(key) \(other)")).output.contains(shown(other)))
    let mixed = event("PostToolUse", #""tool_response":{"stdout":"\#(key)","stderr":"\#(other)"}"#)
    let both = try run(hopxguardPath, ["agent", "hook"], input: mixed)
    #expect(both.output.contains(key))
    #expect(!both.output.contains(other) && both.output.contains(shown(other)))
  }

  @Test func `an allowed path allows what a tool does with that file`() throws {
    folder.write(".hopxguard.toml", "[[allow]]\npath = 'fixtures/**'\nreason = 'made up'\n")
    folder.write("fixtures/a.txt", "x")
    let key = keyText()
    func read(_ name: String) throws -> String {
      try answer(
        event(
          "PostToolUse", #""tool_input":{"file_path":"\#(folder.file(name))"},"tool_response":{"content":"\#(key)"}"#)
      ).output
    }
    #expect(try read("fixtures/a.txt") == "{}\n")
    #expect(try read("a.txt").contains(shown(key)))
    #expect(try read("fixtures/../a.txt").contains(shown(key)))
  }

  @Test func `a comment allows a key in a file, and none in a prompt`() throws {
    let key = keyText()
    let text = "k = \(key)  # hopxguard:allow made up"
    #expect(try answer(prompt(text)).output.contains("decision"))
    folder.write("a.py", "")
    let result = try answer(
      event(
        "PostToolUse", #""tool_input":{"file_path":"\#(folder.file("a.py"))"},"tool_response":{"content":"\#(text)"}"#))
    #expect(result.output == "{}\n")
  }

  @Test func `settings that cannot be used stop prompts and tools, and withhold results in their shape`() throws {
    folder.write(".hopxguard.toml", "[scan]\nrulez = 1\n")
    let stopped = try answer(prompt("hello"))
    #expect(stopped.status == 0 && stopped.output.hasPrefix(#"{"decision":"block""#))
    #expect(stopped.errors.contains(".hopxguard.toml:2"))
    let denied = try answer(event("PreToolUse", #""tool_input":{"command":"ls"}"#))
    #expect(denied.output.contains(#""permissionDecision":"deny""#))
    let result = try answer(
      event("PostToolUse", #""tool_response":{"type":"text","content":"a long text that may hold anything","lines":3}"#)
    )
    let output = try json(result.outputBytes) as! [String: Any]
    let response = (output["hookSpecificOutput"] as! [String: Any])["updatedToolOutput"] as! [String: Any]
    #expect(response["type"] as? String == "text" && response["lines"] as? Int == 3)
    #expect((response["content"] as! String).hasPrefix("[withheld: hopxguard cannot check this"))
  }

  @Test func `a rule that gives up stops a prompt`() throws {
    folder.write(
      "slow.toml",
      """
      [[rule]]
      id = "slow"
      title = "Slow"
      severity = "low"
      literal = "slow_"
      pattern = 'slow_(a+)+(?:b|c)\\b'
      remediation = ["None."]
      match = ["slow_ab"]

      """)
    folder.write(".hopxguard.toml", "[scan]\nrules = ['slow.toml']\n")
    let text = "slow_" + String(repeating: "a", count: 2_000)
    let stopped = try answer(prompt(text))
    #expect(stopped.output.hasPrefix(#"{"decision":"block""#), "\(stopped.output) \(stopped.errors)")
    let result = try answer(event("PostToolUse", #""tool_response":{"stdout":"\#(text)"}"#))
    #expect(!result.output.contains(text))
  }
}
