// The JSON of answers.

import Redaction

/// A value of an answer.
package indirect enum AnswerValue: Sendable {
  case text(String)
  /// What stands between the quotes of a string.
  case content([UInt8])
  /// JSON as it is.
  case json([UInt8])
  /// A part of an event.
  case edited(EditedText)
  case flag(Bool)
  case object([(String, AnswerValue)])
  case array([AnswerValue])

  var bytes: [UInt8] {
    var bytes = AnswerBytes()
    write(into: &bytes)
    return bytes.whole
  }

  func write(into bytes: inout AnswerBytes) {
    switch self {
    case .text(let text): Self.content(jsonContent(Array(text.utf8))).write(into: &bytes)
    case .content(let content):
      bytes.append("\"")
      bytes.append(content)
      bytes.append("\"")
    case .json(let json): bytes.append(json)
    case .edited(let text): text.write(into: &bytes)
    case .flag(let flag): bytes.append(flag ? "true" : "false")
    case .object(let members):
      bytes.append("{")
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(",") }
        Self.text(member.0).write(into: &bytes)
        bytes.append(":")
        member.1.write(into: &bytes)
      }
      bytes.append("}")
    case .array(let items):
      bytes.append("[")
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(",") }
        item.write(into: &bytes)
      }
      bytes.append("]")
    }
  }
}

/// What is asked of a model that has seen a key.
let discretion = "do not repeat the key, and do not write it anywhere."

/// An answer of these members, on a line.
func answer(_ members: (String, AnswerValue)...) -> AnswerBytes {
  var bytes = AnswerBytes()
  AnswerValue.object(members).write(into: &bytes)
  bytes.append("\n")
  return bytes
}

/// The bytes of an answer. Long parts of the event are not copied.
package struct AnswerBytes: Sendable {
  private enum Piece: @unchecked Sendable {
    case own([UInt8])
    case event(UnsafeRawBufferPointer)
  }

  private var pieces: [Piece] = []

  init() {}

  mutating func append(_ text: StaticString) {
    append(Array(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)))
  }

  mutating func append(_ bytes: [UInt8]) {
    if case .own(let last)? = pieces.last {
      pieces[pieces.count - 1] = .own(last + bytes)
    } else {
      pieces.append(.own(bytes))
    }
  }

  /// - Parameter part: of the event, which outlives the answer.
  mutating func append(_ part: UnsafeRawBufferPointer) { pieces.append(.event(part)) }

  package func forEach<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    for piece in pieces {
      switch piece {
      case .own(let bytes):
        try bytes.withUnsafeBytes { bytes in Result { () throws(Failure) in try body(bytes) } }.get()
      case .event(let part): try body(part)
      }
    }
  }

  package var whole: [UInt8] {
    var bytes: [UInt8] = []
    forEach { bytes += $0 }
    return bytes
  }
}

/// A part of an event with edits made.
package struct EditedText: @unchecked Sendable {
  let text: UnsafeRawBufferPointer
  let range: Range<Int>
  /// Of the text, in order; those within `range` count.
  let edits: [RedactionEdit]

  func write(into bytes: inout AnswerBytes) {
    var at = range.lowerBound
    for edit in edits where edit.range.lowerBound >= range.lowerBound && edit.range.upperBound <= range.upperBound {
      bytes.append(UnsafeRawBufferPointer(rebasing: text[at..<edit.range.lowerBound]))
      bytes.append(edit.replacement)
      at = edit.range.upperBound
    }
    bytes.append(UnsafeRawBufferPointer(rebasing: text[at..<range.upperBound]))
  }
}
