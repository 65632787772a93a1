// An agent's hooks in its settings file: putting ours in, taking them out, and telling what is there.

extension AgentContract {
  /// A hook of ours in a settings file.
  package struct InstalledHook: Equatable, Sendable {
    /// As the file has it.
    package let event: String
    package let command: String
  }

  /// The file with hooks that run `command`; nil when they are all in it as they are to be.
  ///
  /// - Parameters:
  ///   - text: the file as it is; nil when there is none.
  ///   - usesOldNames: the agent's version has the events' earlier names.
  /// - Throws: `SettingsFault` for a file that is not understood.
  package func installed(
    in text: [UInt8]?, command: String, usesOldNames: Bool = false
  ) throws(SettingsFault) -> [UInt8]? {
    switch settings.format {
    case .json(let handlers, let root):
      guard let text else { return fresh(command, handlers, root) }
      return try installed(in: text, command, handlers)
    case .vibe:
      return try VibeHooks(hooks, usesOldNames: usesOldNames).installed(in: text, command: command)
    }
  }

  /// The file without our hooks.
  ///
  /// - Returns: what is left; nil when the file was made for them.
  package func uninstalled(from text: [UInt8]) throws(SettingsFault) -> [UInt8]? {
    switch settings.format {
    case .json(let handlers, let root):
      guard let command = try installedHooks(in: text).first?.command else { return text }
      if text == fresh(command, handlers, root) { return nil }
      var file = try SettingsFile(text)
      while let path = ours(in: file.root, handlers).last?.path {
        guard try file.remove(path) else { return nil }
      }
      return file.bytes
    case .vibe: return try VibeHooks.uninstalled(from: text)
    }
  }

  /// The hooks of ours that a file has.
  package func installedHooks(in text: [UInt8]) throws(SettingsFault) -> [InstalledHook] {
    switch settings.format {
    case .json(let handlers, _):
      return ours(in: try SettingsFile(text).root, handlers).map(\.hook)
    case .vibe: return try VibeHooks.installedHooks(in: text)
    }
  }

  // MARK: JSON

  private func fresh(_ command: String, _ handlers: AgentSettings.Handlers, _ root: [(String, String)]) -> [UInt8] {
    let events = hooks.map { ($0.name, AnswerValue.array([entry($0, command, handlers)])) }
    // Ours come first, so that a file that somebody else made does not look like this.
    let members: [(String, AnswerValue)] = [("hooks", .object(events))] + root.map { ($0.0, .json(Array($0.1.utf8))) }
    return AnswerValue.object(members).pretty(indentation: [], unit: [0x20, 0x20], lineEnd: [0x0A]) + [0x0A]
  }

  private func entry(_ hook: AgentHook, _ command: String, _ handlers: AgentSettings.Handlers) -> AnswerValue {
    let limit = AnswerValue.json(Array(String(AgentSettings.seconds * settings.unitsPerSecond).utf8))
    switch handlers {
    case .nested(let fields):
      let handler: [(String, AnswerValue)] = [
        ("type", .text("command")), ("command", .text(command)), ("timeout", limit),
      ]
      return .object([("hooks", .array([.object(handler + fields)]))])
    case .flat(let fields): return .object([("command", .text(command)), ("timeout", limit)] + fields)
    }
  }

  private func installed(
    in text: [UInt8], _ command: String, _ handlers: AgentSettings.Handlers
  ) throws(SettingsFault) -> [UInt8]? {
    var file = try SettingsFile(text)
    let found = ours(in: file.root, handlers)
    let isCurrent = hooks.allSatisfy { hook in
      let wanted = entry(hook, command, handlers).pretty(indentation: nil, unit: [], lineEnd: [])
      let here = found.filter { $0.hook.event == hook.name }
      return here.count == 1 && compact(here[0].entry, file.bytes) == wanted
    }
    if isCurrent && found.count == hooks.count { return nil }
    while let path = ours(in: file.root, handlers).last?.path {
      // What was made for old hooks is used again.
      guard try file.remove(path) else { return fresh(command, handlers, rootMembers) }
    }
    if let hooks = file.root.member("hooks")?.value {
      guard case .object = hooks.kind else { throw SettingsFault("'hooks' is no object") }
    } else {
      try file.add("hooks", .object(hooks.map { ($0.name, .array([entry($0, command, handlers)])) }), to: [])
      return file.bytes
    }
    for hook in hooks {
      let entry = entry(hook, command, handlers)
      guard let event = file.root.member("hooks")?.value.member(hook.name)?.value else {
        try file.add(hook.name, .array([entry]), to: ["hooks"])
        continue
      }
      guard case .array = event.kind else { throw SettingsFault("'hooks.\(hook.name)' is no array") }
      try file.add(nil, entry, to: ["hooks", hook.name])
    }
    return file.bytes
  }

  private var rootMembers: [(String, String)] {
    if case .json(_, let root) = settings.format { return root }
    return []
  }

  /// An entry on one line, as `pretty` writes it.
  private func compact(_ value: SettingsValue, _ bytes: [UInt8]) -> [UInt8] {
    answerValue(value, bytes).pretty(indentation: nil, unit: [], lineEnd: [])
  }

  private func answerValue(_ value: SettingsValue, _ bytes: [UInt8]) -> AnswerValue {
    switch value.kind {
    case .object: .object(value.items.map { ($0.name ?? "", answerValue($0.value, bytes)) })
    case .array: .array(value.items.map { answerValue($0.value, bytes) })
    case .string(let content): .content(jsonContent(content))
    case .other: .json(Array(bytes[value.range]))
    }
  }

  private struct Found {
    let hook: InstalledHook
    /// The group or command.
    let entry: SettingsValue
    /// The indices of the items to it: of a group that has others' commands too, to the command in it.
    let path: [Int]
  }

  private func ours(in root: SettingsValue, _ handlers: AgentSettings.Handlers) -> [Found] {
    guard let index = root.items.lastIndex(where: { $0.name == "hooks" }) else { return [] }
    var found: [Found] = []
    for (eventIndex, event) in root.items[index].value.items.enumerated() {
      for (entryIndex, entry) in event.value.items.enumerated() {
        let path = [index, eventIndex, entryIndex]
        switch handlers {
        case .flat:
          guard let command = ourCommand(entry.value) else { continue }
          found.append(
            Found(hook: InstalledHook(event: event.name ?? "", command: command), entry: entry.value, path: path))
        case .nested:
          guard let list = entry.value.items.lastIndex(where: { $0.name == "hooks" }) else { continue }
          let commands = entry.value.items[list].value.items
          for (commandIndex, item) in commands.enumerated() {
            guard let command = ourCommand(item.value) else { continue }
            found.append(
              Found(
                hook: InstalledHook(event: event.name ?? "", command: command), entry: entry.value,
                path: commands.count == 1 ? path : path + [list, commandIndex]))
          }
        }
      }
    }
    return found
  }

  private func ourCommand(_ handler: SettingsValue) -> String? {
    handler.member("command")?.value.text.flatMap { isOurCommand($0) ? $0 : nil }
  }
}

/// Whether a command line runs this program's hook, wherever the program is.
func isOurCommand(_ command: String) -> Bool { command.hasSuffix(" agent hook") }
