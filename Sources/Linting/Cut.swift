// How much of a key a cut leaves: slices, methods that cut, and widths in formats.

enum Cut {
  /// Characters of a key that may be shown: its prefix and five of its identifier.
  static let longest = 15
}

extension CodeReader {
  /// The number at `index`, if it is one.
  func number(_ index: Int) -> Int? {
    guard index < tokens.count, tokens[index].kind == .number else { return nil }
    return Int(String(decoding: bytes[tokens[index].range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self))
  }

  /// The value of `range` if it is a number, with its sign.
  private func bound(_ range: Range<Int>) -> Int? {
    if range.count == 1 { return number(range.lowerBound) }
    if range.count == 2, isOp(range.lowerBound, "-"), let number = number(range.lowerBound + 1) { return -number }
    return nil
  }

  enum Remainder: Equatable {
    /// A slice that leaves so many characters.
    case width(Int)
    /// A slice that leaves most of it.
    case rest
    /// No slice, or one whose bounds are not known.
    case other
  }

  /// What is left by the index in `range`: `[:15]`, `[..<15]`, `[0, 15]`.
  func slice(_ range: Range<Int>) -> Remainder {
    var separator: Int?
    for index in range where separator == nil {
      if isOp(index, ":") || isOp(index, "..") || isOp(index, "...") || isOp(index, "..<") || isOp(index, "..=")
        || isOp(index, ",")
      {
        separator = index
      }
    }
    guard let separator else { return .other }
    var last = (separator + 1)..<range.upperBound
    // `[a:b:c]`, and `..=b` where the lexer has two operators.
    if let step = last.first(where: { isOp($0, ":") }) { last = last.lowerBound..<step }
    if let first = last.first, isOp(first, "=") || isOp(first, "<") { last = last.dropFirst() }
    let from = range.lowerBound..<separator
    let isCount = isOp(separator, ",")
    switch (bound(from), bound(last)) {
    case (let start?, let end?):
      if isCount { return .width(end) }
      if start >= 0, end >= 0 { return .width(end - start) }
      return start < 0 && end < 0 ? .width(end - start) : .rest
    case (nil, let end?) where from.isEmpty: return end < 0 ? .rest : .width(end)
    case (let start?, nil) where last.isEmpty: return start < 0 ? .width(-start) : .rest
    case (nil, nil) where from.isEmpty && last.isEmpty: return .rest
    default: return .other
    }
  }

  /// What a method leaves of the string that it is called on.
  func slice(method: String, _ arguments: [Range<Int>]) -> Remainder? {
    let first = arguments.first.flatMap { bound(unlabelled($0)) }
    switch method {
    case "slice", "substring", "subSequence", "Substring":
      guard arguments.count >= 2 else {
        return first.map { $0 < 0 ? .width(-$0) : .rest } ?? .other
      }
      guard let start = first, let end = smallest(arguments[1]) else { return .other }
      if method == "Substring" { return .width(end) }
      return end < 0 ? .rest : .width(end - start)
    case "substr":
      guard arguments.count >= 2 else { return first.map { $0 < 0 ? .width(-$0) : .rest } ?? .other }
      return smallest(arguments[1]).map { .width($0) } ?? .other
    case "prefix", "suffix", "take", "left", "right", "first", "last", "takeLast", "truncate":
      if arguments.isEmpty { return .width(1) }
      return first.map { .width($0) } ?? .other
    case "dropFirst", "dropLast", "drop": return .rest
    case "get":
      guard language == .rust, let only = arguments.first else { return nil }
      return slice(only)
    case "at", "charAt", "charCodeAt", "codePointAt": return .width(1)
    default: return nil
    }
  }

  /// A bound, or the least number of `Math.min(15, key.length)`.
  private func smallest(_ range: Range<Int>) -> Int? {
    if let number = bound(range) { return number }
    let hasMinimum = range.contains { isName($0) && symbol($0).text == "min" }
    return hasMinimum ? range.compactMap { number($0) }.min() : nil
  }

  // MARK: Formats

  /// The width in `:.15` of a field; nil if it has none.
  func specWidth(_ range: Range<Int>) -> Int? {
    guard let dot = bytes[range].firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let digits = bytes[(dot + 1)..<range.upperBound].prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  /// The largest width that the format at `index` gives to a text, if it gives one to each: `%.8s`, `{:.8}`; nil if it
  /// is no format or shows a whole text.
  func formatWidth(_ index: Int) -> Int? {
    let widths = formatWidths(index)
    return widths.contains(nil) ? nil : widths.compactMap(\.self).max()
  }

  /// The widths that the fields of the format at `index` have, in order; nil for one that shows a whole text. What
  /// shows no text, such as `%d`, has the width 0.
  func formatWidths(_ index: Int) -> [Int?] {
    guard let text = literal(index) else { return [] }
    var widths: [Int?] = []
    var at = text.startIndex
    while at < text.endIndex {
      let byte = text[at]
      at += 1
      guard byte == UInt8(ascii: "%") || byte == UInt8(ascii: "{"), at < text.endIndex else { continue }
      if text[at] == byte {
        at += 1
        continue
      }
      var end = at
      while end < text.endIndex, end < at + 16, !isFormatEnd(text[end], byte) { end += 1 }
      guard end < text.endIndex else { break }
      let isText = byte == UInt8(ascii: "{") || "sqvVr@SxX".utf8.contains(text[end])
      if byte == UInt8(ascii: "%"), !isText, !"dfigtTpcuoe".utf8.contains(text[end]) { continue }
      widths.append(isText ? specWidth(at..<end) : 0)
      at = end + 1
    }
    return widths
  }

  private func isFormatEnd(_ byte: UInt8, _ open: UInt8) -> Bool {
    if open == UInt8(ascii: "{") { return byte == UInt8(ascii: "}") }
    return byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "@")
      || byte == 0x20
  }

  // MARK: Replacements

  /// The same expression cut to 15 characters, if a short text does that safely.
  func cut(of place: Range<Int>) -> [UInt8]? {
    let isPath = place.allSatisfy { tokens[$0].kind == .name || isDot($0) }
    let text = Array(bytes[Int(tokens[place.lowerBound].start)..<Int(tokens[place.upperBound - 1].end)])
    let source = String(decoding: text, as: UTF8.self)
    let isEnvironment = ["os.environ[", "process.env", "ENV[", "ENV.fetch"].contains { source.hasPrefix($0) }
    guard isPath || isEnvironment, source.utf8.count < 200, !source.contains("\n") else { return nil }
    if ["os.environ", "process.env", "ENV"].contains(source) { return nil }
    let cut: String? =
      switch language {
      case .python, .notebook: source.hasPrefix("os.environ.get") ? nil : "\(source)[:15]"
      case .javascript: "\(source)?.slice(0, 15)"
      case .swift: "\(source).prefix(15)"
      case .ruby: "\(source)[0, 15]"
      case .go: "\(source)[:min(15, len(\(source)))]"
      case .java: "\(source).substring(0, Math.min(15, \(source).length()))"
      case .rust: "\(source).get(..15).unwrap_or_default()"
      default: nil
      }
    return cut.map { Array($0.utf8) }
  }
}
