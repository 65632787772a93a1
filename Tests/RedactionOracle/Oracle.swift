// What redaction must come to, worked out without any of the filter's code: the whole input at once,
// every offset tried, the union of what matches taken out. The key is written down a second time
// here, byte class by byte class, from the design and not from the rule file.

/// A rule as the oracle knows it.
public struct OracleRule: Sendable {
  public let keep: Int
  /// The end of the match that begins at an offset.
  public let match: @Sendable (_ bytes: [UInt8], _ start: Int) -> Int?
}

public let oracleKey = OracleRule(keep: 15) { bytes, start in
  guard bytes[start] == UInt8(ascii: "h"), bytes.count - start >= 31,
    bytes[start..<(start + 10)].elementsEqual("hopx_live_".utf8)
  else { return nil }
  for byte in bytes[(start + 10)..<(start + 22)] where !isBase62(byte) { return nil }
  guard bytes[start + 22] == UInt8(ascii: ".") else { return nil }
  var end = start + 23
  while end < bytes.count, isBase62(bytes[end]) || bytes[end] == 0x2D || bytes[end] == 0x5F { end += 1 }
  let run = end - (start + 23)
  if run < 8 { return nil }
  return run <= 46 ? end : start + 23 + 43
}

private func isBase62(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

/// The redacted form of a whole input.
public func oracle(_ bytes: [UInt8], rules: [OracleRule] = [oracleKey]) -> [UInt8] {
  var matches: [(start: Int, end: Int, kept: Int)] = []
  for start in bytes.indices {
    for rule in rules {
      guard let end = rule.match(bytes, start) else { continue }
      matches.append((start, end, start + min(rule.keep, (end - start) / 2)))
    }
  }
  var output: [UInt8] = []
  var at = 0
  var index = 0
  while index < matches.count {
    var (start, end, kept) = matches[index]
    index += 1
    while index < matches.count, matches[index].start < end {
      end = max(end, matches[index].end)
      kept = min(kept, matches[index].kept)
      index += 1
    }
    output += bytes[at..<start] + bytes[start..<kept] + Array("...".utf8)
    at = end
  }
  return output + bytes[at...]
}

/// How much of a truncated input is certain to come out whatever follows, by trying what may follow:
/// the longest common beginning of the outputs.
public func certain(_ bytes: [UInt8], continuations: [[UInt8]]) -> [UInt8] {
  var common: [UInt8]?
  for more in continuations {
    let output = oracle(bytes + more)
    if let known = common {
      let length = zip(known, output).prefix { $0 == $1 }.count
      common = Array(known.prefix(length))
    } else {
      common = output
    }
  }
  return common ?? []
}
