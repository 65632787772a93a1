// What words mean to the linter, by a hash of their bytes: a name is looked at without a text being made of it.

/// A set of meanings for each of some words.
struct WordTable: Sendable {
  /// 0 where a slot is empty.
  private var hashes: [UInt64]
  private var values: [UInt32]

  /// Of no bytes.
  static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  static func adding(_ byte: UInt8, to hash: UInt64) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(seed) { adding($1, to: $0) } }

  /// - Parameter words: one may be there several times, with other meanings.
  init(_ words: [(word: String, meaning: UInt32)]) {
    var size = 64
    while size < words.count * 2 { size *= 2 }
    hashes = Array(repeating: 0, count: size)
    values = Array(repeating: 0, count: size)
    for (word, meaning) in words {
      let hash = Self.hash(word.utf8)
      var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (size - 1)
      while hashes[slot] != 0, hashes[slot] != hash { slot = (slot + 1) & (size - 1) }
      hashes[slot] = hash
      values[slot] |= meaning
    }
  }

  /// The meanings of the word with this hash; 0 for a word that is not there.
  @inline(__always)
  func meanings(_ hash: UInt64) -> UInt32 {
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (hashes.count - 1)
    while hashes[slot] != 0 {
      if hashes[slot] == hash { return values[slot] }
      slot = (slot + 1) & (hashes.count - 1)
    }
    return 0
  }
}

/// What the words of a name, and names as a whole, mean.
struct NameMeanings: Sendable {
  /// Words of a name, in lower case.
  let ofWords: WordTable
  /// Whole names, as they are written.
  let ofNames: WordTable

  struct OfWord: OptionSet {
    let rawValue: UInt32
    static let mask = OfWord(rawValue: 1)
    static let logger = OfWord(rawValue: 2)
    static let reads = OfWord(rawValue: 4)
    static let describes = OfWord(rawValue: 8)
    static let settings = OfWord(rawValue: 16)
    /// A key's name may end with it.
    static let keyEnd = OfWord(rawValue: 32)
  }

  struct OfName: OptionSet {
    let rawValue: UInt32
    static let carrier = OfName(rawValue: 1)
    static let accessor = OfName(rawValue: 2)
    static let level = OfName(rawValue: 4)
    static let own = OfName(rawValue: 8)
    static let word = OfName(rawValue: 16)
    static let sink = OfName(rawValue: 32)
    static let unfolds = OfName(rawValue: 64)
  }

  /// - Parameter sinks: last parts of functions that show their arguments.
  init(_ names: KeyNames, sinks: [String]) {
    func all(_ words: some Sequence<String>, _ meaning: OfWord) -> [(word: String, meaning: UInt32)] {
      words.map { ($0, meaning.rawValue) }
    }
    func all(_ words: some Sequence<String>, _ meaning: OfName) -> [(word: String, meaning: UInt32)] {
      words.map { ($0, meaning.rawValue) }
    }
    ofWords = WordTable(
      all(names.masks, .mask) + all(names.loggers, .logger) + all(Symbol.readingWords, .reads)
        + all(Symbol.describingWords, .describes) + all(Symbol.settingsWords, .settings)
        + all(names.lastWords, .keyEnd))
    ofNames = WordTable(
      all(names.carriers, .carrier) + all(names.accessors, .accessor) + all(names.levels, .level)
        + all(["self", "this", "Self", "cls"], .own) + all(Word.all, .word) + all(sinks, .sink)
        + all(["vars", "asdict", "model_dump", "dict", "stringify"], .unfolds))
  }
}
