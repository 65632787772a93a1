// Hexadecimal digits, read and written.

/// The value of a digit, upper or lower case; nil for any other byte.
@inlinable @inline(__always)
package func hexValue(_ byte: UInt8) -> UInt8? {
  let digit = byte &- UInt8(ascii: "0")
  if digit < 10 { return digit }
  let letter = (byte | 0x20) &- UInt8(ascii: "a")
  return letter < 6 ? letter + 10 : nil
}

/// The digit, lower case, of the four low bits of `value`.
package func hexDigit(_ value: some BinaryInteger) -> UInt8 {
  let value = UInt8(truncatingIfNeeded: value) & 15
  return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// Two digits, lower case.
package func hexDigits(_ byte: UInt8) -> [UInt8] { [hexDigit(byte >> 4), hexDigit(byte)] }
