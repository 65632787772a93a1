// Input that a scan would open: not all keys in it can be seen, so it must not pass for redacted.

import Archives
import Platform

/// Why an input that begins with `bytes` cannot be redacted; nil when it can.
func compressionObstacle(_ bytes: UnsafeRawBufferPointer) -> String? {
  if let kind = ArchiveKind(bytes) {
    if kind.isDocument { return "is a \(kind.name), whose text may be compressed, so that no key can be seen in it" }
    let readers: [ArchiveKind: String] = [
      .gzip: "zcat", .compress: "zcat", .zstd: "zstdcat", .xz: "xzcat", .lzma: "xzcat", .lz4: "lz4cat",
      .legacyLZ4: "lz4cat", .bzip2: "bzcat", .lzip: "lzip -dc", .skippable: "zstdcat",
    ]
    if let reader = readers[kind] {
      return "is compressed (\(kind.name)), so no key can be seen in it: \(reader) FILE | hopxguard redact"
    }
    return "is an archive (\(kind.name)), in which not every key can be seen; unpack it and redact what comes out"
  }
  guard let format = UnopenedFormat(bytes, name: []) else { return nil }
  return "is \(format.name), in which not every key can be seen; unpack it and redact what comes out"
}
