// Sizes in bytes, as people read them.
// Source: IEC 80000-13, binary prefixes.

package let byteSizeUnits: [(name: String, bytes: Int)] = [
  ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
]

/// - Parameter bytes: whole KiB.
package func byteSizeText(_ bytes: Int) -> String {
  let (name, unit) = byteSizeUnits.first { bytes % $0.bytes == 0 } ?? byteSizeUnits.last!
  return "\(bytes / unit)\(name)"
}
