// Proves that the plug-in for Claude Code has the layout that its loader wants, runs what an installation runs,
// and that the documentation names every agent and event.

import Foundation
import TestSupport
import Testing

struct PluginTests {
  private static let top = URL(fileURLWithPath: projectPath)

  private func object(_ name: String) throws -> [String: Any] {
    try json(Data(contentsOf: Self.top.appendingPathComponent(name))) as! [String: Any]
  }

  @Test func `the marketplace leads to the plug-in, and its hooks are those of an installation`() throws {
    let plugin = (try object(".claude-plugin/marketplace.json")["plugins"] as! [[String: String]])[0]
    let folder = try #require(plugin["source"]?.dropFirst(2))
    #expect(try object("\(folder)/.claude-plugin/plugin.json")["name"] as? String == plugin["name"])
    let hooks = try object("\(folder)/hooks/hooks.json")["hooks"] as! [String: [[String: Any]]]
    let home = TestFolder()
    _ = try run(
      hopxguardPath, ["agent", "install", "claude"], environment: ["HOME": home.path, "CLAUDE_CONFIG_DIR": ""])
    let text = String(decoding: home.read(".claude/settings.json"), as: UTF8.self)
      .replacing("\(hopxguardPath) agent", with: "hopxguard agent")
    let installed = (try json(text.utf8) as! [String: Any])["hooks"] as! NSDictionary
    #expect(hooks as NSDictionary == installed)
  }

  @Test func `the documentation has a row for each hook of each agent`() throws {
    let text = try String(contentsOf: Self.top.appendingPathComponent("docs/agents.md"), encoding: .utf8)
    for name in [
      "`UserPromptSubmit`", "`PreToolUse`", "`PostToolUse`", "`beforeSubmitPrompt`", "`preToolUse`", "`beforeReadFile`",
      "`postToolUse`", "`BeforeAgent`", "`BeforeTool`", "`AfterTool`", "`pre_tool`", "`post_tool`",
    ] { #expect(text.contains(name), "\(name)") }
  }
}
