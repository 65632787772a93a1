// Redaction of JSON that changes nothing but the contents of strings: every blank, number, escape and
// unknown field outside of a key is copied as it is.

package import Detection
package import Redaction
import Rules

/// Redacts JSON texts.
package struct JSONRedaction: ~Copyable {
  /// What a caller says about the keys in the content of one string.
  package enum Verdict { case redact, keep }

  private var redactor: Redactor
  /// Texts shorter than any rule's literal, in whatever encoding, hold no key.
  private let shortest: Int

  /// JSON within strings of JSON.
  private static let mostLevels = 8

  package init(rules: RuleSet) {
    redactor = Redactor(rules: rules, chunk: 64 * 1024)
    shortest = rules.rules.flatMap { $0.literals.map(\.bytes.count) }.min() ?? 0
  }

  /// Rules that were given up on; all that could be a match of theirs was redacted.
  package var surrenders: [Surrender] { redactor.surrenders }

  /// What redaction changes in a JSON text, in order, in bytes of the text.
  ///
  /// - Parameters:
  ///   - literals: the strings to look at.
  ///   - judge: is asked about each string that holds keys, with how many there are.
  package mutating func edits(
    of text: UnsafeRawBufferPointer, _ literals: some Collection<JSONText.Literal>,
    judge: (JSONText.Literal, Int) -> Verdict = { _, _ in .redact }
  ) -> [RedactionEdit] {
    edits(of: text, literals, level: 1, judge)
  }

  /// What redaction changes in a text that is no JSON.
  package mutating func edits(ofText text: UnsafeRawBufferPointer) -> [RedactionEdit] { redactor.edits(of: text) }

  private mutating func edits(
    of text: UnsafeRawBufferPointer, _ literals: some Collection<JSONText.Literal>, level: Int,
    _ judge: (JSONText.Literal, Int) -> Verdict
  ) -> [RedactionEdit] {
    var all: [RedactionEdit] = []
    for literal in literals where literal.range.count >= shortest {
      var reader = ContentReader(of: literal, in: text)
      var edits = redactor.edits { reader.read(into: $0) }
      edits = merged(edits, innerEdits(of: literal, in: text, level: level))
      if edits.isEmpty || judge(literal, edits.count) == .keep { continue }
      var places = ContentPlaces(of: literal, in: text)
      for edit in edits {
        let from = places.place(of: edit.range.lowerBound, roundsUp: false)
        let to = places.place(of: edit.range.upperBound, roundsUp: true)
        all.append(RedactionEdit(range: from..<to, replacement: jsonContent(edit.replacement)))
      }
    }
    return all
  }

  /// What redaction changes in the content of a string that is JSON itself: a key that this JSON breaks up by its
  /// escapes is whole in its strings.
  private mutating func innerEdits(
    of literal: JSONText.Literal, in text: UnsafeRawBufferPointer, level: Int
  ) -> [RedactionEdit] {
    guard level < Self.mostLevels, literal.hasEscapes, couldBeJSON(literal, in: text) else { return [] }
    return decoded(literal, in: text).withUnsafeBytes { content in
      guard content.contains(UInt8(ascii: "\\")), let inner = try? JSONText(parsing: content) else { return [] }
      return edits(of: content, inner.literals, level: level + 1) { _, _ in .redact }
    }
  }

  private func couldBeJSON(_ literal: JSONText.Literal, in text: UnsafeRawBufferPointer) -> Bool {
    var reader = ContentReader(of: literal, in: text)
    return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { space in
      while true {
        let count = reader.read(into: space)
        if count == 0 { return false }
        guard let first = space[..<count].first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) else { continue }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
      }
    }
  }
}

/// Two lists of edits of one text as one. Where they overlap what either takes out goes.
private func merged(_ left: [RedactionEdit], _ right: [RedactionEdit]) -> [RedactionEdit] {
  if left.isEmpty || right.isEmpty { return left + right }
  var result: [RedactionEdit] = []
  for edit in (left + right).sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
    guard let last = result.last, edit.range.lowerBound < last.range.upperBound else {
      result.append(edit)
      continue
    }
    let end = max(last.range.upperBound, edit.range.upperBound)
    result[result.count - 1].range = last.range.lowerBound..<end
  }
  return result
}
