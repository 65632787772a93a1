// The numbered lines of the pattern files of other tools.

/// A line of a file and its number, from 1, without its line end and the blanks at its ends.
func numberedLines(_ content: [UInt8]) -> [(number: Int, text: String)] {
  content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().map { index, line in
    var text = Substring(String(decoding: line, as: UTF8.self))
    if index == 0, text.first == "\u{FEFF}" { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return (index + 1, String(text.drop(while: \.isWhitespace)))
  }
}
