// Compressed input: no key can be seen in it, so it must not pass for clean.

import Platform

/// Why an input that begins with `bytes` cannot be redacted; nil when it can.
///
/// The marks are those of RFC 1952 (gzip), RFC 8878 (zstd), and of the xz, bzip2 and lz4 formats.
func compressionObstacle(_ bytes: UnsafeRawBufferPointer) -> String? {
  let kinds: [(mark: [UInt8], name: String, reader: String)] = [
    (gzipMark, "gzip", "zcat"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstdcat"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz", "xzcat"),
    ([0x04, 0x22, 0x4D, 0x18], "lz4", "lz4cat"),
    (Array("BZh".utf8), "bzip2", "bzcat"),
  ]
  guard let kind = kinds.first(where: { bytes.starts(with: $0.mark) }) else { return nil }
  // `BZh` alone is text; a bzip2 stream goes on with its level and the digits of pi.
  if kind.name == "bzip2" && !bytes.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) {
    return nil
  }
  return "is compressed (\(kind.name)), so no key can be seen in it: \(kind.reader) FILE | hopxguard redact"
}

/// Deflate is the only method there is.
private let gzipMark: [UInt8] = [0x1F, 0x8B, 0x08]

/// Whether more of the input has to be read to know whether it is gzip.
func couldBecomeGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
  bytes.count < gzipMark.count && gzipMark.starts(with: bytes)
}
