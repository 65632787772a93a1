// The byte order mark that some Windows editors put before UTF-8. It is no part of the text.

/// The byte order mark of UTF-8.
package let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// `text` without a byte order mark at its start.
package func withoutByteOrderMark(_ text: [UInt8]) -> ArraySlice<UInt8> {
  text.starts(with: byteOrderMark) ? text[byteOrderMark.count...] : text[...]
}
