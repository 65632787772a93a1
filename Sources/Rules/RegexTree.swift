// A pattern of Go's RE2 as a tree, and the same pattern for PCRE2. The tree is what `PatternStart` reads to learn with
// which texts a match can begin. What has no counterpart in byte-wise PCRE2 is refused by name.
// Syntax: https://github.com/google/re2/wiki/Syntax

import Bytes

/// A node of a pattern.
struct RegexNode {
  indirect enum Kind {
    /// One byte of a set.
    case bytes(ByteSet)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case repeated(RegexNode, least: Int, most: Int?)
    case group(RegexNode, isCapture: Bool)
    /// What takes no bytes: `^`, `\b`, an empty text.
    case empty
  }

  let kind: Kind
  /// The node's place in the translated pattern.
  let range: Range<Int>

  /// Whether there is a capture in it.
  var hasCapture: Bool {
    switch kind {
    case .bytes, .empty: false
    case .sequence(let parts), .alternatives(let parts): parts.contains(where: \.hasCapture)
    case .repeated(let part, _, _): part.hasCapture
    case .group(let part, let isCapture): isCapture || part.hasCapture
    }
  }

  /// Bytes of a match at least, and at most; nil if there is no limit.
  var length: (least: Int, most: Int?) {
    switch kind {
    case .bytes: return (1, 1)
    case .empty: return (0, 0)
    case .group(let part, _): return part.length
    case .sequence(let parts):
      return parts.reduce((0, 0)) { sum, part in
        let length = part.length
        return (sum.0 + length.least, sum.1.flatMap { first in length.most.map { first + $0 } })
      }
    case .alternatives(let parts):
      let lengths = parts.map(\.length)
      let most = lengths.contains { $0.most == nil } ? nil : lengths.compactMap(\.most).max()
      return (lengths.map(\.least).min() ?? 0, most)
    case .repeated(let part, let least, let most):
      let length = part.length
      return (length.least &* least, most.flatMap { count in length.most.map { $0 &* count } })
    }
  }
}

/// A pattern of RE2, translated.
struct RegexTree {
  let root: RegexNode
  /// For PCRE2, without UTF mode.
  let source: String
  let captureCount: Int

  /// - Throws: what PCRE2 over bytes cannot do, by name.
  init(re2 text: String) throws(PatternError) {
    var parser = RegexParser(Array(text.utf8))
    root = try parser.parse()
    source = String(decoding: parser.output, as: UTF8.self)
    captureCount = parser.captureCount
  }
}

/// Reads RE2 and writes PCRE2.
private struct RegexParser {
  private let text: [UInt8]
  private var at = 0
  private(set) var output: [UInt8] = []
  private(set) var captureCount = 0
  private var depth = 0
  private var flags = Flags()

  private struct Flags {
    var isCaseless = false
    var dotTakesAll = false
    var isMultiline = false
  }

  private static let deepest = 200

  init(_ text: [UInt8]) { self.text = text }

  mutating func parse() throws(PatternError) -> RegexNode {
    let node = try alternatives()
    if at < text.count { throw PatternError(reason: "a ')' without '('") }
    return node
  }

  private func refused(_ what: String) -> PatternError { PatternError(reason: "\(what) has no counterpart in PCRE2") }

  private mutating func alternatives() throws(PatternError) -> RegexNode {
    let start = output.count
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw PatternError(reason: "it nests too deeply") }
    var branches = [try sequence()]
    while peek == UInt8(ascii: "|") {
      copy()
      branches.append(try sequence())
    }
    if branches.count == 1 { return branches[0] }
    return RegexNode(kind: .alternatives(branches), range: start..<output.count)
  }

  private mutating func sequence() throws(PatternError) -> RegexNode {
    let start = output.count
    var parts: [RegexNode] = []
    while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      let first = output.count
      var node = try atom()
      while let repeated = try repetition(of: node, from: first) { node = repeated }
      parts.append(node)
    }
    return RegexNode(kind: .sequence(parts), range: start..<output.count)
  }

  private var peek: UInt8? { at < text.count ? text[at] : nil }

  private mutating func copy(_ count: Int = 1) {
    for byte in text[at..<min(text.count, at + count)] { output.append(byte) }
    at += count
  }

  private mutating func repetition(of node: RegexNode, from start: Int) throws(PatternError) -> RegexNode? {
    var (least, most): (Int, Int?)
    switch peek {
    case UInt8(ascii: "*"): (least, most) = (0, nil)
    case UInt8(ascii: "+"): (least, most) = (1, nil)
    case UInt8(ascii: "?"): (least, most) = (0, 1)
    case UInt8(ascii: "{"):
      guard let counts = counts() else { return nil }
      (least, most) = (counts.least, counts.most)
      output += text[at..<(counts.end - 1)]
      at = counts.end - 1
    default: return nil
    }
    copy()
    if peek == UInt8(ascii: "?") { copy() }
    if peek == UInt8(ascii: "+") { throw PatternError(reason: "'+' after a repetition") }
    return RegexNode(kind: .repeated(node, least: least, most: most), range: start..<output.count)
  }

  /// `{2}`, `{2,}` or `{2,3}`; nil if the brace is a character.
  private func counts() -> (least: Int, most: Int?, end: Int)? {
    guard let close = text[at...].prefix(16).firstIndex(of: UInt8(ascii: "}")) else { return nil }
    let inner = String(decoding: text[(at + 1)..<close], as: UTF8.self)
    let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
    guard let least = Int(parts[0]), parts.count <= 2, parts[0].first != "+", least >= 0 else { return nil }
    if parts.count == 1 { return (least, least, close + 1) }
    if parts[1].isEmpty { return (least, nil, close + 1) }
    guard let most = Int(parts[1]), most >= least else { return nil }
    return (least, most, close + 1)
  }

  private mutating func atom() throws(PatternError) -> RegexNode {
    let start = output.count
    func node(_ kind: RegexNode.Kind) -> RegexNode { RegexNode(kind: kind, range: start..<output.count) }
    let byte = text[at]
    switch byte {
    case UInt8(ascii: "("): return try group()
    case UInt8(ascii: "["): return try set()
    case UInt8(ascii: "\\"): return try escape()
    case UInt8(ascii: "."):
      copy()
      let lineEnd = ByteSet(flags.dotTakesAll ? [] : [0x0A])
      return node(.bytes(lineEnd.inverted))
    case UInt8(ascii: "^"):
      copy()
      return node(.empty)
    case UInt8(ascii: "$"):
      copy()
      // PCRE2's also matches before a line end that is the last byte.
      if !flags.isMultiline { output += Array("(?!\\n)".utf8) }
      return node(.empty)
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
      throw PatternError(reason: "nothing to repeat before '\(Character(Unicode.Scalar(byte)))'")
    case 0x80...:
      return character(try wideCharacter())
    default:
      // Braces that count nothing are characters; PCRE2 says so too, but for `{,3}` in later versions.
      if byte == UInt8(ascii: "{") { output.append(UInt8(ascii: "\\")) }
      copy()
      return node(.bytes(folded(ByteSet(byte...byte))))
    }
  }

  private func folded(_ set: ByteSet) -> ByteSet { flags.isCaseless ? set.foldingCase : set }

  private mutating func wideCharacter() throws(PatternError) -> [UInt8] {
    var end = at + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    defer { at = end }
    return Array(text[at..<end])
  }

  /// The bytes of a character that takes several.
  private mutating func character(_ bytes: [UInt8]) -> RegexNode {
    let start = output.count
    output += Array("(?:".utf8)
    for byte in bytes { write(escaped: byte) }
    output.append(UInt8(ascii: ")"))
    let parts = bytes.map { RegexNode(kind: .bytes(ByteSet([$0])), range: start..<output.count) }
    return RegexNode(kind: .sequence(parts), range: start..<output.count)
  }

  private mutating func group() throws(PatternError) -> RegexNode {
    let start = output.count
    let outer = flags
    copy()
    var isCapture = true
    if peek == UInt8(ascii: "?") {
      isCapture = false
      copy()
      if text[at...].starts(with: "P<".utf8) || text[at...].starts(with: "<".utf8),
        !text[at...].starts(with: "<=".utf8), !text[at...].starts(with: "<!".utf8)
      {
        isCapture = true
        while let byte = peek, byte != UInt8(ascii: ">") { copy() }
        copy()
      } else if try readFlags() {
        // `(?i)`: for the rest of the group around it.
        return RegexNode(kind: .empty, range: start..<output.count)
      }
    }
    if isCapture { captureCount += 1 }
    let inner = try alternatives()
    guard peek == UInt8(ascii: ")") else { throw PatternError(reason: "a '(' without ')'") }
    copy()
    flags = outer
    return RegexNode(kind: .group(inner, isCapture: isCapture), range: start..<output.count)
  }

  /// - Returns: whether the group ends with its flags.
  private mutating func readFlags() throws(PatternError) -> Bool {
    var isOn = true
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "i"): flags.isCaseless = isOn
      case UInt8(ascii: "s"): flags.dotTakesAll = isOn
      case UInt8(ascii: "m"): flags.isMultiline = isOn
      case UInt8(ascii: "-"): isOn = false
      case UInt8(ascii: ":"):
        copy()
        return false
      case UInt8(ascii: ")"):
        copy()
        return true
      case UInt8(ascii: "U"): throw refused("the flag (?U)")
      default: throw refused("'(?\(Character(Unicode.Scalar(byte)))'")
      }
      copy()
    }
    throw PatternError(reason: "a '(' without ')'")
  }

  // MARK: Escapes and sets

  private mutating func escape() throws(PatternError) -> RegexNode {
    let start = output.count
    func node(_ kind: RegexNode.Kind) -> RegexNode { RegexNode(kind: kind, range: start..<output.count) }
    guard at + 1 < text.count else { throw PatternError(reason: "a backslash at the end") }
    switch text[at + 1] {
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"):
      copy(2)
      return node(.empty)
    case UInt8(ascii: "Q"):
      at += 2
      var parts: [RegexNode] = []
      while at < text.count, !text[at...].starts(with: "\\E".utf8) {
        let first = output.count
        if text[at] >= 0x80 {
          parts.append(character(try wideCharacter()))
          continue
        }
        write(escaped: text[at])
        parts.append(RegexNode(kind: .bytes(folded(ByteSet(text[at]...text[at]))), range: first..<output.count))
        at += 1
      }
      at = min(text.count, at + 2)
      return node(.sequence(parts))
    default: break
    }
    switch try escaped() {
    case .set(let set):
      write(set)
      return node(.bytes(set))
    case .byte(let byte):
      write(escaped: byte)
      return node(.bytes(folded(ByteSet(byte...byte))))
    case .wide(let bytes): return character(bytes)
    }
  }

  private enum Escaped {
    case set(ByteSet)
    case byte(UInt8)
    case wide([UInt8])
  }

  private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  private static let letters = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")).foldingCase
  private static let word = digits.union(letters).union(ByteSet([UInt8(ascii: "_")]))
  private static let blanks = ByteSet([0x09, 0x0A, 0x0C, 0x0D, 0x20])

  /// What an escape stands for that means the same within a set and outside.
  private mutating func escaped() throws(PatternError) -> Escaped {
    let letter = text[at + 1]
    at += 2
    switch letter {
    case UInt8(ascii: "d"): return .set(Self.digits)
    case UInt8(ascii: "D"): return .set(Self.digits.inverted)
    case UInt8(ascii: "w"): return .set(Self.word)
    case UInt8(ascii: "W"): return .set(Self.word.inverted)
    // PCRE2's includes the vertical tab.
    case UInt8(ascii: "s"): return .set(Self.blanks)
    case UInt8(ascii: "S"): return .set(Self.blanks.inverted)
    case UInt8(ascii: "a"): return .byte(0x07)
    case UInt8(ascii: "f"): return .byte(0x0C)
    case UInt8(ascii: "t"): return .byte(0x09)
    case UInt8(ascii: "n"): return .byte(0x0A)
    case UInt8(ascii: "r"): return .byte(0x0D)
    case UInt8(ascii: "v"): return .byte(0x0B)
    case UInt8(ascii: "x"): return try hexadecimal()
    case UInt8(ascii: "p"), UInt8(ascii: "P"): throw refused("a class of Unicode (\\p)")
    case UInt8(ascii: "C"): throw refused("\\C")
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = Int(letter - UInt8(ascii: "0"))
      var count = 1
      while count < 3, let digit = peek, UInt8(ascii: "0")...UInt8(ascii: "7") ~= digit {
        value = value * 8 + Int(digit - UInt8(ascii: "0"))
        at += 1
        count += 1
      }
      if count == 1 && letter != UInt8(ascii: "0") { throw PatternError(reason: "a backreference, which RE2 lacks") }
      return value < 0x80 ? .byte(UInt8(value)) : .wide(Array(String(Character(Unicode.Scalar(UInt32(value))!)).utf8))
    default:
      if Self.word.contains(letter), letter != UInt8(ascii: "_") {
        throw PatternError(reason: "the unknown escape '\\\(Character(Unicode.Scalar(letter)))'")
      }
      if letter >= 0x80 {
        at -= 1
        return .wide(try wideCharacter())
      }
      return .byte(letter)
    }
  }

  private mutating func hexadecimal() throws(PatternError) -> Escaped {
    var digits: ArraySlice<UInt8>
    if peek == UInt8(ascii: "{") {
      guard let close = text[at...].firstIndex(of: UInt8(ascii: "}")) else {
        throw PatternError(reason: "'\\x{' without '}'")
      }
      digits = text[(at + 1)..<close]
      at = close + 1
    } else {
      digits = text[at...].prefix(2)
      at = min(text.count, at + 2)
    }
    guard let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(value)
    else { throw PatternError(reason: "'\\x' without a number") }
    return value < 0x80 ? .byte(UInt8(value)) : .wide(Array(String(Character(scalar)).utf8))
  }

  private mutating func set() throws(PatternError) -> RegexNode {
    let start = output.count
    at += 1
    var set = ByteSet([])
    var isInverted = false
    if peek == UInt8(ascii: "^") {
      isInverted = true
      at += 1
    }
    var isFirst = true
    while let byte = peek, byte != UInt8(ascii: "]") || isFirst {
      isFirst = false
      if byte == UInt8(ascii: "["), text[at...].starts(with: "[:".utf8), let close = closing(":]") {
        set = set.union(try posixClass(String(decoding: text[(at + 2)..<close], as: UTF8.self)))
        at = close + 2
        continue
      }
      guard let low = try member(&set) else { continue }
      if peek == UInt8(ascii: "-"), at + 1 < text.count, text[at + 1] != UInt8(ascii: "]") {
        at += 1
        guard let high = try member(&set), high >= low else {
          throw PatternError(reason: "a range that ends before it begins")
        }
        set = set.union(ByteSet(low...high))
      } else {
        set.insert(low)
      }
    }
    guard peek == UInt8(ascii: "]") else { throw PatternError(reason: "a '[' without ']'") }
    at += 1
    set = folded(set)
    // A character beyond ASCII is several bytes, none of which is in a set of ASCII.
    if isInverted { set = set.inverted }
    write(set)
    return RegexNode(kind: .bytes(set), range: start..<output.count)
  }

  /// A single byte of a set, or nil after adding several.
  private mutating func member(_ set: inout ByteSet) throws(PatternError) -> UInt8? {
    if text[at] >= 0x80 { throw refused("a character beyond ASCII within brackets") }
    guard text[at] == UInt8(ascii: "\\") else {
      at += 1
      return text[at - 1]
    }
    guard at + 1 < text.count else { throw PatternError(reason: "a backslash at the end") }
    switch try escaped() {
    case .set(let more):
      set = set.union(more)
      return nil
    case .byte(let byte): return byte
    case .wide: throw refused("a character beyond ASCII within brackets")
    }
  }

  private func closing(_ end: String) -> Int? {
    var index = at + 2
    while index + 1 < text.count, index < at + 16 {
      if text[index...].starts(with: end.utf8) { return index }
      index += 1
    }
    return nil
  }

  private func posixClass(_ name: String) throws(PatternError) -> ByteSet {
    let isInverted = name.hasPrefix("^")
    let set: ByteSet
    switch isInverted ? String(name.dropFirst()) : name {
    case "alnum": set = Self.digits.union(Self.letters)
    case "alpha": set = Self.letters
    case "ascii": set = ByteSet(0...0x7F)
    case "blank": set = ByteSet([0x09, 0x20])
    case "cntrl": set = ByteSet(0...0x1F).union(ByteSet([0x7F]))
    case "digit": set = Self.digits
    case "graph": set = ByteSet(0x21...0x7E)
    case "lower": set = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z"))
    case "print": set = ByteSet(0x20...0x7E)
    case "punct": set = ByteSet(0x21...0x7E).subtracting(Self.digits.union(Self.letters))
    case "space": set = Self.blanks.union(ByteSet([0x0B]))
    case "upper": set = ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    case "word": set = Self.word
    case "xdigit": set = Self.digits.union(ByteSet(UInt8(ascii: "a")...UInt8(ascii: "f")).foldingCase)
    default: throw PatternError(reason: "the unknown class '[:\(name):]'")
    }
    return isInverted ? set.inverted : set
  }

  // MARK: Output

  /// Bytes that stand for themselves between brackets.
  private static let plain = letters.union(digits).union(ByteSet(Array("_=:;,/+*.<>{}()|~\"'%#@&!?$".utf8)))

  private mutating func write(_ set: ByteSet) {
    output.append(UInt8(ascii: "["))
    for run in set.runs {
      for byte in run.count > 1 ? [run.lowerBound, run.upperBound] : [run.lowerBound] {
        if byte == run.upperBound, run.count > 2 { output.append(UInt8(ascii: "-")) }
        if Self.plain.contains(byte) { output.append(byte) } else { write(escaped: byte) }
      }
    }
    output.append(UInt8(ascii: "]"))
  }

  private mutating func write(escaped byte: UInt8) {
    output.append(UInt8(ascii: "\\"))
    output.append(UInt8(ascii: "x"))
    output.append(contentsOf: hexDigits(byte))
  }
}
