// Examples with marks: `⟦` and `⟧` stand around what a rule has to find.

package struct MarkedText: Sendable {
  /// Without marks.
  package let bytes: [UInt8]
  /// What stood between marks, in `bytes`.
  package let marks: [Range<Int>]

  private static let open = Array("⟦".utf8)
  private static let close = Array("⟧".utf8)

  package init(_ text: some Sequence<UInt8>) {
    var bytes: [UInt8] = []
    var marks: [Range<Int>] = []
    var start = 0
    for byte in text {
      bytes.append(byte)
      if bytes.suffix(3).elementsEqual(Self.open) {
        bytes.removeLast(3)
        start = bytes.count
      } else if bytes.suffix(3).elementsEqual(Self.close) {
        bytes.removeLast(3)
        marks.append(start..<bytes.count)
      }
    }
    (self.bytes, self.marks) = (bytes, marks)
  }
}

/// An example that does not do what it is there for.
package struct LintExampleFailure: Error, CustomStringConvertible {
  package let rule: String
  /// From 1, in rules/lint.toml.
  package let line: Int
  package let reason: String

  package var description: String { "rules/lint.toml:\(line): rule '\(rule)': \(reason)" }
}

extension Linter {
  /// Tries every rule on its own examples.
  package func exampleFailures() -> [LintExampleFailure] {
    rules.rules.flatMap { rule in
      rule.examples.compactMap { example in
        let text = MarkedText(example.text.utf8)
        let found = text.bytes.withUnsafeBytes { findings(in: $0, example.language) }
          .filter { $0.kind.rawValue == rule.id }.map(\.range)
        if found == text.marks && example.matches == !text.marks.isEmpty { return nil }
        let shown = String(decoding: text.bytes, as: UTF8.self)
        let places = found.map { String(decoding: text.bytes[$0], as: UTF8.self) }.joined(separator: "', '")
        return LintExampleFailure(
          rule: rule.id, line: example.line,
          reason: "\(example.language.rawValue) example '\(shown)' "
            + (found.isEmpty ? "must match, but does not" : "matches at '\(places)'"))
      }
    }
  }
}
