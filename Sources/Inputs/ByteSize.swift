// Sizes in bytes, as people write and read them.
// Source: IEC 80000-13, binary prefixes.

private let units: [(name: String, bytes: Int)] = [
  ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
]

/// - Parameter text: such as `20GiB` or `512 MiB`.
/// - Returns: bytes; nil for what is no size, or none that can be counted.
public func byteSize(_ text: String) -> Int? {
  guard let (name, bytes) = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
  var digits = text.dropLast(name.count)
  if digits.last == " " { digits.removeLast() }
  guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let count = Int(digits) else { return nil }
  let (size, isTooLarge) = count.multipliedReportingOverflow(by: bytes)
  return isTooLarge ? nil : size
}

/// - Parameter bytes: whole KiB.
public func byteSizeText(_ bytes: Int) -> String {
  let (name, unit) = units.first { bytes % $0.bytes == 0 } ?? units[units.count - 1]
  return "\(bytes / unit)\(name)"
}
