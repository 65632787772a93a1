// Wildcards within one component of a path, in time that grows with the product of the lengths at
// most: patterns come from the repository, and fnmatch(3) can be kept busy for years. And the name
// that two of them have in common, by which a line that takes names back in is tried out.
// Source: gitignore(5), fnmatch(3), git's wildmatch.c for the classes in brackets.

extension ByteSet {
  /// Every byte but NUL and the slash.
  fileprivate static let inAName = ByteSet((UInt8(1)...255).filter { $0 != UInt8(ascii: "/") })
}

/// `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]` and `\`, compiled.
package struct Glob: Sendable {
  private enum Token: Equatable, Sendable {
    case star
    case one(ByteSet)
  }

  private var tokens: [Token] = []
  /// Bytes of the shortest name that it can match.
  package let shortest: Int
  /// The one name that it matches; nil when it has wildcards.
  package let literal: [UInt8]?

  /// As long as a name can be on the file systems there are.
  package static let longestName = 255
  package static let all = Glob([UInt8(ascii: "*")])

  package init(_ text: some Sequence<UInt8>, foldingCase: Bool = false) {
    let bytes = Array(text)
    var literal: [UInt8]? = []
    var at = 0
    while at < bytes.count {
      var set = ByteSet([bytes[at]])
      var length = 1
      switch bytes[at] {
      case UInt8(ascii: "*"):
        if tokens.last != .star { tokens.append(.star) }
        literal = nil
        at += 1
        continue
      case UInt8(ascii: "?"):
        set = .inAName
        literal = nil
      case UInt8(ascii: "\\") where at + 1 < bytes.count:
        set = ByteSet([bytes[at + 1]])
        length = 2
        literal?.append(bytes[at + 1])
      case UInt8(ascii: "["):
        if let found = Self.brackets(bytes, at) {
          (set, length) = found
          literal = nil
        } else {
          literal?.append(bytes[at])
        }
      default: literal?.append(bytes[at])
      }
      tokens.append(.one(foldingCase ? set.foldingCase : set))
      at += length
    }
    self.literal = foldingCase ? nil : literal
    shortest = tokens.count { $0 != .star }
  }

  private static func brackets(_ bytes: [UInt8], _ at: Int) -> (ByteSet, Int)? {
    var next = at + 1
    let isNegated = next < bytes.count && "!^".utf8.contains(bytes[next])
    if isNegated { next += 1 }
    let first = next
    var set = ByteSet()
    while next < bytes.count {
      var low = bytes[next]
      // A bracket that comes first is one of the set.
      if low == UInt8(ascii: "]") && next > first {
        return (isNegated ? ByteSet.inAName.subtracting(set) : set, next + 1 - at)
      }
      if bytes[next...].starts(with: "[:".utf8), let end = classEnd(bytes, next + 2) {
        let name = String(decoding: bytes[(next + 2)..<end], as: UTF8.self)
        for byte in UInt8(1)...127 where isOf(name, byte) { set.insert(byte) }
        next = end + 2
        continue
      }
      if low == UInt8(ascii: "\\"), next + 1 < bytes.count {
        next += 1
        low = bytes[next]
      }
      if next + 2 < bytes.count, bytes[next + 1] == UInt8(ascii: "-"), bytes[next + 2] != UInt8(ascii: "]") {
        let high = bytes[next + 2]
        if low <= high { for byte in low...high { set.insert(byte) } }
        next += 3
      } else {
        set.insert(low)
        next += 1
      }
    }
    return nil
  }

  private static func classEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    let end = bytes[start...].prefix(8).firstIndex { !(0x61...0x7A).contains($0) }
    guard let end, bytes[end...].starts(with: ":]".utf8) else { return nil }
    return end
  }

  private static func isOf(_ name: String, _ byte: UInt8) -> Bool {
    let lower = (0x61...0x7A).contains(byte)
    let upper = (0x41...0x5A).contains(byte)
    let digit = (0x30...0x39).contains(byte)
    switch name {
    case "lower": return lower
    case "upper": return upper
    case "alpha": return lower || upper
    case "digit": return digit
    case "alnum": return lower || upper || digit
    case "xdigit": return digit || (0x61...0x66).contains(byte | 0x20)
    case "blank": return byte == 0x20 || byte == 0x09
    case "space": return byte == 0x20 || (0x09...0x0D).contains(byte)
    case "cntrl": return byte < 0x20 || byte == 0x7F
    case "graph": return (0x21...0x7E).contains(byte)
    case "print": return (0x20...0x7E).contains(byte)
    case "punct": return (0x21...0x7E).contains(byte) && !(lower || upper || digit)
    default: return false
    }
  }

  /// What a name that it matches can begin with.
  package var firstBytes: ByteSet { Self.bytes(of: tokens.first) }

  /// What a name that it matches can end with.
  package var lastBytes: ByteSet { Self.bytes(of: tokens.last) }

  private static func bytes(of token: Token?) -> ByteSet {
    if case .one(let set)? = token { set } else { .inAName }
  }

  /// Whether all of a name is matched.
  package func matches(_ name: ArraySlice<UInt8>) -> Bool {
    if let literal { return name.elementsEqual(literal) }
    if name.count < shortest { return false }
    var at = 0
    var index = name.startIndex
    // Where to go on when what follows the last star does not match: one more byte for the star.
    var retry: (at: Int, index: Int)?
    while index < name.endIndex || at < tokens.count {
      if at < tokens.count {
        switch tokens[at] {
        case .star:
          at += 1
          retry = (at, index)
          continue
        case .one(let set):
          if index < name.endIndex, set.contains(name[index]) {
            at += 1
            index += 1
            continue
          }
        }
      }
      guard let last = retry, last.index < name.endIndex else { return false }
      retry = (last.at, last.index + 1)
      at = last.at
      index = last.index + 1
    }
    return true
  }

  /// A name that both match, if any. It contains `filler` where both match anything.
  package func common(_ other: Glob, filler: [UInt8]) -> [UInt8]? {
    let left = tokens
    let right = other.tokens
    if max(shortest, other.shortest) > Self.longestName { return nil }
    let width = right.count + 1
    // Whether what is left of each, from there on, has a name in common.
    var ends = [Bool](repeating: false, count: (left.count + 1) * width)
    for i in stride(from: left.count, through: 0, by: -1) {
      for j in stride(from: right.count, through: 0, by: -1) {
        ends[i * width + j] =
          switch (i < left.count ? left[i] : nil, j < right.count ? right[j] : nil) {
          case (nil, nil): true
          case (.star?, let one): ends[(i + 1) * width + j] || (one != nil && ends[i * width + j + 1])
          case (let one, .star?): ends[i * width + j + 1] || (one != nil && ends[(i + 1) * width + j])
          case (.one(let a)?, .one(let b)?):
            !a.intersection(b).isEmpty && ends[(i + 1) * width + j + 1]
          default: false
          }
      }
    }
    guard ends[0] else { return nil }
    var name: [UInt8] = []
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      switch (i < left.count ? left[i] : nil, j < right.count ? right[j] : nil) {
      case (.star?, .star?):
        name += filler
        if ends[i * width + j + 1] { j += 1 } else { i += 1 }
      case (.star?, .one(let set)?) where ends[i * width + j + 1]:
        name.append(set.example ?? 0)
        j += 1
      case (.star?, _): i += 1
      case (.one(let set)?, .star?) where ends[(i + 1) * width + j]:
        name.append(set.example ?? 0)
        i += 1
      case (_, .star?): j += 1
      case (.one(let a)?, .one(let b)?):
        name.append(a.intersection(b).example ?? 0)
        i += 1
        j += 1
      default: return nil
      }
    }
    return name.isEmpty || name.contains(0) || name.count > Self.longestName ? nil : name
  }
}
