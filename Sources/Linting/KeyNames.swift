// Which names hold a key: by the words that a name is made of, whatever its style.

import TOML

/// What a name says of the value it stands for.
struct KeyName: OptionSet, Sendable {
  let rawValue: UInt8
  static let key = KeyName(rawValue: 1)
  /// A Hopx key, by the name alone.
  static let hopx = KeyName(rawValue: 2)
}

struct KeyNames: Sendable {
  /// Each without separators, in lower case, the longest first.
  private let keys: [[UInt8]]
  /// How the names are written, in lower case.
  let spellings: [[UInt8]]
  private let stages: Set<String>
  private let others: Set<String>
  let masks: Set<String>
  let carriers: Set<String>
  let accessors: Set<String>
  let loggers: Set<String>
  let levels: Set<String>
  /// Words that a key's name may end with.
  let lastWords: Set<String>
  /// Masks of several words.
  private let longMasks: Set<String>

  init(_ value: TOMLValue, _ additions: LintAdditions) throws(TOMLError) {
    var table = try TOMLTable(value, name: "names")
    var lists: [String: [String]] = [:]
    for key in ["keys", "stages", "others", "masks", "carriers", "accessors", "loggers", "levels"] {
      lists[key] = try table.strings(key)?.map(\.text) ?? []
    }
    let names = lists["keys"]! + additions.names
    keys = names.map { joined($0) }.filter { $0.count > 3 }.sorted { $0.count > $1.count }
    spellings = names.filter { $0.utf8.count > 3 }.flatMap { name in
      let lower = name.lowercased()
      let parts = lower.split { $0 == "_" || $0 == "-" }
      return Set([parts.joined(), parts.joined(separator: "_"), parts.joined(separator: "-")]).map { Array($0.utf8) }
    }
    stages = Set(lists["stages"]!)
    others = Set(lists["others"]!)
    masks = Set((lists["masks"]! + additions.masks).map { $0.lowercased() })
    carriers = Set(lists["carriers"]!)
    accessors = Set(lists["accessors"]!)
    loggers = Set(lists["loggers"]!)
    levels = Set(lists["levels"]!)
    // What a name's last word is depends on its style: `api_key` ends with `key`, `apikey` with itself.
    lastWords = stages.union(
      keys.flatMap { key in key.indices.map { String(decoding: key[$0...], as: UTF8.self) } })
    longMasks = masks.filter { $0.contains { !$0.isASCII || !($0.isLetter || $0.isNumber) } }
    try table.finish()
  }

  /// Bytes of a name at most; what is longer is none.
  private static let longest = 64

  /// What a name says; empty if nothing.
  func kind(_ name: some BidirectionalCollection<UInt8>) -> KeyName {
    let count = name.count
    guard count >= 4, count <= Self.longest else { return [] }
    var words = split(name)
    let isHopx = words.contains("hopx")
    if isHopx, words.count > 2, stages.contains(words.last!) { words.removeLast() }
    // The key's own words are the last ones that, joined, are one of the names.
    var tail: [UInt8] = []
    for index in words.indices.reversed() {
      tail = Array(words[index].utf8) + tail
      if tail.count > 24 { return [] }
      guard keys.contains(tail) else { continue }
      if words[..<index].contains(where: others.contains) { return [] }
      return isHopx ? [.key, .hopx] : .key
    }
    return []
  }

  /// Whether a name as a whole is a mask of several words.
  func masksWhole(_ name: some BidirectionalCollection<UInt8>) -> Bool {
    !longMasks.isEmpty && name.count <= Self.longest
      && longMasks.contains(String(decoding: name, as: UTF8.self).lowercased())
  }

  /// The words of a name in lower case: `HOPX_API_KEY` and `hopxApiKey` are the same three.
  func split(_ name: some BidirectionalCollection<UInt8>) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var previous: UInt8 = 0
    func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
    func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
    var index = name.startIndex
    while index < name.endIndex {
      let byte = name[index]
      let next = name.index(after: index)
      let isLetter = isUpper(byte) || isLower(byte) || (0x30...0x39).contains(byte)
      // `apiKey`, and `APIKey` before its last capital.
      let begins =
        isUpper(byte)
        && (isLower(previous) || isUpper(previous) && next < name.endIndex && isLower(name[next]))
      if !isLetter || begins, !word.isEmpty {
        words.append(String(decoding: word, as: UTF8.self))
        word.removeAll()
      }
      if isLetter { word.append(isUpper(byte) ? byte | 0x20 : byte) }
      previous = byte
      index = next
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }
}

private func joined(_ name: String) -> [UInt8] {
  name.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map {
    $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0
  }
}
