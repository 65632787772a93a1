// Searching an input that is still arriving: a plain match is reported at once, one in what is encoded as soon as
// enough has been read after it.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform
import Rules

extension ContentScanner {
  /// Searches a live input for hidden keys, once enough has been read after them: seen to its end or not,
  /// each is reported once.
  mutating func searchLive(from: Int, until settled: Int, _ input: inout Input) {
    guard buffer.isLast || settled - from >= Scanner.longestHidden else { return }
    matches.removeAll(keepingCapacity: true)
    let progress = scanner.search(
      buffer.bytes, from: from, atStart: buffer.offset == 0, isLast: buffer.isLast, into: &matches)
    addHidden(from: from, until: settled, reported: settled)
    swap(&input.cursor, &input.hiddenCursor)
    swap(&earlier, &input.beforeHidden)
    let end = report(.hidden, progress, until: settled, &input)
    remember(before: end)
    swap(&earlier, &input.beforeHidden)
    swap(&input.cursor, &input.hiddenCursor)
    input.hiddenOffset = buffer.offset + end
  }

  /// Adds what is there of hidden matches that are reported later. More bytes may make others of those that do
  /// not begin before `settled`, which therefore stand in for no plain match.
  mutating func addHiddenForSnippets(from: Int, settled: Int) {
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: buffer.bytes.count, besides: matches, into: &hidden)
    if hidden.isEmpty { return }
    let open = hidden.firstIndex { $0.range.lowerBound >= settled } ?? hidden.count
    matches = (merged(matches, Array(hidden[..<open])) + hidden[open...]).sorted { Match.precedes($0, $1) }
  }
}
