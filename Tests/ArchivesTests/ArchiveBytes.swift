// Archives byte by byte, so that any byte of them can be wrong.

/// A gzip file with one stored block.
func gzip(_ content: [UInt8]) -> [UInt8] {
  let length = UInt16(content.count)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length, 2) + little(~length, 2) + content
    + little(crc32(content), 4) + little(content.count, 4)
}

/// A tar of plain files, as ustar.
func tar(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  var bytes: [UInt8] = []
  for (name, content) in files {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) { header.replaceSubrange(at..<(at + text.utf8.count), with: text.utf8) }
    put(name, 0)
    put("0000644", 100)
    put(octal(content.count), 124)
    put("        ", 148)
    put("0", 156)
    put("ustar\u{0}00", 257)
    put(octal(header.reduce(0) { $0 + Int($1) }).suffix(6) + "\u{0} ", 148)
    bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }
  return bytes + [UInt8](repeating: 0, count: 1024)
}

/// A zip of stored files with its directory.
func zip(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  var bytes: [UInt8] = []
  var directory: [UInt8] = []
  for (name, content) in files {
    let common =
      little(20, 2) + little(0, 8) + little(crc32(content), 4) + little(content.count, 4) + little(content.count, 4)
      + little(name.utf8.count, 2) + little(0, 2)
    directory +=
      Array("PK\u{1}\u{2}".utf8) + little(20, 2) + common + little(0, 10) + little(bytes.count, 4) + name.utf8
    bytes += Array("PK\u{3}\u{4}".utf8) + common + name.utf8 + content
  }
  return bytes + directory + Array("PK\u{5}\u{6}".utf8) + little(0, 4) + little(files.count, 2)
    + little(files.count, 2) + little(directory.count, 4) + little(bytes.count, 4) + little(0, 2)
}

private func octal(_ number: Int) -> String {
  let digits = String(number, radix: 8)
  return String(repeating: "0", count: 11 - digits.count) + digits
}

private func little(_ number: some BinaryInteger, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: UInt64(number) >> UInt64(8 * min($0, 7))) }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { value, byte in
    (0..<8).reduce(value ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }
}
