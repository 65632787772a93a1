// Rules of a user's own, each once as a rule file has it and once in plain Swift.

public import Detection
import Rules

/// Rules that overlap one another and the key, with short and long `keep`, a look behind, a look ahead
/// and a match as long as one can be.
public let userRules: (rules: RuleSet, oracle: [OracleRule]) = {
  let file = """
    [[rule]]
    id = "word"
    literal = "live"
    pattern = 'live[a-z_]{2,}'
    keep = 0
    [[rule]]
    id = "ahead"
    literal = "abc"
    pattern = 'abc[0-9]+(?=;)'
    keep = 2
    [[rule]]
    id = "behind"
    literal = "abc1"
    pattern = '(?<!x)abc1.'
    keep = 2
    [[rule]]
    id = "block"
    literal = "<<<"
    pattern = '(?s)<<<.*?>>>'
    keep = 3
    """
  let rules = try! RuleSet.builtIn().adding(Array(file.utf8), source: "oracle")
  let word = OracleRule(keep: 0) { bytes, start in
    guard stands("live", in: bytes, at: start) else { return nil }
    let run = bytes[(start + 4)...].prefix(Rule.longestMatch - 4).prefix {
      (0x61...0x7A).contains($0) || $0 == 0x5F
    }
    return run.count >= 2 ? run.endIndex : nil
  }
  let ahead = OracleRule(keep: 2) { bytes, start in
    guard stands("abc", in: bytes, at: start) else { return nil }
    let run = bytes[(start + 3)...].prefix { (0x30...0x39).contains($0) }
    guard !run.isEmpty, run.endIndex < min(bytes.count, start + Rule.longestMatch) else { return nil }
    return bytes[run.endIndex] == UInt8(ascii: ";") ? run.endIndex : nil
  }
  let behind = OracleRule(keep: 2) { bytes, start in
    guard stands("abc1", in: bytes, at: start), start + 4 < bytes.count, bytes[start + 4] != 0x0A,
      start == 0 || bytes[start - 1] != UInt8(ascii: "x")
    else { return nil }
    return start + 5
  }
  let block = OracleRule(keep: 3) { bytes, start in
    guard stands("<<<", in: bytes, at: start) else { return nil }
    var at = start + 3
    while at + 3 <= min(bytes.count, start + Rule.longestMatch) {
      if stands(">>>", in: bytes, at: at) { return at + 3 }
      at += 1
    }
    return nil
  }
  return (rules, [oracleKey, word, ahead, behind, block])
}()

private func stands(_ text: StaticString, in bytes: [UInt8], at start: Int) -> Bool {
  let count = text.utf8CodeUnitCount
  guard bytes.count - start >= count else { return false }
  for index in 0..<count where bytes[start + index] != text.utf8Start[index] { return false }
  return true
}
