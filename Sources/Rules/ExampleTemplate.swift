// Examples of keys that are no keys until they run: `{base62:12}` in a rule's example becomes twelve
// characters of that alphabet, so that no key-shaped text is ever in a file.

import Bytes
import TOML

/// Fills the placeholders of a template: `{base62:N}`, `{base64url:N}`, `{hex:N}`, `{digits:N}` with
/// N characters drawn from `generator`, `{letters:N}` with letters, `{crc32:N}` with N of base62 that end with their
/// checksum, `{repeat:TEXT:N}` with N times TEXT. All else stays, and so does
/// what would make the result longer than `longestFill`.
public func fill(_ template: String, using generator: inout some RandomNumberGenerator) -> [UInt8] {
  var result: [UInt8] = []
  var rest = Substring(template)
  while let open = rest.firstIndex(of: "{") {
    result.append(contentsOf: rest[..<open].utf8)
    rest = rest[open...]
    guard let close = rest.firstIndex(of: "}"),
      let text = expand(
        rest[rest.index(after: open)..<close], room: longestFill - result.count, using: &generator)
    else {
      result.append(UInt8(ascii: "{"))
      rest = rest.dropFirst()
      continue
    }
    result.append(contentsOf: text)
    rest = rest[rest.index(after: close)...]
  }
  result.append(contentsOf: rest.utf8)
  return result
}

/// The fault in the first `{word:digits}` of a template that is not a valid placeholder; nil if there is none. Such
/// text would be literal, and the example would pass or fail for another reason than it seems.
func objection(toTemplate template: String) -> String? {
  var rest = Substring(template)
  while let open = rest.firstIndex(of: "{") {
    rest = rest[rest.index(after: open)...]
    guard let close = rest.firstIndex(of: "}") else { return nil }
    let parts = rest[..<close].split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }),
      !parts[1].isEmpty, parts[1].allSatisfy({ $0.isASCII && $0.isNumber })
    else { continue }
    let shown = "{\(rest[..<close])}"
    if parts[0] == "crc32" { continue }
    if parts[0] == "repeat" { return "\(shown): write {repeat:TEXT:N}" }
    guard alphabets[String(parts[0])] != nil else {
      return "\(shown) is no placeholder\(suggestion(for: String(parts[0]), among: alphabets.keys))"
    }
    if Int(parts[1]).map({ $0 > longestFill }) ?? true { return "\(shown): at most \(longestFill) characters" }
  }
  return nil
}

/// Bytes.
private let longestFill = 65_536

private let digits = "0123456789"
private let base62 = digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
private let alphabets = [
  "base62": base62, "letters": String(base62.dropFirst(10)), "base64url": base62 + "-_", "hex": "0123456789abcdef",
  "digits": digits,
]

/// The expansion of the text between braces; nil if it is not a placeholder.
private func expand(
  _ placeholder: Substring, room: Int, using generator: inout some RandomNumberGenerator
) -> [UInt8]? {
  let parts = placeholder.split(separator: ":", omittingEmptySubsequences: false)
  guard parts.count >= 2, let count = Int(parts[parts.count - 1]), count >= 0, count <= room
  else { return nil }
  if parts[0] == "repeat", parts.count == 3 {
    let text = Array(parts[1].utf8)
    guard text.count <= room / max(1, count) else { return nil }
    return Array(repeatElement(text, count: count).joined())
  }
  if parts.count == 2, parts[0] == "crc32", count > checksumLength {
    let characters = Array(base62.utf8)
    let text = (0..<(count - checksumLength)).map { _ in characters.randomElement(using: &generator)! }
    return text + checksum(of: text)
  }
  guard parts.count == 2, let alphabet = alphabets[String(parts[0])] else { return nil }
  let characters = Array(alphabet.utf8)
  return (0..<count).map { _ in characters.randomElement(using: &generator)! }
}

/// A generator with the same numbers in every run, so that a rule's examples pass or fail the
/// same way each time. SplitMix64 (Steele, Lea, Flood, 2014).
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
