// What stands between the numbers of a list: `68 6f`, `0x68, 0x6f`, `104,111`, a number a line.

/// Whether a byte is a sign between two numbers.
@inline(__always)
func isListMark(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ";")
}

/// Whether a byte may stand between two numbers: a sign, a blank or a line's end.
@inline(__always)
func isListGap(_ byte: UInt8) -> Bool { isBlank(byte) || byte == 0x0A || byte == 0x0D || isListMark(byte) }

/// As `isListGap` for scans, which take any of these between any two numbers: a semicolon ends a statement, and what
/// follows it may look like hex.
@inline(__always)
func isScannedGap(_ byte: UInt8) -> Bool { isListGap(byte) && byte != UInt8(ascii: ";") }
