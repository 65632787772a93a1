// Wildcards within one component of a path, in time that grows with the product of the lengths at
// most: patterns come from the repository, and fnmatch(3) can be kept busy for years.

/// Whether `*`, `?`, `[a-z]`, `[!a-z]` and `\` of a pattern match all of a name.
func globMatches(_ pattern: some Sequence<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
  let pattern = Array(pattern)
  var at = 0
  var index = name.startIndex
  // Where to go on when what follows the last star does not match: one more byte for the star.
  var retry: (at: Int, index: Int)?
  while index < name.endIndex || at < pattern.count {
    if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
      at += 1
      retry = (at, index)
      continue
    }
    if index < name.endIndex, let length = match(pattern, at, name[index]) {
      at += length
      index += 1
      continue
    }
    guard let last = retry, last.index < name.endIndex else { return false }
    retry = (last.at, last.index + 1)
    at = last.at
    index = last.index + 1
  }
  return true
}

/// Bytes of the pattern at `at` that match `byte`; nil when it does not.
private func match(_ pattern: [UInt8], _ at: Int, _ byte: UInt8) -> Int? {
  guard at < pattern.count else { return nil }
  switch pattern[at] {
  case UInt8(ascii: "?"): return 1
  case UInt8(ascii: "\\") where at + 1 < pattern.count: return pattern[at + 1] == byte ? 2 : nil
  case UInt8(ascii: "["):
    guard let set = set(pattern, at) else { return byte == UInt8(ascii: "[") ? 1 : nil }
    return set.ranges.contains { $0.contains(byte) } != set.isNegated ? set.length : nil
  default: return pattern[at] == byte ? 1 : nil
  }
}

private func set(
  _ pattern: [UInt8], _ at: Int
) -> (ranges: [ClosedRange<UInt8>], isNegated: Bool, length: Int)? {
  var next = at + 1
  let isNegated = next < pattern.count && "!^".utf8.contains(pattern[next])
  if isNegated { next += 1 }
  var ranges: [ClosedRange<UInt8>] = []
  while next < pattern.count {
    let low = pattern[next]
    // A bracket that comes first is one of the set.
    if low == UInt8(ascii: "]") && !ranges.isEmpty { return (ranges, isNegated, next + 1 - at) }
    if next + 2 < pattern.count, pattern[next + 1] == UInt8(ascii: "-"), pattern[next + 2] != UInt8(ascii: "]") {
      let high = pattern[next + 2]
      if low <= high { ranges.append(low...high) }
      next += 3
    } else {
      ranges.append(low...low)
      next += 1
    }
  }
  return nil
}
