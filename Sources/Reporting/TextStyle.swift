// Colour, where a person looks.

/// The emphasis of text for people: ANSI colours (ECMA-48 SGR), or nothing.
public struct TextStyle: Sendable {
  public let isColored: Bool

  public static let plain = TextStyle(isColored: false)

  public init(isColored: Bool) { self.isColored = isColored }

  public func bold(_ text: String) -> String { paint("1", text) }
  public func faint(_ text: String) -> String { paint("2", text) }
  public func danger(_ text: String) -> String { paint("1;31", text) }
  public func warning(_ text: String) -> String { paint("33", text) }
  public func success(_ text: String) -> String { paint("32", text) }

  private func paint(_ code: String, _ text: String) -> String {
    isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
