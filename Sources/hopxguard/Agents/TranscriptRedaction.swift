// A transcript without its keys: JSON, or lines of it, in which only contents of strings change, so that each
// line still parses; what is no JSON is plain text.

import Agents
import Detection
import Platform
import Redaction

/// Redacts the file at `path` in place. One without a key is not touched.
func redactTranscript(_ path: Path, _ rules: RuleSet) throws(RewriteError) -> RedactionTally {
  try rewriteInPlace(path) { file, output throws(RewriteError) in
    do throws(SystemError) {
      return try redactTranscript(file, to: output, rules)
    } catch { throw RewriteError("cannot be redacted: \(error.call): \(error)") }
  }
}

/// Bytes of a file that is read as one JSON text.
private let longestDocument = 256 << 20

private func redactTranscript(
  _ file: borrowing Descriptor, to output: CInt?, _ rules: RuleSet
) throws(SystemError) -> RedactionTally {
  let mapped = try MappedFile(file, size: try file.status().size)
  let text = mapped.bytes
  var tally = RedactionTally()
  tally.bytes = text.count
  let whole = text.count <= longestDocument ? try? JSONText(parsing: text) : nil
  var redaction = JSONRedaction(rules: rules)
  var written = GatheredOutput(descriptor: output ?? -1)
  func take(_ edits: [RedactionEdit], _ range: Range<Int>) throws(SystemError) {
    tally.keys += edits.count
    guard output != nil else { return }
    var at = range.lowerBound
    for edit in edits {
      try written.append(UnsafeRawBufferPointer(rebasing: text[at..<(range.lowerBound + edit.range.lowerBound)]))
      try edit.replacement.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try written.append(bytes) }
      }.get()
      at = range.lowerBound + edit.range.upperBound
    }
    try written.append(UnsafeRawBufferPointer(rebasing: text[at..<range.upperBound]))
  }
  if let whole {
    try take(redaction.edits(of: text, whole.literals), 0..<text.count)
  } else {
    var start = 0
    while start < text.count, Interruption.signal == nil {
      let end = lineEnd(text, from: start)
      let line = UnsafeRawBufferPointer(rebasing: text[start..<end])
      let edits =
        if let json = try? JSONText(parsing: line) { redaction.edits(of: line, json.literals) } else {
          redaction.edits(ofText: line)
        }
      try take(edits, start..<end)
      start = end
    }
  }
  if output != nil { try written.flush() }
  if mapped.wasCutShort { throw SystemError("read", SystemError.inputOutput) }
  tally.surrenders = redaction.surrenders
  return tally
}

/// The end of the line, its line end included.
private func lineEnd(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
  text[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
}
