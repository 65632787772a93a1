// The fuzz target for what a scan decodes: libFuzzer's bytes become a text with keys, pieces of keys and
// keys hidden several times over, and what is found in it is held against what was hidden.

import Detection
import Disguises
import FuzzDriver
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
    case 0x0E where hidden.count < 4096:
      guard let number = input.popFirst() else { break }
      var generator = SeededGenerator(seed: UInt64(text.count))
      hidden = KeyDisguise.all[Int(number) % KeyDisguise.all.count].hide(hidden, using: &generator)
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

/// Forms that a scan sees through in any order, whatever is around them; the tests of scans have the others.
private let chained = [
  "percent", "\\u", "HTML by some numbers", "UTF-16LE", "UTF-16BE", "base64", "base64url without padding",
  "base64 in lines of any width", "od in octal", "hex with dashes", "CHAR()||CHAR()", "gzip in base64",
  "zlib in base64",
].map { KeyDisguise[$0] }

/// Forms of the key and what is around it, none over another, and those that scans see over others too.
private let single = KeyDisguise.all.filter { $0.reach == .text } + chained.filter { $0.reach == .key }

/// Up to three encodings, one over the other, with lines of text round them: the key is found, where it stands.
private func checkChain(_ input: inout Slice<UnsafeBufferPointer<UInt8>>) {
  guard let count = input.popFirst() else { return }
  var generator = SeededGenerator(seed: UInt64(count))
  var hidden = key
  var chain: [KeyDisguise] = []
  for _ in 0...(count % 3) {
    guard let code = input.popFirst() else { return }
    let rows = count % 3 == 0 ? single : chained
    let disguise = rows[Int(code) % rows.count]
    // Of some characters only: an escape that is taken apart is not seen.
    if let inner = chain.last, !disguise.canCover(inner) || disguise.traits.contains(.partly) { return }
    hidden = disguise.hide(hidden, using: &generator)
    chain.append(disguise)
  }
  // Lines of any width are not always seen to belong together.
  let isWhole = !chain.contains { $0.traits.contains(.anyWidth) }
  let around = input.map { $0 % 8 == 0 ? UInt8(ascii: "\n") : 0x20 + $0 % 0x5F }
  // Digits that end the line above pairs of hex, escaped or not, may be taken for more of them; see docs/rules.md.
  let isList = chain.contains { ["hex", "decimal"].contains($0.encoding) && $0.reach == .text }
  let isText = chain.last!.makes != .bytes
  let above = around.prefix(around.count / 2)
  // Quoted-printable puts a line that ends with `=` together with the next.
  let isJoined = isList || above.last == UInt8(ascii: "=")
  let before = isText ? above + (isJoined ? "(\n" : "\n").utf8 : []
  // No digit begins the line below, which could be more of the one before.
  let text = Array(before) + hidden + "\n(".utf8 + around.suffix(around.count / 2)
  let wanted = isWhole ? key : Array(key.prefix(20))
  let found = matches(in: text).filter { $0.disguise?.key.starts(with: wanted) ?? false }
  precondition(found.count == 1, "not found, or twice: \(chain)")
  precondition(!isWhole || found[0].disguise?.key == key, "another key: \(chain)")
  let place = before.count..<(before.count + hidden.count)
  precondition(found.allSatisfy { place.overlaps($0.range) }, "found elsewhere: \(chain)")
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
