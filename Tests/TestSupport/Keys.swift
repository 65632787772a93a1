// Keys made at run time, and what a key is, said once more in plain Swift: the oracle that the
// scanner is held against. It shares nothing with the rule's pattern.

public let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
public let base64url = base62 + Array("-_".utf8)

public func characters(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
  (0..<count).map { _ in alphabet.randomElement()! }
}

public func makeKey(id: Int = 12, secret: Int = 43) -> [UInt8] {
  Array("hopx_live_".utf8) + characters(id, of: base62) + [UInt8(ascii: ".")]
    + characters(secret, of: base64url)
}

/// A key as text.
public func keyText(id: Int = 12, secret: Int = 43) -> String {
  String(decoding: makeKey(id: id, secret: secret), as: UTF8.self)
}

/// The places of keys in `text`.
public func oracle(_ text: [UInt8]) -> [Range<Int>] {
  var ranges: [Range<Int>] = []
  let prefix = Array("hopx_live_".utf8)
  for start in text.indices where text[start...].starts(with: prefix) {
    let id = text[(start + 10)...].prefix(12)
    guard id.count == 12, id.allSatisfy({ base62.contains($0) }) else { continue }
    guard start + 22 < text.count, text[start + 22] == UInt8(ascii: ".") else { continue }
    let run = text[(start + 23)...].prefix { base64url.contains($0) }.count
    if run < 8 { continue }
    ranges.append(start..<(start + 23 + (run <= 46 ? run : 43)))
  }
  return ranges
}
