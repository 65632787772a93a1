// Mistral Vibe's hooks.toml: our hooks are a block of their own at the end of the file, between two comments.

import TOML

struct VibeHooks {
  private let hooks: [AgentHook]
  private let usesOldNames: Bool

  private static let begin = Array("# hopxguard: hooks of `hopxguard agent install`\n".utf8)
  private static let end = Array("# hopxguard: end".utf8)
  private static let heading = Array("# Made by hopxguard agent install.\n".utf8)

  init(_ hooks: [AgentHook], usesOldNames: Bool) {
    self.hooks = hooks
    self.usesOldNames = usesOldNames
  }

  /// - Returns: nil when the hooks are in the file as they are to be.
  func installed(in text: [UInt8]?, command: String) throws(SettingsFault) -> [UInt8]? {
    guard let text else { return Self.heading + block(command) + [0x0A] }
    try Self.check(text)
    let bare = try Self.uninstalled(from: text)
    // The last line ends as it did before.
    let result: [UInt8]
    if let bare {
      let endsLine = bare.isEmpty || bare.last == 0x0A
      result = bare + (endsLine ? [] : [0x0A]) + block(command) + (endsLine ? [0x0A] : [])
    } else {
      result = Self.heading + block(command) + [0x0A]
    }
    try Self.check(result)
    return result == text ? nil : result
  }

  private func block(_ command: String) -> [UInt8] {
    let tables = hooks.map { hook in
      let type = usesOldNames ? hook.names[1] : hook.names[0]
      return """
        [[hooks]]
        name = "hopxguard-\(hook.names[0].replacing("_", with: "-"))"
        type = "\(type)"
        command = \(quoted(command))
        timeout = \(AgentSettings.seconds)
        strict = true

        """
    }
    return Self.begin + Array(tables.joined(separator: "\n").utf8) + Self.end
  }

  /// A TOML string. Vibe takes no command with a backslash in it.
  private func quoted(_ command: String) -> String {
    command.contains("'") ? "\"\(command.replacing("\"", with: "\\\""))\"" : "'\(command)'"
  }

  static func uninstalled(from text: [UInt8]) throws(SettingsFault) -> [UInt8]? {
    guard let block = try range(in: text) else { return text }
    if text[..<block.lowerBound].elementsEqual(heading), text[block.upperBound...].elementsEqual([0x0A]) { return nil }
    var bare = text
    if block.upperBound < text.count, text[block.upperBound] == 0x0A {
      bare.removeSubrange(block.lowerBound...block.upperBound)
    } else {
      bare.removeSubrange(max(0, block.lowerBound - 1)..<block.upperBound)
    }
    return bare
  }

  /// The bytes of our block, without the line end after it.
  private static func range(in text: [UInt8]) throws(SettingsFault) -> Range<Int>? {
    let starts = text.indices.filter { ($0 == 0 || text[$0 - 1] == 0x0A) && text[$0...].starts(with: begin) }
    guard let start = starts.first else {
      if try !installedHooks(in: text).isEmpty {
        throw SettingsFault("hooks of hopxguard are in it without their comments; take them out by hand")
      }
      return nil
    }
    let after = start + begin.count
    guard let stop = text.indices[after...].first(where: { text[$0 - 1] == 0x0A && text[$0...].starts(with: end) })
    else {
      throw SettingsFault("the comment '# hopxguard: end' is gone; take the hooks above it out by hand")
    }
    return start..<(stop + end.count)
  }

  private static func check(_ text: [UInt8]) throws(SettingsFault) { _ = try installedHooks(in: text) }

  static func installedHooks(in text: [UInt8]) throws(SettingsFault) -> [AgentContract.InstalledHook] {
    let root: TOMLValue
    do throws(TOMLError) {
      root = try text.withUnsafeBytes { bytes in Result { () throws(TOMLError) in try TOMLValue(parsing: bytes) } }
        .get()
    } catch { throw SettingsFault(error.reason, line: error.line) }
    guard case .table(let members) = root.content, let hooks = members.first(where: { $0.key == "hooks" })?.value else {
      return []
    }
    guard case .array(let tables) = hooks.content else { throw SettingsFault("'hooks' is no array", line: hooks.line) }
    return tables.compactMap { table in
      guard case .table(let fields) = table.content else { return nil }
      func text(_ name: String) -> String? {
        guard case .string(let text)? = fields.first(where: { $0.key == name })?.value.content else { return nil }
        return text
      }
      guard let command = text("command"), isOurCommand(command), let type = text("type") else { return nil }
      return AgentContract.InstalledHook(event: type, command: command)
    }
  }
}
