// A way of hiding a key: what every test and fuzzer that hides one takes from the same catalogue.

public import Rules

/// What a text may be made of.
public enum Content: Sendable { case line, lines, bytes }

/// One row of the catalogue. Nothing here is shared with the scanner or the filter.
public struct KeyDisguise: Sendable, CustomStringConvertible {
  /// Hides a text.
  public typealias Writer = @Sendable (_ text: [UInt8], _ random: inout SeededGenerator) -> [UInt8]
  /// What a hidden text says; nil when it is not well-formed.
  public typealias Reader = @Sendable (_ text: [UInt8]) -> [UInt8]?

  /// What a program puts it over.
  public enum Reach: Sendable {
    /// The key alone, in a text that is plain.
    case key
    /// The key and what is around it.
    case text
  }

  public struct Traits: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// It takes words apart, which nothing else may do to the same text.
    public static let breaks = Traits(rawValue: 1)
    /// Its lines belong together by what they begin with.
    public static let dump = Traits(rawValue: 2)
    /// It hides some characters, drawn by chance. What stays plain may look like a shorter key.
    public static let partly = Traits(rawValue: 4)
    /// Its lines have any width: a scan may take the first alone.
    public static let anyWidth = Traits(rawValue: 8)
    /// Scans see through it when nothing else hides the key.
    public static let alone = Traits(rawValue: 16)
    /// It is a guess that what it takes apart belongs together.
    public static let guess = Traits(rawValue: 32)
  }

  public let name: String
  /// As reports call it.
  public let encoding: String
  public let reach: Reach
  /// What it can be put over.
  public let over: Content
  /// What it makes of a line.
  public let makes: Content
  public let traits: Traits
  /// Bytes of the text that are encoded together. A key may begin anywhere in a group, and dots that replace it fill
  /// the last one.
  public let group: Int
  private let write: @Sendable ([UInt8], [UInt8], [UInt8], inout SeededGenerator) -> [UInt8]
  /// The way back; nil while streams do not see through it.
  public let reveal: Reader?

  public var description: String { name }

  init(
    _ name: String, _ encoding: String, _ reach: Reach, over: Content, makes: Content, _ traits: Traits = [],
    group: Int = 1, write: @escaping Writer, reveal: Reader? = nil
  ) {
    (self.name, self.encoding, self.reach, self.over, self.makes) = (name, encoding, reach, over, makes)
    (self.traits, self.group, self.reveal) = (traits, group, reveal)
    self.write = { key, before, after, random in
      switch reach {
      case .key: before + write(key, &random) + after
      case .text: write(before + key + after, &random)
      }
    }
  }

  /// `outer` put over what `inner` makes.
  private init(_ outer: KeyDisguise, of inner: KeyDisguise) {
    (name, encoding) = ("\(outer.name) of \(inner.name)", "\(outer.encoding)>\(inner.encoding)")
    (reach, over, makes) = (outer.reach, inner.over, outer.makes)
    (traits, group) = (outer.traits.union(inner.traits), outer.group * inner.group)
    write = { outer.write(inner.write($0, $1, $2, &$3), [], [], &$3) }
    reveal =
      if let first = outer.reveal, let second = inner.reveal { { first($0).flatMap(second) } } else { nil }
  }

  /// A text with a key in it, hidden.
  public func hide(
    _ key: [UInt8], before: [UInt8] = [], after: [UInt8] = [], using random: inout SeededGenerator
  ) -> [UInt8] {
    write(key, before, after, &random)
  }

  /// Dots that take a key's place at most.
  public var mostDots: Int { 3 + group - 1 }

  // MARK: One over another

  /// The row or chain of that name.
  public static subscript(_ name: String) -> KeyDisguise { named(name, in: all + chains) }

  /// Rows put over one another, the outermost first.
  static func chain(_ names: String...) -> KeyDisguise {
    let rows = names.map { named($0, in: all) }
    return rows.dropLast().reversed().reduce(rows.last!) { KeyDisguise($1, of: $0) }
  }

  private static func named(_ name: String, in rows: [KeyDisguise]) -> KeyDisguise {
    guard let row = rows.first(where: { $0.name == name }) else { fatalError("no disguise is called '\(name)'") }
    return row
  }

  /// All that streams see through, chains included.
  public static let streamed = (all + chains).filter { $0.reveal != nil }

  /// What scans find whole, whatever was drawn.
  public static let scanned = all.filter { $0.traits.isDisjoint(with: [.partly, .anyWidth]) }

  /// Whether a real program could put this over what `inner` makes, and a scan has to see through both.
  public func canCover(_ inner: KeyDisguise) -> Bool {
    if traits.contains(.alone) || inner.traits.contains(.alone) { return false }
    let breaks = traits.contains(.breaks)
    if breaks && inner.traits.contains(.breaks) { return false }
    // Stars in Markdown are put in what a reader reads. Base64 with stars close to its beginning may be missed.
    if name == "stars" { return false }
    // An escape taken apart is no escape any more.
    if breaks && !["base64", "base64url without padding"].contains(inner.name) { return false }
    // Digits in pieces of forty are too short to be noticed, and so are escapes of nothing but zeros.
    if name == "quoted-printable soft breaks" { return false }
    if name == "percent of signs" && inner.makes == .bytes { return false }
    // Of a literal with tags in one half and names in the other no piece is left.
    if name == "HTML by name" && ["tags", "stars"].contains(inner.name) { return false }
    // Ends of rows alone are no reason to decode a text.
    if inner.traits.contains(.dump) || inner.name == "numbers in lines",
      ["percent of signs", "\\u of some", "HTML by hex number", "quoted-printable"].contains(name)
    {
      return false
    }
    return switch over {
    case .line: inner.makes == .line
    case .lines: inner.makes != .bytes
    case .bytes: true
    }
  }
}
