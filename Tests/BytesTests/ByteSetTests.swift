// Sets of bytes have what was put in, and say so in ranges.

import Bytes
import Testing

struct ByteSetTests {
  @Test func `a set has what was put in and nothing else`() {
    var set = ByteSet([0, 63, 64, 255])
    set.insert(UInt8(ascii: "A"))
    for byte in UInt8.min...UInt8.max {
      #expect(set.contains(byte) == [0, 63, 64, 255, 65].contains(byte))
    }
    #expect(set.foldingCase.contains(UInt8(ascii: "a")))
    #expect(set.subtracting(set).isEmpty)
  }

  @Test func `ranges are those that were put in`() {
    let cases: [[ClosedRange<UInt8>]] = [
      [], [0...0], [255...255], [0...255], [1...63], [63...64, 66...66, 128...191, 254...255],
    ]
    for ranges in cases {
      let set = ranges.reduce(ByteSet()) { $0.union(ByteSet($1)) }
      #expect(set.runs == ranges)
      for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == ranges.contains { $0.contains(byte) }) }
    }
  }
}
