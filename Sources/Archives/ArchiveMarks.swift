// Telling archives and compressed files by their first bytes. It is asked of every file and every blob,
// so the first byte alone sends nearly all of them away; and what it says yes to that cannot be read is a
// failed scan, so a mark that text or chance could bring is not enough: the header after it has to be
// sound too.
// Sources: RFC 1952 (gzip), RFC 8878 (zstd), the xz, lzma, lzip, bzip2 and lz4 format descriptions, PKWARE's
// APPNOTE (zip), 7zFormat.txt, tar(5), cpio(5), deb(5), rpm's file format, RAR's technical note, Microsoft's
// cabinet format, ECMA-119 (iso).

internal import Inputs
internal import Platform

extension ArchiveKind {
  /// - Parameter bytes: the first of an input, 512 of them or all there are. Of an input so short that
  ///   nothing can be in it, nil.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 14 else { return nil }
    if let kind = Self.marked(bytes) {
      self = kind
    } else if isTar(bytes) {
      self = .tar
    } else if isLHA(bytes) {
      self = .lha
    } else if isISO(bytes) {
      self = .iso
    } else {
      return nil
    }
  }

  private static func marked(_ bytes: UnsafeRawBufferPointer) -> ArchiveKind? {
    switch bytes[0] {
    case 0x1F:
      if bytes[1] == 0x9D { return bytes[2] & 0x60 == 0 && (9...16).contains(bytes[2] & 0x1F) ? .compress : nil }
      // Deflate is the only method.
      return bytes[1] == 0x8B && bytes[2] == 8 && bytes.count >= 18 ? .gzip : nil
    case UInt8(ascii: "B"):
      // A level, then the digits of pi before a block, of its root where there is none.
      guard bytes.starts(with: "BZh".utf8), (0x31...0x39).contains(bytes[3]) else { return nil }
      let magic = bytes[4..<10]
      return magic.elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        || magic.elementsEqual([0x17, 0x72, 0x45, 0x38, 0x50, 0x90]) ? .bzip2 : nil
    case 0xFD:
      return bytes.count >= 24 && bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0]) ? .xz : nil
    case 0x5D: return isLZMA(bytes) ? .lzma : nil
    case UInt8(ascii: "L"): return bytes.count >= 26 && bytes.starts(with: "LZIP\u{1}".utf8) ? .lzip : nil
    case 0x28: return bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) ? .zstd : nil
    case 0x04: return bytes.starts(with: [0x04, 0x22, 0x4D, 0x18]) ? .lz4 : nil
    case 0x02: return bytes.starts(with: [0x02, 0x21, 0x4C, 0x18]) ? .legacyLZ4 : nil
    case 0x50...0x5F where bytes[1] == 0x2A:
      return bytes[2] == 0x4D && bytes[3] == 0x18 ? .skippable : nil
    case UInt8(ascii: "P"):
      if bytes.starts(with: "PACK\0\0\0".utf8), bytes[7] == 2 || bytes[7] == 3 { return .gitPack }
      return isZip(bytes) ? .zip : nil
    case UInt8(ascii: "#"):
      let isBundle = bytes.starts(with: "# v2 git bundle\n".utf8) || bytes.starts(with: "# v3 git bundle\n".utf8)
      return isBundle ? .gitBundle : nil
    case 0x78: return isGitObject(bytes) ? .gitObject : nil
    case 0xED:
      let isRPM = bytes.count >= 112 && bytes.starts(with: [0xED, 0xAB, 0xEE, 0xDB])
      return isRPM && (bytes[4] == 3 || bytes[4] == 4) ? .rpm : nil
    case UInt8(ascii: "7"):
      let isSevenZip = bytes.count >= 32 && bytes.starts(with: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0])
      return isSevenZip ? .sevenZip : nil
    case UInt8(ascii: "R"):
      guard bytes.count >= 20, bytes.starts(with: [0x52, 0x61, 0x72, 0x21, 0x1A, 7]) else { return nil }
      return bytes[6] == 0 ? .rar : bytes[6] == 1 && bytes[7] == 0 ? .rar5 : nil
    case UInt8(ascii: "M"): return bytes.count >= 36 && bytes.starts(with: "MSCF\0\0\0\0".utf8) ? .cab : nil
    case UInt8(ascii: "%"): return bytes.starts(with: "%PDF-".utf8) ? .pdf : nil
    case 0x89: return bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? .png : nil
    case UInt8(ascii: "!"): return bytes.starts(with: "!<arch>\ndebian-binary".utf8) ? .deb : nil
    case UInt8(ascii: "0"), 0xC7, 0x71: return isCPIO(bytes) ? .cpio : nil
    default: return nil
    }
  }

  /// Whether these bytes, of an input that arrives bit by bit, could turn out to be one of those, or are too few
  /// to tell how its lines end. Text has to wait for its first line end at most, or for a hundred bytes.
  package static func mayBegin(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.count < 4 { return true }
    if bytes.count >= headBytes { return false }
    return mayBeginTar(bytes)
      || marks.contains { $0.starts(with: bytes) || (bytes.count < 112 && bytes.starts(with: $0)) }
  }

  /// Whether what has come of an input may become an archive that has to be told before any of it is passed
  /// on: by a mark that is no text, so that no text waits.
  package static func mustWait(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.count >= 112 { return false }
    return marks.contains { mark in
      guard mark.starts(with: bytes) || bytes.starts(with: mark) else { return false }
      return bytes.prefix(mark.count).contains { $0 < 0x08 || $0 > 0x7E || (0x0E...0x1F).contains($0) }
    }
  }

  private static let marks: [[UInt8]] =
    [
      [0x1F, 0x8B, 8], [0x1F, 0x9D], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
      [0x04, 0x22, 0x4D, 0x18], [0x02, 0x21, 0x4C, 0x18], [0xED, 0xAB, 0xEE, 0xDB],
      [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
      [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], Array("BZh".utf8), Array("!<arch>\ndebian".utf8), [0x5D, 0, 0],
      Array("07070".utf8), [0xC7, 0x71], [0x71, 0xC7], Array("LZIP".utf8), Array("Rar!".utf8), Array("MSCF".utf8),
      Array("#!".utf8), Array("MZ".utf8), [0x7F, 0x45, 0x4C, 0x46],
    ] + (0x50...0x5F).map { [$0, 0x2A, 0x4D, 0x18] }
}

/// The old format of xz has no mark: the usual properties, a plausible dictionary and size, and the zero
/// that its data begins with.
private func isLZMA(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count >= 18, bytes[1] == 0, bytes[2] == 0, bytes[13] == 0 else { return false }
  let dictionary = bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self).littleEndian
  let size = bytes.loadUnaligned(fromByteOffset: 5, as: UInt64.self).littleEndian
  let isRound = dictionary > 0 && dictionary >> dictionary.trailingZeroBitCount <= 3
  return isRound && (size == .max || size < 1 << 38)
}

/// An entry, or the end of a zip that has none.
private func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count >= 22, bytes[1] == 0x4B else { return false }
  if bytes[2] == 5 && bytes[3] == 6 { return true }
  // A mark of its own comes first where a zip was to be split and was not.
  let mark = bytes.loadUnaligned(as: UInt32.self).littleEndian
  let start = mark == 0x0807_4B50 || mark == 0x3030_4B50 ? 4 : 0
  return bytes.count >= 34
    && bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self).littleEndian == 0x0403_4B50
}

/// Its mark is in the third byte; a level and, where there is one, a checksum have to be right.
private func isLHA(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count >= 24, bytes[2] == UInt8(ascii: "-"), bytes[3] == UInt8(ascii: "l"), bytes[6] == UInt8(ascii: "-")
  else { return false }
  guard bytes[4] == UInt8(ascii: "h") || bytes[4] == UInt8(ascii: "z") else { return false }
  let length = Int(bytes[0])
  if bytes[20] == 2 || bytes[20] == 3 { return true }
  guard bytes[20] < 2, length >= 20, length + 2 <= bytes.count else { return false }
  return bytes[2..<(2 + length)].reduce(0, &+) == bytes[1]
}

/// The first volume descriptor, after 32 KiB that belong to nobody.
private func isISO(_ bytes: UnsafeRawBufferPointer) -> Bool {
  bytes.count >= 0x8800 && bytes[0x8001] == UInt8(ascii: "C") && bytes[0x8001...].starts(with: "CD001\u{1}".utf8)
}

private func isCPIO(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes[0] == UInt8(ascii: "0") else { return isBinaryCPIO(bytes) }
  guard bytes.starts(with: "07070".utf8) else { return false }
  switch bytes[5] {
  case UInt8(ascii: "1"), UInt8(ascii: "2"):
    return bytes.count >= 110 && bytes[6..<110].allSatisfy { isHexDigit($0) }
  case UInt8(ascii: "7"):
    return bytes.count >= 76 && bytes[6..<76].allSatisfy { (0x30...0x37).contains($0) }
  default: return false
  }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
  default: false
  }
}

/// Its mark is two bytes: a mode that says what the entry is, and a name that ends where it should, have
/// to follow.
private func isBinaryCPIO(_ bytes: UnsafeRawBufferPointer) -> Bool {
  let isLittle = bytes[0] == 0xC7 && bytes[1] == 0x71
  guard isLittle || (bytes[0] == 0x71 && bytes[1] == 0xC7), bytes.count >= 28 else { return false }
  func word(_ offset: Int) -> Int {
    let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return Int(isLittle ? UInt16(littleEndian: word) : UInt16(bigEndian: word))
  }
  let length = word(20)
  guard [1, 2, 4, 6, 8, 10, 12].contains(word(6) >> 12), length > 1, 26 + length <= bytes.count else {
    return false
  }
  return bytes[26..<(26 + length)].firstIndex(of: 0) == 25 + length
}

/// Fewer bytes than a tar's first header: a name of a hundred, filled up with zeros, and digits.
private func mayBeginTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
  let name = bytes.prefix(100)
  let end = name.firstIndex(of: 0) ?? name.endIndex
  return end > 0 && name[..<end].allSatisfy { $0 >= 0x20 } && name[end...].allSatisfy { $0 == 0 }
    && bytes.dropFirst(100).prefix(8).allSatisfy(isOctalEnd)
}

/// By the checksum of the first header: a tar older than POSIX has no mark.
private func isTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
  // What stands there is all that nearly every other file is asked.
  guard bytes.count >= ArchiveKind.headBytes, isOctalEnd(bytes[155]), bytes[0] != 0 else { return false }
  var told = 0
  var digits = 0
  for byte in bytes[148..<156] {
    if byte == 0x20 || byte == 0 {
      if digits > 0 { break }
    } else if (0x30...0x37).contains(byte) {
      told = told << 3 | Int(byte - 0x30)
      digits += 1
    } else {
      return false
    }
  }
  if digits == 0 { return false }
  // Signed, as some early ones added it up, or not.
  var (plain, signed) = (8 * 0x20, 8 * 0x20)
  for index in 0..<512 where !(148..<156).contains(index) {
    plain += Int(bytes[index])
    signed += Int(Int8(bitPattern: bytes[index]))
  }
  return told == plain || told == signed
}

private func isOctalEnd(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x20 || (0x30...0x37).contains(byte) }

/// A kind and a length, compressed by zlib.
private func isGitObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes[1] & 0x20 == 0, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 else { return false }
  return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { head in
    let step = ZlibDecompressor(.zlib).run(UnsafeRawBufferPointer(rebasing: bytes.prefix(512)), head)
    if case .damaged = step.state { return false }
    let text = head[..<step.produced]
    guard let end = text.firstIndex(of: 0), let space = text[..<end].firstIndex(of: 0x20) else { return false }
    let digits = text[(space + 1)..<end]
    return ["blob", "tree", "commit", "tag"].contains { text[..<space].elementsEqual($0.utf8) }
      && !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}
