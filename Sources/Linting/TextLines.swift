// The lines of a file that is read line by line.

struct TextLine {
  /// Bytes of the file, without the line's end.
  let range: Range<Int>
  /// Blanks before its text.
  let indent: Int
  /// Without blanks at either end.
  let text: String
  /// Where `text` begins.
  var start: Int { range.lowerBound + indent }
}

/// The lines of `range`, each at most 64 KiB of it.
func textLines(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [TextLine] {
  var lines: [TextLine] = []
  var start = range.lowerBound
  while start < range.upperBound {
    var end = start
    while end < range.upperBound, bytes[end] != 0x0A { end += 1 }
    var stop = end
    while stop > start, bytes[stop - 1] == 0x0D || bytes[stop - 1] == 0x20 || bytes[stop - 1] == 0x09 { stop -= 1 }
    var first = start
    while first < stop, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
    lines.append(
      TextLine(
        range: start..<stop, indent: first - start,
        text: String(decoding: bytes[first..<min(stop, first + 65_536)], as: UTF8.self)))
    start = end + 1
  }
  return lines
}
