// Colour, where a person looks.

/// The emphasis of text for people: ANSI colours (ECMA-48 SGR), or nothing.
package struct TextStyle: Sendable {
  package let isColored: Bool

  package static let plain = TextStyle(isColored: false)

  package init(isColored: Bool) { self.isColored = isColored }

  package func bold(_ text: String) -> String { paint("1", text) }
  package func faint(_ text: String) -> String { paint("2", text) }
  package func danger(_ text: String) -> String { paint("1;31", text) }
  package func warning(_ text: String) -> String { paint("33", text) }
  package func success(_ text: String) -> String { paint("32", text) }

  private func paint(_ code: String, _ text: String) -> String {
    isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
