// Lines are counted to the end of any bytes, however text of bytes and wide text follow each other in them. A search
// for where one ends and the other begins once never came to an end.

import Bytes
import Testing

struct TextFormsTests {
  /// Bytes of programs: words, wide text, characters of several bytes, zeros and noise.
  private func bytes(_ random: inout some RandomNumberGenerator) -> [UInt8] {
    let alphabets: [[UInt8]] = [
      Array("abc. ".utf8), [0x00, 0x41], [0xC3, 0x84, 0xE3, 0x81], [0x00], [0x0A, 0x61, 0x00], Array(0...255),
      [0x05, 0x01, 0x00, 0x20, 0xE3], [0x41, 0x42, 0xC4, 0x80],
    ]
    var result: [UInt8] = []
    while result.count < 4000 {
      let alphabet = alphabets.randomElement(using: &random)!
      let count = Int.random(in: 1...120, using: &random)
      if Bool.random(using: &random) {
        for _ in 0..<count { result += [Array("abc \n".utf8).randomElement(using: &random)!, 0x00] }
      } else {
        for _ in 0..<count { result.append(alphabet.randomElement(using: &random)!) }
      }
    }
    return result
  }

  @Test(arguments: 0..<8) func `every input comes to its end`(_: Int) {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let bytes = bytes(&random)
      var cursor = LineCursor()
      bytes.withUnsafeBytes { bytes in
        var at = 0
        while at < bytes.count {
          at = min(bytes.count, at + Int.random(in: 1...2000, using: &random))
          let width = [nil, nil, 1, 2, 4].randomElement(using: &random)!
          cursor.advance(to: at, matching: at + 16 < bytes.count ? width : nil, in: bytes, base: 0)
        }
      }
      #expect(bytes.count - cursor.offset < 4)
    }
  }
}
