// What a report shows of a match, in text of bytes and in UTF-16 or UTF-32, which is decoded for it.

import Bytes
import Detection
import Findings

struct ShownMatch {
  /// The match's bytes in the buffer, whole units in wide text.
  let range: Range<Int>
  let snippet: Snippet
  /// What a comment beside the match says; nil when there is none.
  let comment: InlineAllowance?
  private let form: TextForm

  /// - Parameters:
  ///   - cursor: moved to the match.
  ///   - buffer: that the match was found in; it begins `base` bytes from the start of the input.
  ///   - cuts: as `Snippet` needs them.
  init(
    _ match: Match, _ cursor: LineCursor, in buffer: UnsafeRawBufferPointer, base: Int, cuts: [Cut]
  ) {
    form = cursor.form
    let lineStart = max(0, cursor.lineStart - base)
    if form == .bytes {
      range = match.range
      let reach = match.range.upperBound + Snippet.longest
      let end = lineEnd(in: buffer, from: match.range.upperBound, limit: reach) ?? min(reach, buffer.count)
      snippet = Snippet(of: match, line: lineStart..<end, in: buffer, cuts: cuts)
      comment = InlineAllowance(at: match.range, in: buffer)
      return
    }
    let units = WideUnits(form, unit: cursor.offset - base, in: buffer)
    range = units.covering(match.range)
    // As many characters as in text of bytes where the buffer is sure to hold them.
    let reach = 2 * InlineAllowance.reach
    let window = max(0, range.lowerBound - reach)..<min(buffer.count, range.upperBound + reach)
    let text = DecodedText(window, of: buffer, units)
    let decoded = Match(rule: match.rule, range: text.place(of: range), judgement: match.judgement, shown: match.shown)
    let lead = max(lineStart, match.range.lowerBound - Snippet.longestLead)
    let tail = text.start(units.wholeUnits(upTo: min(buffer.count, match.range.upperBound + Snippet.longest)))
    let near = cuts.filter { $0.range.overlaps(window) }.map { cut in
      let place = text.place(of: units.covering(cut.range))
      let kept = text.start(units.wholeUnits(upTo: cut.range.lowerBound + cut.kept)) - place.lowerBound
      return Cut(range: place, kept: max(0, kept))
    }
    let width = form.width
    (snippet, comment) = text.bytes.withUnsafeBytes { bytes in
      let end = lineEnd(in: bytes, from: decoded.range.upperBound, limit: tail) ?? tail
      let border = units.covering(lead..<lead).lowerBound
      var start = text.start(border < lead ? border + width : border)
      if bytes[start...].starts(with: "\u{FEFF}".utf8) { start += 3 }
      let line = start..<max(end, decoded.range.upperBound)
      return (
        Snippet(of: decoded, line: line, in: bytes, cuts: near.filter { !$0.range.isEmpty }),
        InlineAllowance(at: decoded.range, in: bytes)
      )
    }
  }

  /// A match's encoding with the order of bytes that the text round it has.
  func encoding(_ name: String) -> String {
    let outermost = name.prefix { $0 != ">" }
    guard let guess = TextForm(name: outermost), guess.width == form.width else { return name }
    return form.name + name[outermost.endIndex...]
  }
}
