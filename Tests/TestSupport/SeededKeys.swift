// The same keys in every run, for reports that are compared with a file: made here and nowhere written down.

public import Rules

extension SeededGenerator {
  public mutating func key(secret: Int = 43) -> String {
    var bytes = Array("hopx_live_".utf8)
    for _ in 0..<12 { bytes.append(base62.randomElement(using: &self)!) }
    bytes.append(UInt8(ascii: "."))
    for _ in 0..<secret { bytes.append(base64url.randomElement(using: &self)!) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
