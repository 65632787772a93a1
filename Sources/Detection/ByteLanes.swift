// Sixteen bytes at a time. Both operands are vectors on purpose: the operators of the standard library
// that take a vector and a number are two hundred times slower.

typealias Lanes = SIMD16<UInt8>
typealias LaneMask = SIMDMask<SIMD16<Int8>>

@inline(__always)
func all(_ byte: UInt8) -> Lanes { Lanes(repeating: byte) }

/// Whether each byte is `byte`.
@inline(__always)
func lanes(_ bytes: Lanes, are byte: UInt8) -> LaneMask { bytes .== all(byte) }

/// Whether each byte is one of `count` from `first` on.
@inline(__always)
func lanes(_ bytes: Lanes, from first: UInt8, count: UInt8) -> LaneMask {
  (bytes &- all(first)) .< all(count)
}

@inline(__always)
func isEverySet(_ mask: LaneMask) -> Bool {
  let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
  return words[0] & words[1] == .max
}

@inline(__always)
func isAnySet(_ mask: LaneMask) -> Bool {
  let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
  return words[0] | words[1] != 0
}
