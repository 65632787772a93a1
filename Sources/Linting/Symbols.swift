// The names of a file: each is looked at once, however often it occurs.

/// A name of a file, with what is known of it by itself.
struct Symbol {
  let text: String
  let key: KeyName
  let word: Word
  let traits: Traits
  /// What has to stand before it to make a function that shows its arguments; nil if it is none.
  let sinks: [[String]]?

  struct Traits: OptionSet {
    let rawValue: UInt16
    static let mask = Traits(rawValue: 1)
    static let carrier = Traits(rawValue: 2)
    static let accessor = Traits(rawValue: 4)
    static let logger = Traits(rawValue: 8)
    static let level = Traits(rawValue: 16)
    /// `API_KEY`, which may be the name of a constant that holds a name.
    static let upper = Traits(rawValue: 32)
    /// `ApiKey`, a type by its style.
    static let capital = Traits(rawValue: 64)
    /// `self`, `this`
    static let own = Traits(rawValue: 128)
    /// Something that reads a value, by the words of the function's name.
    static let reads = Traits(rawValue: 256)
    /// Holds texts about fields and not their values, such as `errors`.
    static let describes = Traits(rawValue: 512)
    /// `$env:NAME`
    static let environment = Traits(rawValue: 1024)
    /// Holds values that were set, such as `settings`.
    static let settings = Traits(rawValue: 2048)
    /// Makes a dictionary of an object.
    static let unfolds = Traits(rawValue: 4096)
  }

  init(_ name: Slice<UnsafeRawBufferPointer>, _ language: Language, _ rules: LintRules) {
    text = String(decoding: name, as: UTF8.self)
    var traits: Traits = []
    var bare = name
    if language == .powershell, name.count > 4, text.lowercased().hasPrefix("env:") {
      traits.insert(.environment)
      bare = name.dropFirst(4)
    }
    let words = WordsOfName(bare, rules.meanings.ofWords)
    key = words.last.contains(.keyEnd) ? rules.names.kind(bare) : []
    if words.all.contains(.mask) || rules.names.masksWhole(bare) { traits.insert(.mask) }
    if words.last.contains(.logger) { traits.insert(.logger) }
    if words.all.contains(.reads) { traits.insert(.reads) }
    if words.all.contains(.describes) { traits.insert(.describes) }
    if words.all.contains(.settings) { traits.insert(.settings) }
    if !words.hasLower {
      traits.insert(.upper)
    } else if let first = bare.first, first >= 0x41, first <= 0x5A {
      traits.insert(.capital)
    }
    let whole = NameMeanings.OfName(rawValue: rules.meanings.ofNames.meanings(WordTable.hash(name)))
    if whole.contains(.carrier) { traits.insert(.carrier) }
    if whole.contains(.accessor) { traits.insert(.accessor) }
    if whole.contains(.level) { traits.insert(.level) }
    if whole.contains(.own) { traits.insert(.own) }
    if whole.contains(.unfolds) { traits.insert(.unfolds) }
    self.traits = traits
    word = whole.contains(.word) ? Word.of(text, language) : .none
    sinks = whole.contains(.sink) ? rules.sinks[language]?.receivers(of: text) : nil
  }

  static let readingWords: Set<String> = [
    "get", "load", "read", "fetch", "input", "getpass", "prompt", "ask", "decrypt", "resolve", "retrieve", "lookup",
    "secret", "env", "getenv", "config", "require", "password",
  ]
  static let settingsWords: Set<String> = [
    "config", "configuration", "settings", "cfg", "conf", "secrets", "credentials",
  ]
  static let describingWords: Set<String> = [
    "errors", "error", "schema", "schemas", "properties", "fields", "labels", "types", "columns", "descriptions",
    "hints", "messages", "links", "help", "choices", "routes", "definitions", "docs", "validators", "annotations",
  ]
}

/// The words of a name, as `KeyNames.split` parts them, by their meanings alone.
private struct WordsOfName {
  private(set) var all: NameMeanings.OfWord = []
  private(set) var last: NameMeanings.OfWord = []
  private(set) var hasLower = false

  init(_ name: Slice<UnsafeRawBufferPointer>, _ table: WordTable) {
    var hash = WordTable.seed
    var length = 0
    var previous: UInt8 = 0
    var index = name.startIndex
    func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
    func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
    while index < name.endIndex {
      let byte = name[index]
      index += 1
      let (upper, lower) = (isUpper(byte), isLower(byte))
      if lower { hasLower = true }
      let isLetter = upper || lower || byte >= 0x30 && byte <= 0x39
      let begins =
        upper && (isLower(previous) || isUpper(previous) && index < name.endIndex && isLower(name[index]))
      if !isLetter || begins, length > 0 {
        end(hash, table)
        (hash, length) = (WordTable.seed, 0)
      }
      if isLetter {
        hash = WordTable.adding(upper ? byte | 0x20 : byte, to: hash)
        length += 1
      }
      previous = byte
    }
    if length > 0 { end(hash, table) }
  }

  private mutating func end(_ hash: UInt64, _ table: WordTable) {
    last = NameMeanings.OfWord(rawValue: table.meanings(hash))
    all.formUnion(last)
  }
}

/// Words that mean something to the reader of a program's statements.
enum Word: UInt8 {
  case none, define, give, raise, `if`, `else`, loop, within, and, or, not, compare, lambda, prefix, nothing, declare
  case cast, match, import_

  static func of(_ text: String, _ language: Language) -> Word {
    guard text.utf8.count <= 12, let word = words[text] else { return .none }
    switch word {
    case .define where text == "fn": return language == .rust ? word : .none
    case .define where text == "func": return language == .swift || language == .go ? word : .none
    case .define where text == "def": return language.isIndented ? word : .none
    case .lambda: return language == .python ? word : .none
    case .and, .or:
      let isOperator = language.isIndented || text.hasPrefix("-")
      return isOperator ? word : .none
    case .raise where text == "raise": return language.isIndented ? word : .none
    case .raise where text == "throw": return language.isIndented ? .none : word
    case .import_: return language == .python ? word : .none
    default: return word
    }
  }

  /// All of them, in any language.
  static var all: some Sequence<String> { words.keys }

  private static let words: [String: Word] = [
    "def": .define, "func": .define, "fn": .define, "function": .define, "return": .give, "raise": .raise,
    "throw": .raise, "if": .if, "elif": .if, "unless": .if, "guard": .if, "while": .if, "switch": .if, "else": .else,
    "for": .loop, "foreach": .loop, "in": .within, "of": .within, "and": .and, "or": .or, "not": .not,
    "is": .compare, "instanceof": .compare, "-eq": .compare, "-ne": .compare, "-like": .compare, "-match": .compare,
    "lambda": .lambda, "await": .prefix, "try": .prefix, "new": .prefix, "mut": .prefix, "ref": .prefix,
    "move": .prefix, "yield": .prefix, "typeof": .nothing, "void": .nothing, "delete": .nothing, "class": .nothing,
    "struct": .nothing, "let": .declare, "const": .declare, "var": .declare, "val": .declare, "final": .declare,
    "static": .declare, "export": .declare, "public": .declare, "private": .declare, "protected": .declare,
    "internal": .declare, "lazy": .declare, "readonly": .declare, "pub": .declare, "global": .declare,
    "as": .cast, "match": .match, "import": .import_, "from": .import_, "fileprivate": .declare,
  ]
}

/// Gives each name of a file a number.
struct SymbolTable {
  private(set) var symbols: [Symbol] = []
  private var ranges: [Range<Int>] = []
  private var slots = [Int32](repeating: -1, count: 1024)

  /// The number of the name in `range`.
  mutating func number(
    of range: Range<Int>, in bytes: UnsafeRawBufferPointer, _ language: Language, _ rules: LintRules
  ) -> Int32 {
    var hash: UInt32 = 2_166_136_261
    for index in range { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let known = ranges[Int(slots[slot])]
      if known.count == range.count, Self.same(known, range, bytes) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(symbols.count)
    symbols.append(Symbol(bytes[range], language, rules))
    ranges.append(range)
    slots[slot] = number
    if symbols.count * 2 > slots.count { grow(bytes) }
    return number
  }

  @inline(__always)
  private static func same(_ left: Range<Int>, _ right: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var (a, b) = (left.lowerBound, right.lowerBound)
    while a < left.upperBound {
      if bytes[a] != bytes[b] { return false }
      a += 1
      b += 1
    }
    return true
  }

  private mutating func grow(_ bytes: UnsafeRawBufferPointer) {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (number, range) in ranges.enumerated() {
      var hash: UInt32 = 2_166_136_261
      for index in range { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
      var slot = Int(hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }
}
