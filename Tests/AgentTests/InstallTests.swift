// Proves that hooks go into settings as people keep them, and that taking them out leaves every byte as it
// was: comments, commas too many, odd layouts, line ends, other tools' hooks.

import Foundation
import TestSupport
import Testing

struct InstallTests {
  private let home = TestFolder()

  private func agent(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandResult
  {
    let result = try run(
      hopxguardPath, ["agent"] + arguments, in: home.path,
      environment: ["HOME": home.path, "CODEX_HOME": "", "CLAUDE_CONFIG_DIR": "", "COPILOT_HOME": "", "VIBE_HOME": ""])
    expectNoKey(in: result.outputBytes, sourceLocation: sourceLocation)
    return result
  }

  private func folder(of file: String) -> String { (home.file(file) as NSString).deletingLastPathComponent }

  /// Settings as they are on people's machines.
  private static let settings: [(agent: String, file: String, text: String)] = [
    ("claude", ".claude/settings.json", "{}"),
    ("claude", ".claude/settings.json", "{}\n"),
    ("claude", ".claude/settings.json", "{\n}\n"),
    ("claude", ".claude/settings.json", "{ // mine\n}"),
    ("claude", ".claude/settings.json", #"{"model":"opus","hooks":{}}"#),
    ("claude", ".claude/settings.json", #"{"model":"opus","permissions":{"allow":["Bash(ls:*)"]}}"#),
    (
      "claude", ".claude/settings.json",
      """
      {
        "$schema": "https://json.schemastore.org/claude-code-settings.json",
        "model": "opus",   // what I like
        "permissions": { "allow": ["Bash(git diff:*)", "Read(~/.zshrc)"], "deny": [] },
        "hooks": {
          "PreToolUse": [
            {
              "matcher": "Bash",
              "hooks": [ { "type": "command", "command": "~/bin/check \\"$X\\"" } ]
            }
          ],
          /* later */
          "Stop": [],
          "PostToolUse": []
        },
        "env": { "A": "\\u00fc" }
      }

      """
    ),
    ("claude", ".claude/settings.json", "{\n\t\"a\": 1,\n\t\"hooks\": {\n\t\t\"PreToolUse\": [\n\t\t]\n\t},\n}\n"),
    ("claude", ".claude/settings.json", "{\r\n    \"a\": [1, 2],\r\n    \"b\": null // end\r\n}\r\n"),
    ("codex", ".codex/hooks.json", #"{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"x"}]}]}}"#),
    ("cursor", ".cursor/hooks.json", "{\n  \"version\": 1\n}\n"),
    (
      "cursor", ".cursor/hooks.json",
      "{\n  \"version\": 1,\n  \"hooks\": {\n    \"preToolUse\": [{ \"command\": \"./a.sh\" }], // a\n"
        + "    \"stop\": [ ]\n  }\n}"
    ),
    ("gemini", ".gemini/settings.json", "{\n  // theme\n  \"ui\": {\"theme\": \"GitHub\"},\n}\n"),
    ("copilot", ".copilot/hooks/hopxguard.json", #"{"version": 1, "hooks": {"preToolUse": [{"bash": "x"}]}}"#),
    ("vibe", ".vibe/hooks.toml", ""),
    ("vibe", ".vibe/hooks.toml", "# none yet"),
    ("vibe", ".vibe/hooks.toml", "[[hooks]]\nname = \"lint\"  # mine\ntype = 'post_tool'\ncommand = \"make lint\"\n\n"),
    ("vibe", ".vibe/hooks.toml", "[[hooks]]\r\nname = \"lint\"\r\ntype = \"post_tool\"\r\ncommand = \"make lint\""),
  ]

  @Test(arguments: settings.indices) func `install and uninstall leave settings byte for byte as they were`(
    _ index: Int
  ) throws {
    let (name, file, text) = Self.settings[index]
    home.write(file, text)
    #expect(chmod(home.file(file), 0o600) == 0)
    #expect(try agent("install", name).status == 0)
    let installed = home.read(file)
    #expect(installed != Array(text.utf8))
    // Once more changes nothing.
    #expect(try agent("install", name).output.hasPrefix("\(name): in place"))
    #expect(home.read(file) == installed)
    let mode = try FileManager.default.attributesOfItem(atPath: home.file(file))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let status = try agent("status", name)
    #expect(status.status == 0, "\(status.output)")
    #expect(try agent("uninstall", name).status == 0)
    #expect(home.read(file) == Array(text.utf8), "\(String(decoding: installed, as: UTF8.self))")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (home.file(file) as NSString).deletingLastPathComponent).count
        == 1)
  }

  @Test(arguments: ["claude", "codex", "cursor", "gemini", "copilot", "vibe"])
  func `a file that was made for the hooks is taken away with them`(_ name: String) throws {
    for scope in ["--global", "--project"] {
      let result = try agent("install", name, scope)
      #expect(result.status == 0, "\(result.errors)")
      let path = try #require(result.output.split(separator: "(").last?.dropLast(2))
      #expect(FileManager.default.fileExists(atPath: String(path)))
      #expect(try agent("status", name).status == 0)
      #expect(try agent("uninstall", name, scope).status == 0)
      #expect(!FileManager.default.fileExists(atPath: String(path)))
    }
  }

  @Test func `the hooks say what they run, for how long, and what happens when they fail`() throws {
    _ = try agent("install", "claude", "cursor", "gemini", "vibe")
    func parsed(_ file: String) throws -> [String: Any] { try json(home.read(file)) as! [String: Any] }
    let claude = try parsed(".claude/settings.json")["hooks"] as! [String: [[String: Any]]]
    #expect(Set(claude.keys) == ["UserPromptSubmit", "PreToolUse", "PostToolUse"])
    let handler = (claude["PreToolUse"]![0]["hooks"] as! [[String: Any]])[0]
    #expect(
      handler as NSDictionary == [
        "type": "command", "command": "\(hopxguardPath) agent hook", "timeout": 30, "onFailure": "block",
      ])
    let cursor = try parsed(".cursor/hooks.json")
    #expect(cursor["version"] as? Int == 1)
    let hooks = cursor["hooks"] as! [String: [[String: Any]]]
    #expect(hooks["preToolUse"]![0]["failClosed"] as? Bool == true)
    let gemini = try parsed(".gemini/settings.json")["hooks"] as! [String: [[String: Any]]]
    #expect((gemini["AfterTool"]![0]["hooks"] as! [[String: Any]])[0]["timeout"] as? Int == 30_000)
    #expect(String(decoding: home.read(".vibe/hooks.toml"), as: UTF8.self).contains("strict = true"))
  }

  @Test func `a hook of an older binary is brought up to date, and other hooks in its group stay`() throws {
    home.write(
      ".claude/settings.json",
      #"{"hooks": {"PreToolUse": [{"hooks": [{"command": "mine"}, "#
        + #"{"type": "command", "command": "/old/hopxguard agent hook"}]}]}}"#
    )
    _ = try agent("install", "claude")
    let text = String(decoding: home.read(".claude/settings.json"), as: UTF8.self)
    #expect(text.contains(#"[{"hooks": [{"command": "mine"}]}"#) && !text.contains("/old/"))
    #expect(text.components(separatedBy: "agent hook").count == 4)
  }

  @Test func `a link to settings stays a link`() throws {
    home.write("dotfiles/claude.json", "{\n  \"a\": 1\n}\n")
    home.makeFolder(".claude")
    try FileManager.default.createSymbolicLink(
      atPath: home.file(".claude/settings.json"), withDestinationPath: home.file("dotfiles/claude.json"))
    _ = try agent("install", "claude")
    #expect(String(decoding: home.read("dotfiles/claude.json"), as: UTF8.self).contains("agent hook"))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: home.file(".claude/settings.json")).hasSuffix(
        "claude.json"))
  }

  private static let broken: [(agent: String, file: String, text: String)] = [
    ("claude", ".claude/settings.json", "{\n  \"a\": \n"), ("claude", ".claude/settings.json", "[]"),
    ("claude", ".claude/settings.json", ""), ("claude", ".claude/settings.json", #"{"hooks": []}"#),
    ("claude", ".claude/settings.json", #"{"hooks": {"PreToolUse": {}}}"#),
    ("claude", ".claude/settings.json", "{\"a\": 1 /* }"), ("gemini", ".gemini/settings.json", "{'a': 1}"),
    ("vibe", ".vibe/hooks.toml", "hooks = [\n"), ("vibe", ".vibe/hooks.toml", "hooks = []\n"),
  ]

  @Test(arguments: broken.indices) func `a file that is not understood is refused and left alone`(_ index: Int) throws {
    let (name, file, text) = Self.broken[index]
    home.write(file, text)
    let result = try agent("install", name)
    #expect(result.status == 2)
    #expect(result.errors.contains(file))
    #expect(home.read(file) == Array(text.utf8))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (home.file(file) as NSString).deletingLastPathComponent).count
        == 1)
  }

  @Test func `without names those agents are meant that are here, and status finds a hook that does nothing`() throws {
    #expect(try agent("install").status == 2)
    home.makeFolder(".claude")
    home.makeFolder(".codex")
    let missing = try agent("status")
    #expect(missing.status == 1 && missing.output.contains("hopxguard agent install codex"))
    let result = try agent("install")
    #expect(result.output.split(separator: "\n").map { $0.prefix { $0 != ":" } } == ["claude", "codex"])
    #expect(try agent("status").status == 0)
    let text = String(decoding: home.read(".codex/hooks.json"), as: UTF8.self)
    home.write(".codex/hooks.json", text.replacing("\(hopxguardPath) agent", with: "/bin/cat; true agent"))
    let useless = try agent("status")
    #expect(useless.status == 1 && useless.output.contains("does not work"))
  }
}
