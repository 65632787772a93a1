// The fuzz target for what a scan decodes: libFuzzer's bytes become a text with keys, pieces of keys and
// keys hidden several times over, and what is found in it is held against what was hidden.

import Detection
import FuzzDriver
import PackFixtures
import RedactionOracle
import Rules

@main enum DecoderFuzz {
  static func main() { runFuzzer { fuzz($0, $1) } }
}

nonisolated(unsafe) private var scanner = Scanner(rules: .builtIn())

/// The key that is hidden; it lies in no corpus, because a code stands for it.
private let key =
  Array("hopx_live_".utf8) + Array("NXAXAV4sU3Ii".utf8) + [UInt8(ascii: ".")]
  + Array("EXi3vR9kOJuhfbR5z42aFx5rhGjH1xnzFdjn9ca-qps".utf8)

private func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = UnsafeBufferPointer(start: start, count: count)[...]
  guard let mode = input.popFirst() else { return 0 }
  if mode & 1 == 1 {
    checkChain(&input)
  } else {
    check(text(of: &input))
  }
  return 0
}

/// Anything at all, in which a few bytes stand for what no fuzzer would guess.
private func text(of input: inout Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
  var text: [UInt8] = []
  var hidden = key
  while let byte = input.popFirst() {
    switch byte {
    case 0x01: text += key.prefix(10)
    case 0x02: text += key.dropFirst(10)
    case 0x03: text += key
    case 0x04:
      text += hidden
      hidden = key
    case 0x05: text += hidden.prefix(hidden.count / 2)
    case 0x06: text += hidden.suffix(hidden.count / 2)
    case 0x0E...0x1A where hidden.count < 4096:
      var generator = SeededGenerator(seed: UInt64(text.count))
      hidden = Hiding.allCases[Int(byte - 0x0E)].hide(hidden, before: [], after: [], using: &generator)
    default: text.append(byte)
    }
  }
  return text
}

/// What is found lies in the text, in order, and is a key.
private func check(_ text: [UInt8]) {
  for match in matches(in: text) {
    precondition(!match.range.isEmpty && text.indices.contains(match.range.upperBound - 1), "outside of the text")
    guard let disguise = match.disguise else { continue }
    precondition((0...match.range.count).contains(disguise.kept), "more stays than there is")
    precondition(disguise.key.starts(with: key.prefix(10)), "not what the rule says")
    precondition(!disguise.encoding.isEmpty, "hidden by nothing")
  }
}

/// Up to three encodings, one over the other, with lines of text round them: the key is found, where it stands.
private func checkChain(_ input: inout Slice<UnsafeBufferPointer<UInt8>>) {
  guard let count = input.popFirst() else { return }
  var generator = SeededGenerator(seed: UInt64(count))
  var hidden = key
  var isText = true
  // Lines of any width are not always seen to belong together.
  var isWhole = true
  var isPairs = false
  for _ in 0...(count % 3) {
    guard let code = input.popFirst() else { return }
    let number = Int(code) % (Hiding.allCases.count + ScanForm.allCases.count)
    guard number < Hiding.allCases.count else {
      let form = ScanForm.allCases[number - Hiding.allCases.count]
      hidden = form.hide(hidden)
      isText = true
      isPairs = form == .dashes
      continue
    }
    isPairs = false
    let hiding = Hiding.allCases[number]
    switch hiding {
    case .colours, .rainbow, .percentPart, .unicodePart, .hex: return
    // Two encodings at once, and what the tests of scans hide keys in under names of their own.
    case .hexDigits, .hexBlanks, .hexArray, .numbers, .numberLines, .quotedPrintable, .quotedPrintablePart, .utf32le,
      .utf32be, .base64Wide, .base64Twice, .base64Hex, .wideBase64, .hexBase64, .base64Percent, .base64Unicode,
      .hexTwice, .zeroWidth, .tags, .stars, .joints, .shellQuotes, .calls:
      return
    case .reference:
      // Of some characters only: an escape that is taken apart is not seen.
      guard hidden == key else { return }
    case .unicode, .utf16le, .utf16be:
      guard isText else { return }
    case .percent, .base64, .base64url, .base64Lines: break
    }
    hidden = hiding.hide(hidden, before: [], after: [], using: &generator)
    isText = hiding != .utf16le && hiding != .utf16be
    if hiding == .base64Lines { isWhole = false }
  }
  let around = input.map { $0 % 8 == 0 ? UInt8(ascii: "\n") : 0x20 + $0 % 0x5F }
  // Digits that end the line above pairs of hex may be taken for more of them; see docs/rules.md.
  let before = isText ? around.prefix(around.count / 2) + (isPairs ? "(\n" : "\n").utf8 : []
  // No digit begins the line below, which could be more of the one before.
  let text = Array(before) + hidden + "\n(".utf8 + around.suffix(around.count / 2)
  let wanted = isWhole ? key : Array(key.prefix(20))
  let found = matches(in: text).filter { $0.disguise?.key.starts(with: wanted) ?? false }
  precondition(found.count == 1, "not found, or twice")
  precondition(!isWhole || found[0].disguise?.key == key, "another key")
  let place = before.count..<(before.count + hidden.count)
  precondition(found.allSatisfy { place.overlaps($0.range) }, "found elsewhere")
}

/// Forms that only scans see through.
private enum ScanForm: CaseIterable {
  case dump, dashes, calls, gzip, zlib

  func hide(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .dump:
      return Array(
        stride(from: 0, to: text.count, by: 16).map { start in
          digits(UInt8(truncatingIfNeeded: start >> 8)) + digits(UInt8(truncatingIfNeeded: start)) + ": ".utf8
            + text[start..<min(start + 16, text.count)].flatMap { digits($0) + " ".utf8 }
        }.joined(separator: "\n".utf8))
    case .dashes: return Array(text.map(digits).joined(separator: "-".utf8))
    case .calls: return text.flatMap { "CHAR(\($0))||".utf8 }
    case .gzip:
      return base64([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + deflated(text).dropFirst(2).dropLast(4) + [0, 0, 0, 0])
    case .zlib: return base64(deflated(text))
    }
  }

  private func base64(_ text: [UInt8]) -> [UInt8] {
    var generator = SeededGenerator(seed: 0)
    return Hiding.base64.hide(text, before: [], after: [], using: &generator)
  }

  private func digits(_ byte: UInt8) -> [UInt8] {
    [byte >> 4, byte & 15].map { Array("0123456789abcdef".utf8)[Int($0)] }
  }
}

private func matches(in text: [UInt8]) -> [Match] {
  text.withUnsafeBytes { text in
    var plain: [Match] = []
    scanner.begin()
    _ = scanner.search(text, from: 0, atStart: true, isLast: true, into: &plain)
    var hidden: [Match] = []
    scanner.searchHidden(text, from: 0, until: text.count, besides: plain, into: &hidden)
    let places = hidden.map(\.range.lowerBound)
    precondition(places == places.sorted(), "out of order")
    return merged(plain, hidden)
  }
}
