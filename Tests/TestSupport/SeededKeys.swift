// The same keys in every run, for reports that are compared with a file: made here and nowhere written down.

public struct SeededKeys: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// SplitMix64.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  public mutating func key(secret: Int = 43) -> String {
    var bytes = Array("hopx_live_".utf8)
    for _ in 0..<12 { bytes.append(base62.randomElement(using: &self)!) }
    bytes.append(UInt8(ascii: "."))
    for _ in 0..<secret { bytes.append(base64url.randomElement(using: &self)!) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
