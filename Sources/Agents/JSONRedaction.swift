// Redaction of JSON that changes nothing but the contents of strings: every blank, number, escape and
// unknown field outside of a key is copied as it is.

package import Detection
package import Redaction

/// Redacts JSON texts.
package struct JSONRedaction: ~Copyable {
  /// What a caller says about the keys in the content of one string.
  package enum Verdict { case redact, keep }

  private var redactor: Redactor
  /// Texts shorter than any rule's literal, in whatever encoding, hold no key.
  private let shortest: Int

  /// JSON within strings of JSON.
  private static let mostLevels = 8

  /// - Parameter longest: bytes of the longest string.
  package init(rules: RuleSet, longest: Int) {
    redactor = Redactor(rules: rules, chunk: max(longest, 64 * 1024))
    shortest = rules.rules.map(\.literal.count).min() ?? 0
  }

  /// Rules that were given up on; all that could be a match of theirs was redacted.
  package var surrenders: [Surrender] { redactor.surrenders }

  /// What redaction changes in a JSON text, in order, in bytes of the text.
  ///
  /// - Parameters:
  ///   - literals: the strings to look at.
  ///   - judge: is asked about each string that holds keys, with its content and how many there are.
  package mutating func edits(
    of text: UnsafeRawBufferPointer, _ literals: some Collection<JSONText.Literal>,
    judge: (UnsafeRawBufferPointer, Int) -> Verdict = { _, _ in .redact }
  ) -> [RedactionEdit] {
    edits(of: text, literals, level: 1, judge)
  }

  /// What redaction changes in a text that is no JSON, at most as long as the longest string.
  package mutating func edits(ofText text: UnsafeRawBufferPointer) -> [RedactionEdit] { redactor.edits(of: text) }

  private mutating func edits(
    of text: UnsafeRawBufferPointer, _ literals: some Collection<JSONText.Literal>, level: Int,
    _ judge: (UnsafeRawBufferPointer, Int) -> Verdict
  ) -> [RedactionEdit] {
    var all: [RedactionEdit] = []
    for literal in literals where literal.range.count >= shortest {
      if !literal.hasEscapes {
        let content = UnsafeRawBufferPointer(rebasing: text[literal.range])
        add(contentEdits(of: content, level, judge), in: content, literal, text, &all)
      } else {
        decoded(literal, in: text).withUnsafeBytes { content in
          add(contentEdits(of: content, level, judge), in: content, literal, text, &all)
        }
      }
    }
    return all
  }

  /// What redaction changes in the content of a string.
  private mutating func contentEdits(
    of content: UnsafeRawBufferPointer, _ level: Int, _ judge: (UnsafeRawBufferPointer, Int) -> Verdict
  ) -> [RedactionEdit] {
    if content.count < shortest { return [] }
    var edits = redactor.edits(of: content)
    // A key that JSON in the string breaks up by its escapes is whole in the strings of that JSON.
    if level < Self.mostLevels, content.contains(UInt8(ascii: "\\")), couldBeJSON(content),
      let inner = try? JSONText(parsing: content)
    {
      edits = merged(edits, self.edits(of: content, inner.literals, level: level + 1) { _, _ in .redact })
    }
    return edits.isEmpty || judge(content, edits.count) == .keep ? [] : edits
  }

  private func couldBeJSON(_ content: UnsafeRawBufferPointer) -> Bool {
    let blanks: [UInt8] = [0x20, 0x0A, 0x0D, 0x09]
    guard let first = content.first(where: { !blanks.contains($0) }) else { return false }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "\"")
  }

  /// Adds edits of a string's content as edits of the text.
  private func add(
    _ edits: [RedactionEdit], in content: UnsafeRawBufferPointer, _ literal: JSONText.Literal,
    _ text: UnsafeRawBufferPointer, _ all: inout [RedactionEdit]
  ) {
    if edits.isEmpty { return }
    var places = ContentPlaces(of: literal, in: text)
    for edit in edits {
      // No character may be cut in two: the text would be JSON no longer.
      var (start, end) = (edit.range.lowerBound, edit.range.upperBound)
      while start > 0, start < content.count, content[start] & 0xC0 == 0x80 { start -= 1 }
      while end < content.count, content[end] & 0xC0 == 0x80 { end += 1 }
      let from = places.place(of: start)
      all.append(RedactionEdit(range: from..<places.place(of: end), replacement: jsonContent(edit.replacement)))
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

/// A part of a text with edits made.
///
/// - Parameter edits: of the text, in order; those within `range` count.
package func applying(
  _ edits: [RedactionEdit], to text: UnsafeRawBufferPointer, in range: Range<Int>
) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(range.count)
  var at = range.lowerBound
  for edit in edits where edit.range.lowerBound >= range.lowerBound && edit.range.upperBound <= range.upperBound {
    result += text[at..<edit.range.lowerBound]
    result += edit.replacement
    at = edit.range.upperBound
  }
  result += text[at..<range.upperBound]
  return result
}
