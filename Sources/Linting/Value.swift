// What is known of a value of a program: whether it is a key, or holds one.

struct Value {
  struct Flags: OptionSet {
    let rawValue: UInt8
    /// The whole key, or a text with it.
    static let key = Flags(rawValue: 1)
    /// It is a Hopx key, and not some key.
    static let hopx = Flags(rawValue: 2)
    /// A list or a dictionary with it.
    static let container = Flags(rawValue: 4)
    /// The whole environment.
    static let environment = Flags(rawValue: 8)
    /// An object that was made with a key; whether it shows it is not known.
    static let holder = Flags(rawValue: 16)
    /// It comes from something that could not be followed.
    static let unknown = Flags(rawValue: 32)
  }

  var flags: Flags = []
  /// Parameters of the function around it that it holds, a bit for each.
  var parameters: UInt32 = 0
  /// Tokens of the expression that it comes from.
  var place = 0..<0

  static let clean = Value()
  static let unknown = Value(flags: .unknown)

  static func named(_ name: KeyName) -> Value {
    Value(flags: name.contains(.hopx) ? [.key, .hopx] : .key)
  }

  /// Whether showing it shows a key.
  var leaks: Bool { !flags.isDisjoint(with: [.key, .container, .environment]) }
  var matters: Bool { leaks || parameters != 0 || flags.contains(.holder) }

  mutating func join(_ other: Value) {
    if !leaks, other.leaks || (place.isEmpty && other.matters) { place = other.place }
    flags.formUnion(other.flags)
    parameters |= other.parameters
  }

  /// The value of a list or a dictionary with it.
  var contained: Value {
    var value = self
    if flags.contains(.key) {
      value.flags.remove(.key)
      value.flags.insert(.container)
    }
    return value
  }

  func at(_ range: Range<Int>) -> Value {
    var value = self
    value.place = range
    return value
  }
}

/// A function of the file.
struct Function {
  let symbol: Int
  let parameters: [Int]
  /// Parameters that it shows, and on which line it does so first.
  var shown: UInt32 = 0
  var shownAt: [Int: Int] = [:]
  var returns = Value()
}
