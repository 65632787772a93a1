// Formats that compress what they hold and that nothing here opens, by their first bytes. They are counted
// and named, so that what was not looked into is known.
// Sources: squashfs's superblock, the technical note of ARJ, the Windows imaging format, snappy's and lzop's
// frames, xar's header, RFC 7932 (brotli, which has no mark).

package enum UnopenedFormat: String, Sendable, CaseIterable {
  case arj, brotli, lzop, snappy, squashfs, wim, xar
  /// Its streams are encrypted.
  case encryptedPDF
  /// A document or picture with compressed text, deeper in archives than those are opened.
  case document

  /// - Parameters:
  ///   - bytes: the first of an input.
  ///   - name: of the input, for the one format that has no mark.
  package init?(_ bytes: UnsafeRawBufferPointer, name: [UInt8]) {
    guard bytes.count >= 10 else { return nil }
    let format: UnopenedFormat? =
      switch bytes[0] {
      case 0x60: Self.isARJ(bytes) ? .arj : nil
      case 0x89: bytes.starts(with: [0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A]) ? .lzop : nil
      case 0xFF: bytes.starts(with: [0xFF, 6, 0, 0] + Array("sNaPpY".utf8)) ? .snappy : nil
      case UInt8(ascii: "h"):
        bytes.count >= 96 && bytes.starts(with: "hsqs".utf8) && bytes.word(28) == 4 ? .squashfs : nil
      case UInt8(ascii: "M"): bytes.starts(with: "MSWIM\0\0\0".utf8) ? .wim : nil
      case UInt8(ascii: "x"): bytes.starts(with: "xar!\0".utf8) ? .xar : nil
      default: nil
      }
    if let format {
      self = format
    } else if name.suffix(3).elementsEqual(".br".utf8),
      !bytes.prefix(512).allSatisfy({ $0 >= 0x20 || (0x08...0x0D).contains($0) })
    {
      self = .brotli
    } else {
      return nil
    }
  }

  /// A mark of two bytes, the length of its header, and that of the header's fixed part.
  private static func isARJ(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes[1] == 0xEA && (30...2600).contains(bytes.word(2)) && bytes[4] >= 30 && UInt16(bytes[4]) <= bytes.word(2)
  }

  /// What one is called.
  package var name: String {
    switch self {
    case .arj: "an ARJ archive"
    case .brotli: "compressed by brotli"
    case .encryptedPDF: "an encrypted PDF"
    case .lzop: "compressed by lzop"
    case .snappy: "compressed by snappy"
    case .squashfs: "a squashfs image"
    case .wim: "a WIM image"
    case .xar: "a xar archive"
    case .document: "a document or picture more archives deep than are opened"
    }
  }
}
