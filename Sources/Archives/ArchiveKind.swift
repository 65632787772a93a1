// Which archive or compressed file an input is, by its content, never by its name.

internal import Inputs
internal import Platform

package enum ArchiveKind: String, Sendable {
  // Compressed: one stream of bytes comes out.
  case gzip, bzip2, xz, lzma, lzip, zstd, lz4, legacyLZ4, compress
  /// A loose object of git.
  case gitObject
  // What comes before one of the others and holds nothing itself.
  case rpm, skippable, gitBundle
  // Containers: entries come out.
  case tar, cpio, deb, zip, sevenZip, rar, rar5, cab, lha, iso
  case gitPack
  // Documents and pictures with compressed text in them.
  case pdf, png

  /// Bytes of an input that show its kind, except for an image of a disk.
  package static let headBytes = 512

  /// Kinds whose readers take memory as they like, or begin anywhere: they get a process of their own.
  static let readApart: [ArchiveKind] = [.sevenZip, .rar, .rar5, .cab, .lha, .iso]

  package var isReadApart: Bool { Self.readApart.contains(self) }

  /// Whether it is more than an archive, and no fault of its own is one of the scan.
  package var isDocument: Bool { self == .pdf || self == .png }

  package var isCompression: Bool {
    switch self {
    case .gzip, .bzip2, .xz, .lzma, .lzip, .zstd, .lz4, .legacyLZ4, .compress, .rpm, .skippable, .gitObject,
      .gitBundle:
      true
    default: false
    }
  }

  /// Whether more can come out of it than went in. What a tar holds is no longer than the tar: holes
  /// are not filled.
  var expands: Bool { self != .tar && self != .cpio && self != .deb }

  package var name: String {
    switch self {
    case .sevenZip: "7z"
    case .legacyLZ4: "lz4"
    case .rar5: "rar"
    case .compress: ".Z"
    case .skippable: "skippable frame"
    case .gitObject: "git object"
    case .gitBundle: "git bundle"
    case .gitPack: "git pack"
    default: rawValue
    }
  }

  /// Bytes of an archive that begins so, where it says so; else nil.
  func length(of head: UnsafeRawBufferPointer) -> Int? {
    switch self {
    case .sevenZip: head.count < 32 ? nil : 32 + head.longLength(12).addingWithoutOverflow(head.longLength(20))
    case .cab: head.count < 12 ? nil : head.length(8)
    default: nil
    }
  }
}

extension Int {
  fileprivate func addingWithoutOverflow(_ other: Int) -> Int {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? .max >> 1 : Swift.min(sum, .max >> 1)
  }
}
