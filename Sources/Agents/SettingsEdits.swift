// Putting an item into a settings file and taking it out again, so that what is left is what was there
// before, byte for byte. The file itself shows how an item was put in: right after the bracket of an
// object or array that was there, with a blank between in one that was made for it.

/// A settings file under change.
struct SettingsFile {
  private(set) var bytes: [UInt8]
  private(set) var root: SettingsValue

  init(_ bytes: [UInt8]) throws(SettingsFault) {
    var parser = SettingsParser(bytes)
    root = try parser.document()
    self.bytes = bytes
    guard case .object = root.kind else { throw SettingsFault("it is no object") }
  }

  private mutating func change(_ body: (inout [UInt8]) -> Void) throws(SettingsFault) {
    body(&bytes)
    var parser = SettingsParser(bytes)
    root = try parser.document()
  }

  // MARK: Layout

  private var lineEnd: [UInt8] {
    bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? [0x0D, 0x0A] : [0x0A]
  }

  /// The blanks before an item on a line of its own; nil for one that is not.
  private func indentation(of item: SettingsItem) -> [UInt8]? {
    let gap = bytes[item.before..<item.start]
    guard let end = gap.lastIndex(of: 0x0A) else { return nil }
    return Array(gap[(end + 1)...])
  }

  /// By how much one level is indented more than the one around it.
  private var unit: [UInt8] { root.items.first.flatMap(indentation).flatMap { $0.isEmpty ? nil : $0 } ?? [0x20, 0x20] }

  /// Whether the file has its items on lines of their own.
  private var isOnLines: Bool { root.items.first.map { indentation(of: $0) != nil } ?? true }

  // MARK: Putting in

  /// Adds an item at the end of the object or array at a path of names.
  ///
  /// - Parameter name: of a member; nil for an element.
  mutating func add(_ name: String?, _ value: AnswerValue, to path: [String]) throws(SettingsFault) {
    var container = root
    for step in path { container = container.member(step)!.value }
    let sibling = container.items.last
    let blanks = sibling.map { indentation(of: $0) } ?? (isOnLines ? repeated(unit, path.count + 1) : nil)
    let text =
      (name.map { AnswerValue.name($0) } ?? []) + value.pretty(indentation: blanks, unit: unit, lineEnd: lineEnd)
    let gap: [UInt8]
    if !container.items.isEmpty {
      gap = blanks.map { lineEnd + $0 } ?? [0x20]
    } else {
      // None is the mark of a container that was there. A comment in it is one too, and may run to its line's end.
      gap = container.hasComments ? lineEnd + (blanks ?? []) : []
    }
    let comma = sibling.flatMap { $0.comma == nil ? $0.end : nil }
    let tail = container.tail
    let hasTrailingComma = sibling?.comma != nil
    try change { bytes in
      bytes.insert(contentsOf: gap + text + (hasTrailingComma ? [UInt8(ascii: ",")] : []), at: tail)
      if let comma { bytes.insert(UInt8(ascii: ","), at: comma) }
    }
  }

  private func repeated(_ unit: [UInt8], _ count: Int) -> [UInt8] { Array(repeatElement(unit, count: count).joined()) }

  // MARK: Taking out

  /// Takes an item out, and each object or array around it that was made for it.
  ///
  /// - Parameter path: the indices of the items around it and its own, from the root on.
  /// - Returns: whether anything is left of the file.
  mutating func remove(_ path: [Int]) throws(SettingsFault) -> Bool {
    var container = root
    for step in path.dropLast() { container = container.items[step].value }
    let item = container.items[path.last!]
    if container.items.count > 1 {
      let previous = path.last! > 0 ? container.items[path.last! - 1] : nil
      try change { bytes in
        bytes.removeSubrange(item.before..<(item.comma.map { $0 + 1 } ?? item.end))
        if item.comma == nil, let comma = previous?.comma { bytes.remove(at: comma) }
      }
      return true
    }
    let wasThere = container.hasComments || item.start == container.range.lowerBound + 1
    if !wasThere { return path.count == 1 ? false : try remove(path.dropLast()) }
    try change { $0.removeSubrange(item.before..<(item.comma.map { $0 + 1 } ?? item.end)) }
    return true
  }
}

extension AnswerValue {
  /// A member's name and what follows it.
  static func name(_ name: String) -> [UInt8] { AnswerValue.text(name).bytes + Array(": ".utf8) }

  /// - Parameter indentation: of the line that it begins on; nil for all on one line.
  func pretty(indentation: [UInt8]?, unit: [UInt8], lineEnd: [UInt8]) -> [UInt8] {
    let inner = indentation.map { $0 + unit }
    let gap = inner.map { lineEnd + $0 } ?? [0x20]
    let end = indentation.map { lineEnd + $0 } ?? [0x20]
    func wrapped(_ open: Character, _ items: [[UInt8]], _ close: Character) -> [UInt8] {
      [open.asciiValue!] + Array(items.map { gap + $0 }.joined(separator: [UInt8(ascii: ",")])) + end + [
        close.asciiValue!
      ]
    }
    switch self {
    case .object(let members):
      return wrapped(
        "{", members.map { Self.name($0.0) + $0.1.pretty(indentation: inner, unit: unit, lineEnd: lineEnd) }, "}")
    case .array(let items):
      return wrapped("[", items.map { $0.pretty(indentation: inner, unit: unit, lineEnd: lineEnd) }, "]")
    default: return bytes
    }
  }
}
