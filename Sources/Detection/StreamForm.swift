// How a key may lie in a stream: a chain of encodings, and how text that takes a key's place is written in it.

/// One encoding of a chain.
enum StreamStage: UInt8, Sendable {
  /// Escapes and control sequences.
  case text = 1
  case utf16le, utf16be, utf32le, utf32be
  /// RFC 4648, both alphabets; the number counts the bytes before the key in its group of three.
  case base64At0, base64At1, base64At2
  /// Two digits a byte, side by side or with the same sign between all of them.
  case hex
  /// A list of numbers below 256.
  case decimal

  /// Bytes before the key in its group of three; nil if this is not base64.
  var lead: Int? {
    let lead = Int(rawValue) - Int(StreamStage.base64At0.rawValue)
    return 0..<3 ~= lead ? lead : nil
  }

  /// Its row in the table of encodings; nil for text.
  var encoding: Encoding? {
    switch self {
    case .text: nil
    case .utf16le: .utf16le
    case .utf16be: .utf16be
    case .utf32le: .utf32le
    case .utf32be: .utf32be
    case .base64At0, .base64At1, .base64At2: .base64
    case .hex: .hex
    case .decimal: .decimal
    }
  }

  /// Bytes of a character of UTF-16 or UTF-32, and which of them is the lowest; nil for the others.
  var wide: (width: Int, low: Int)? { encoding?.codec.wide }

  var isList: Bool { self == .hex || self == .decimal }
}

/// The form of a key in a stream: encodings from the outermost on. Over the innermost, escapes are undone in any case.
public struct StreamForm: Hashable, Sendable {
  /// Four bits a stage, the outermost highest, so that sorting is by the outermost first.
  let code: UInt32

  init(_ stages: [StreamStage]) {
    code = stages.enumerated().reduce(0) { $0 | UInt32($1.element.rawValue) << UInt32(28 - 4 * $1.offset) }
  }

  /// Plainly, or with escapes and control sequences in it.
  static let text = StreamForm([])

  /// Encodings on top of each other at most, without the innermost escapes.
  static let mostStages = 4

  var isText: Bool { code == 0 }

  /// The outermost encoding; nil for text.
  var outer: StreamStage? { stage(0) }

  func stage(_ index: Int) -> StreamStage? {
    StreamStage(rawValue: UInt8(truncatingIfNeeded: code >> UInt32(28 - 4 * index) & 15))
  }

  var stages: [StreamStage] { (0..<Self.mostStages).compactMap(stage) }

  /// The stages, wherever in its groups of three base64 begins.
  var encodings: [StreamStage] { stages.map { $0.lead == nil ? $0 : .base64At0 } }
}

/// Bits of a base64 digit that belong to what stays, at one end of what goes.
struct SharedBits: Sendable {
  var count = 0
  var value: UInt32 = 0
}

/// What has to be known of a key's place to write something else there.
public struct StreamFrame: Sendable {
  let form: StreamForm
  /// For each stage.
  var head: [SharedBits] = []
  var tail: [SharedBits] = []
  /// For each stage what is between two numbers of a list.
  var gaps: [[UInt8]] = []
  /// Whether something of the key stays, so that a gap comes first.
  var hasGapFirst = true
  var isUpper = false

  init(_ form: StreamForm) { self.form = form }

  /// Adds what is at the end of another key, which ends further away.
  public mutating func join(tailOf other: StreamFrame) {
    tail = other.form.encodings == form.encodings ? other.tail : []
  }

  /// The dots that begin every replacement, as far as they are whole in this form.
  public var beginning: [UInt8] { written(dots: 3, isWhole: false).bytes }

  /// The replacement: as many dots as it takes for what follows to stay at its places in the groups of base64.
  public var whole: [UInt8] {
    for dots in 3...Self.mostDots {
      let result = written(dots: dots, isWhole: true)
      if result.isAligned { return result.bytes }
    }
    return written(dots: 3, isWhole: true).bytes
  }

  private static let mostDots = 84

  private func written(dots: Int, isWhole: Bool) -> (bytes: [UInt8], isAligned: Bool) {
    var bytes = Array(repeating: UInt8(ascii: "."), count: dots)
    var isAligned = true
    for (index, stage) in form.stages.enumerated().reversed() {
      switch stage {
      case .text: break
      case .hex, .decimal: bytes = list(bytes, stage, gaps[index])
      case .base64At0, .base64At1, .base64At2:
        let end = isWhole && !tail.isEmpty ? tail[index] : SharedBits()
        let isExact = (head[index].count + 8 * bytes.count + end.count) % 6 == 0
        if isWhole && !isExact && !tail.isEmpty { isAligned = false }
        bytes = digits(bytes, head[index], end, isWhole: isWhole)
      case .utf16le, .utf16be, .utf32le, .utf32be:
        let (width, low) = stage.wide!
        bytes = bytes.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } }
      }
    }
    return (bytes, isAligned)
  }

  private func list(_ bytes: [UInt8], _ stage: StreamStage, _ gap: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if index > 0 || hasGapFirst { result += gap }
      if stage == .decimal {
        result += Array(String(byte).utf8)
      } else {
        if byte < 16 { result.append(UInt8(ascii: "0")) }
        result += Array(String(byte, radix: 16, uppercase: isUpper).utf8)
      }
    }
    return result
  }

  /// - Parameter isWhole: bits that fill no digit are written too, with zeros after them.
  private func digits(_ bytes: [UInt8], _ head: SharedBits, _ end: SharedBits, isWhole: Bool) -> [UInt8] {
    var result: [UInt8] = []
    var (bits, count) = (head.value, head.count)
    func take() {
      while count >= 6 {
        count -= 6
        result.append(base64Character(UInt8(truncatingIfNeeded: bits >> UInt32(count) & 63)))
      }
    }
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      take()
    }
    bits = bits << UInt32(end.count) | end.value
    count += end.count
    take()
    if isWhole, count > 0 {
      result.append(base64Character(UInt8(truncatingIfNeeded: bits << UInt32(6 - count) & 63)))
    }
    return result
  }
}
