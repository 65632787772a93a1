// Markup that a reader does not see: tags between the runs of a word in Word, OpenDocument and HTML, comments there,
// and the stars of Markdown. A guess, so a key counts only if it is whole without them.
// Sources: HTML Living Standard 13.1.2, XML 1.0 (2.5, 3.1), CommonMark 6.2.

/// Bytes of tags in a row that are gone over.
let longestMarkup = 1024

/// The tags or stars that begin at `start` in the middle of a word.
func readMarkup(_ bytes: UnsafeRawBufferPointer, at start: Int) -> TokenReading {
  guard start > 0, bytes[start - 1] > 0x20 else { return .none }
  if bytes[start] != UInt8(ascii: "<") { return readEmphasis(bytes, at: start) }
  let limit = start + longestMarkup
  var at = start
  var end = start
  while at < limit {
    if at >= bytes.count { return .cut }
    guard bytes[at] == UInt8(ascii: "<"), let tag = tagEnd(bytes, at, limit) else { break }
    // A tag that is cut off ends after the text.
    if tag > bytes.count { return .cut }
    end = tag
    at = tag
    while at < limit, at < bytes.count, isBlank(bytes[at]) || bytes[at] == 0x0A || bytes[at] == 0x0D { at += 1 }
  }
  if end == bytes.count { return .cut }
  guard end > start, bytes[end] > 0x20 else { return .none }
  return .token(TextToken(.markup, length: end - start))
}

/// Stars, or two waves, between two letters.
private func readEmphasis(_ bytes: UnsafeRawBufferPointer, at start: Int) -> TokenReading {
  guard isDigitOrSign(bytes[start - 1]) else { return .none }
  var end = start
  while end < bytes.count, end < start + 3, bytes[end] == bytes[start] { end += 1 }
  if end == bytes.count { return .cut }
  guard isDigitOrSign(bytes[end]) else { return .none }
  if bytes[start] == UInt8(ascii: "~"), end != start + 2 { return .none }
  return .token(TextToken(.markup, length: end - start))
}

/// Where the tag or comment ends that begins at `start`: after the text if that ends first; nil for none, and for one
/// that begins or ends a line.
private func tagEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ limit: Int) -> Int? {
  let cut = bytes.count + 1
  let end = min(bytes.count, limit)
  // With more bytes it could end.
  let unfinished = bytes.count < limit ? cut : nil
  var at = start + 1
  if at == end { return unfinished }
  if bytes[at] == UInt8(ascii: "!") {
    for (offset, byte) in "!--".utf8.enumerated() {
      if at + offset >= end { return unfinished }
      if bytes[at + offset] != byte { return nil }
    }
    at += 3
    while at + 2 < end {
      if bytes[at..<(at + 3)].elementsEqual("-->".utf8) { return at + 3 }
      at += 1
    }
    return unfinished
  }
  if bytes[at] == UInt8(ascii: "/") { at += 1 }
  if at == end { return unfinished }
  guard (bytes[at] | 0x20) &- UInt8(ascii: "a") < 26 else { return nil }
  // The name without its namespace.
  var name = at
  while at < end, isKeyByte(bytes[at]) || bytes[at] == UInt8(ascii: ":") {
    if bytes[at] == UInt8(ascii: ":") { name = at + 1 }
    at += 1
  }
  if at == end { return unfinished }
  if lineTags.contains(where: { $0.utf8.elementsEqual(bytes[name..<at]) }) { return nil }
  var quote: UInt8?
  while at < end {
    let byte = bytes[at]
    at += 1
    if let open = quote {
      if byte == open { quote = nil }
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      quote = byte
    } else if byte == UInt8(ascii: ">") {
      return at
    } else if byte == UInt8(ascii: "<") {
      return nil
    }
  }
  return unfinished
}

/// Tags at which a reader sees a new line, cell or item.
private let lineTags = [
  "p", "br", "hr", "td", "th", "tr", "tc", "li", "dt", "dd", "div", "pre", "tab", "option", "BR", "TD", "TH", "LI", "P",
  "DIV",
]
