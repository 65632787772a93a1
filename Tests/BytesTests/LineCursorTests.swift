// Lines as editors count them: LF, CRLF and a lone CR end one, wherever the buffer that is looked at begins.

import Bytes
import Testing

struct LineCursorTests {
  /// Line and column, from 1, counted one byte at a time.
  private func place(of target: Int, in text: [UInt8]) -> (line: Int, start: Int) {
    var (line, start) = (1, 0)
    for index in 0..<target {
      let isEnd = text[index] == 0x0A || text[index] == 0x0D && (index + 1 == text.count || text[index + 1] != 0x0A)
      if isEnd { (line, start) = (line + 1, index + 1) }
    }
    return (line, start)
  }

  @Test func `every place of a text with all kinds of line ends`() {
    let text =
      Array("a\nbb\r\nccc\rdd\n\n\r\r\n".utf8) + Array(repeating: Array("0123456789\r\n".utf8), count: 40).joined()
    text.withUnsafeBytes { bytes in
      for target in 0..<text.count {
        var cursor = LineCursor()
        cursor.advance(to: target, in: bytes, base: 0)
        let (line, start) = place(of: target, in: text)
        #expect(cursor.line == line && cursor.lineStart == start, "at \(target)")
      }
    }
  }

  @Test func `going on from place to place gives the same as going there at once`() {
    let text = Array(repeating: Array("one\ntwo\r\nthree\rfour".utf8), count: 30).joined().map { $0 }
    text.withUnsafeBytes { bytes in
      for step in [1, 7, 16, 33] {
        var cursor = LineCursor(line: 5)
        var at = 0
        while at + step < text.count {
          at += step
          // The buffer begins where the cursor is.
          cursor.advance(to: at, in: UnsafeRawBufferPointer(rebasing: bytes[cursor.offset...]), base: cursor.offset)
        }
        #expect(cursor.line == place(of: at, in: text).line + 4)
      }
    }
  }

  @Test func `a line's end is found up to a limit`() {
    let text = Array("abc\r\ndef".utf8)
    text.withUnsafeBytes { bytes in
      #expect(lineEnd(in: bytes, from: 0, limit: 100) == 3)
      #expect(lineEnd(in: bytes, from: 0, limit: 3) == nil)
      #expect(lineEnd(in: bytes, from: 5, limit: 100) == nil)
    }
  }
}
