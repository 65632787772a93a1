// What is known of one input while it is scanned.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform
import Rules

extension ContentScanner {
  /// What is known of an input while it is scanned.
  struct Input {
    let path: Path
    let place: Finding.Place
    let isLive: Bool
    var cursor: LineCursor
    /// Of a live input: where the search for hidden keys goes on, in bytes from the input's start, with its
    /// own cursor and matches before it, because it comes later than the other.
    var hiddenOffset = 0
    var hiddenCursor: LineCursor
    var beforeHidden: [Match] = []
    /// Where the search goes on, in bytes from the input's start.
    var searched = 0
    /// The input could not be read to its end.
    var isBroken = false
    /// It begins with an archive.
    var isArchive = false
    /// Bytes that were read as archives.
    var known = 0
    /// The same bytes can be had for a reader that begins at the end.
    var hasWhole = true
    /// A script or a program, the bytes of one that comes by once, where a 7z begins in it, and how far that has
    /// been looked for.
    var isProgram = false
    var copy = InputCopy()
    var sevenZip: Int?
    var looked = 0
    /// Its entries are being read: what is encoded in them is found there.
    var isWithinEntries = false
    /// The findings of all workers; nil for one worker.
    let pool: FindingPool?
    /// What was found in it and is not in the sink yet. Of an archive its own bytes are searched too, and what is
    /// found there gives way to the same key in an entry.
    var results = ScanResults()
    /// The path, redacted, once something was found.
    var shownPath: Path?
    /// The report is full before it comes to this input.
    var isBeyondReport = false
    /// Findings.
    var found = 0
    /// Where a report wants to know of it: the text, and what is found in it until its lines are hashed.
    var text: TextCursor?
    var unhashed: [(finding: Finding, textLine: Int)] = []

    mutating func push(to sink: inout some FindingSink) {
      sink.take(results)
      results = ScanResults()
    }
  }
}
