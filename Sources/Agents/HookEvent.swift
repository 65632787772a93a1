// An event as an agent sends it: one JSON object. Agents have learnt their hooks from one another, so the
// fields have the same few names; which agent it is shows in what else is there.

/// When an event comes.
package enum HookStage: Sendable {
  /// A person has sent a prompt, which the model has not seen.
  case prompt
  /// A tool has not run yet.
  case beforeTool
  /// A tool has run, and the model has not seen what came of it.
  case afterTool
}

package struct HookEvent {
  package let text: UnsafeRawBufferPointer
  package let json: JSONText

  /// - Parameter text: is looked at as long as the event is in use.
  package init(parsing text: UnsafeRawBufferPointer) throws(JSONFault) {
    self.text = text
    json = try JSONText(parsing: text)
    guard text.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) == UInt8(ascii: "{") else {
      throw JSONFault(reason: "it is no object", offset: 0)
    }
  }

  package func has(_ name: String) -> Bool { json.member(name) != nil }

  /// The content of a member that is a string.
  package func string(_ name: String) -> String? {
    json.member(name).flatMap(string)
  }

  /// The content of a member of one of these names, the first that is there and a string.
  package func string(anyOf names: [String]) -> String? {
    for name in names {
      if let text = string(name) { return text }
    }
    return nil
  }

  private func string(_ member: JSONText.Member) -> String? {
    guard text[member.value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return String(decoding: decoded(json.literals[member.literals.lowerBound], in: text), as: UTF8.self)
  }

  /// A member of a member that is an object, as a text of its own.
  package func string(_ name: String, in outer: String) -> String? {
    guard let member = json.member(outer) else { return nil }
    let part = UnsafeRawBufferPointer(rebasing: text[member.value])
    guard let inner = try? HookEvent(parsing: part) else { return nil }
    return inner.string(name)
  }

  /// The name of the event. Copilot's own format has none, but fields that no two of its events share.
  package var name: String? {
    if let name = string(anyOf: ["hook_event_name", "hookEventName"]) { return name }
    if has("toolResult") { return "postToolUse" }
    if has("toolName"), !has("error") { return "preToolUse" }
    if has("prompt"), has("sessionId"), !has("transformedPrompt") { return "userPromptSubmitted" }
    return nil
  }

  /// The folder that the agent works in.
  package var folder: String? {
    if let folder = string("cwd"), folder.hasPrefix("/") { return folder }
    guard let roots = json.member("workspace_roots"), !roots.literals.isEmpty else { return nil }
    return String(decoding: decoded(json.literals[roots.literals.lowerBound], in: text), as: UTF8.self)
  }

  /// The file that a tool reads or writes, as the agent names it.
  package var file: String? {
    for input in ["tool_input", "toolArgs"] {
      for name in ["file_path", "filePath", "path", "absolute_path", "notebook_path"] {
        if let file = string(name, in: input) { return file }
      }
    }
    return string("file_path")
  }
}

/// The name of an event without what agents spell in different ways.
func comparable(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
