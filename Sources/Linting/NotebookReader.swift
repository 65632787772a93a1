// Reads notebooks: the code cells as one program, with the way back from each byte to where it is in the JSON.

struct NotebookReader {
  /// The code of all cells, a line end after each.
  private(set) var code: [UInt8] = []
  /// For each byte of `code`, its place in the file.
  private(set) var places: [Int32] = []
  /// Where in `code` each cell begins, and its number among all cells, from 1.
  private(set) var cells: [(start: Int, number: Int)] = []

  init(_ bytes: UnsafeRawBufferPointer) {
    var lexer = Lexer(bytes, 0..<bytes.count, .javascript)
    lexer.run()
    let tokens = lexer.tokens
    var number = 0
    for index in tokens.indices where tokens[index].kind == .quote {
      guard let name = Self.literal(tokens, index), bytes[name].elementsEqual("cell_type".utf8) else { continue }
      number += 1
      let value = Int(tokens[index].partner) + 2
      guard value < tokens.count, let kind = Self.literal(tokens, value), bytes[kind].elementsEqual("code".utf8) else {
        continue
      }
      guard let source = Self.source(tokens, index, bytes) else { continue }
      cells.append((code.count, number))
      add(source, tokens, bytes)
      code.append(0x0A)
      places.append(Int32(tokens[source].end))
    }
  }

  private static func literal(_ tokens: [Token], _ index: Int) -> Range<Int>? {
    guard tokens[index].kind == .quote, Int(tokens[index].partner) == index + 2, tokens[index + 1].kind == .text else {
      return nil
    }
    return tokens[index + 1].range
  }

  /// The value of `source` in the object that the member at `index` is in.
  private static func source(_ tokens: [Token], _ index: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
    for direction in [1, -1] {
      var at = index
      for _ in 0..<256 {
        at =
          direction > 0
          ? max(at, [.open, .quote].contains(tokens[at].kind) ? Int(tokens[at].partner) : at) + 1 : at - 1
        guard at >= 0, at < tokens.count else { break }
        if direction < 0, tokens[at].kind == .close || tokens[at].kind == .quoteEnd {
          at = min(at, Int(tokens[at].partner))
        }
        if tokens[at].kind == (direction > 0 ? .close : .open) && tokens[at].byte == (direction > 0 ? 0x7D : 0x7B) {
          break
        }
        if let name = literal(tokens, at), bytes[name].elementsEqual("source".utf8) {
          let value = Int(tokens[at].partner) + 2
          return value < tokens.count ? value : nil
        }
      }
    }
    return nil
  }

  private mutating func add(_ index: Int, _ tokens: [Token], _ bytes: UnsafeRawBufferPointer) {
    if tokens[index].kind == .open {
      var at = index + 1
      while at < Int(tokens[index].partner) {
        if let text = Self.literal(tokens, at) { decode(text, bytes) }
        at = tokens[at].kind == .quote ? Int(tokens[at].partner) + 1 : at + 1
      }
    } else if let text = Self.literal(tokens, index) {
      decode(text, bytes)
    }
  }

  /// Adds a string of JSON without its escapes.
  private mutating func decode(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
    var at = range.lowerBound
    while at < range.upperBound {
      var byte = bytes[at]
      let start = at
      at += 1
      if byte == UInt8(ascii: "\\"), at < range.upperBound {
        byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "u"):
          at = min(range.upperBound, at + 4)
          byte = UInt8(ascii: "?")
        default: break
        }
      }
      code.append(byte)
      places.append(Int32(start))
    }
  }

  /// What a shell reads of the code: the rest of a line after `!`, and of a cell after `%%bash`.
  func shellParts() -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for (index, cell) in cells.enumerated() {
      let end = index + 1 < cells.count ? cells[index + 1].start : code.count
      if let body = Self.shellCell(code[cell.start..<end]) {
        parts.append(body)
        continue
      }
      for line in code[cell.start..<end].split(separator: 0x0A) {
        let text = line.drop { $0 == 0x20 || $0 == 0x09 }
        if text.first == UInt8(ascii: "!") {
          let command = text.drop { $0 == UInt8(ascii: "!") }
          parts.append(command.startIndex..<command.endIndex)
        }
      }
    }
    return parts
  }

  /// What comes after the first line of a cell that is a script.
  private static func shellCell(_ cell: ArraySlice<UInt8>) -> Range<Int>? {
    let first = cell.prefix { $0 != 0x0A }
    let magic = String(decoding: first.prefix { $0 != 0x20 }, as: UTF8.self)
    guard ["%%bash", "%%sh", "%%script", "%%zsh"].contains(magic) else { return nil }
    return first.endIndex..<cell.endIndex
  }

  /// A finding in the code, in the terms of the file.
  func located(_ finding: LintFinding) -> LintFinding? {
    guard !finding.range.isEmpty, finding.range.upperBound <= places.count else { return nil }
    let start = Int(places[finding.range.lowerBound])
    let end = Int(places[finding.range.upperBound - 1]) + 1
    var result = LintFinding(kind: finding.kind, range: start..<max(end, start + 1), message: finding.message)
    guard let cell = cells.last(where: { $0.start <= finding.range.lowerBound }) else { return nil }
    let line = 1 + code[cell.start..<finding.range.lowerBound].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    result.place = "cell \(cell.number), line \(line)"
    // A replacement without escapes is the same in JSON.
    if let text = finding.replacement, !text.contains(UInt8(ascii: "\"")), !text.contains(UInt8(ascii: "\\")) {
      result.replacement = text
    }
    return result
  }
}
