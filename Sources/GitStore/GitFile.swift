// Tells git's own files by how they begin. What they hold is compressed, so that nothing in them is seen unless
// they are read as git reads them. Sources: gitformat-pack(5), gitformat-bundle(5), gitformat-loose(5).

/// A file of git's, wherever it lies.
package enum GitFile {
  case pack, bundle, object

  /// - Parameter bytes: the first of the file.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: "PACK".utf8), bytes.count >= 12, let start = bytes.baseAddress {
      guard [2, 3].contains(bigEndian32(start + 4)) else { return nil }
      self = .pack
    } else if ["# v2 git bundle\n", "# v3 git bundle\n"].contains(where: { bytes.starts(with: $0.utf8) }) {
      self = .bundle
    } else if Self.beginsObject(bytes) {
      self = .object
    } else {
      return nil
    }
  }

  /// What to call it.
  package var name: String {
    switch self {
    case .pack: "a pack of git objects"
    case .bundle: "a git bundle"
    case .object: "a git object"
    }
  }

  private static func beginsObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // zlib with a window of 32 KiB, as git writes, and no dictionary.
    guard bytes.count > 8, bytes[0] == 0x78, bytes[1] & 0x20 == 0, (0x7800 | Int(bytes[1])) % 31 == 0 else {
      return false
    }
    return withUnsafeTemporaryAllocation(byteCount: LooseReader.longestHeader, alignment: 1) { start in
      var stream = ObjectStream(UnsafeRawBufferPointer(rebasing: bytes.prefix(4096)), size: Int.max)
      guard let count = try? stream.read(into: start) else { return false }
      return (try? LooseReader.header(UnsafeRawBufferPointer(rebasing: start[..<count]))) != nil
    }
  }
}
