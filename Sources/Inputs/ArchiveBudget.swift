// What one archive, with all that is in it, may cost: a bomb of a few kilobytes must not keep a scan
// busy for hours or hide behind a limit that nobody is told of.

/// Shared by an archive and the archives in it.
public final class ArchiveBudget {
  /// Archives in archives.
  public static let deepest = 4
  /// More than any source tree holds, in all archives of an archive together.
  static let mostEntries = 500_000
  /// Bytes that come out of compressed data, every layer counted: half a minute's work.
  static let mostBytes = 10 << 30
  /// Bytes that come out for one that went in. Deflate comes to 1032 at most, on zeros alone; it is asked
  /// once so many bytes came out that it matters.
  static let (greatestRatio, ratioFrom) = (1000, 32 << 20)

  /// Why no more of the archive is read, in words for a person; nil while there is room.
  public private(set) var limit: String?
  /// Bytes of the archive on the outside that have been read.
  public var read = 0
  private var entries = 0
  private var bytes = 0

  public init() {}

  /// - Throws: `InputError` when this is one too many.
  public func takeEntry() throws(InputError) {
    entries += 1
    if entries > Self.mostEntries { try stop("it has more than \(Self.mostEntries) entries") }
  }

  /// - Parameter count: of bytes that came out of compressed data.
  /// - Throws: `InputError` when they are too many.
  func take(_ count: Int) throws(InputError) {
    bytes += count
    if bytes > Self.mostBytes { try stop("it expands to more than \(Self.mostBytes >> 30) GiB") }
    if bytes > Self.ratioFrom, bytes / Self.greatestRatio > read {
      try stop("it expands to more than \(Self.greatestRatio) times its size")
    }
  }

  private func stop(_ reason: String) throws(InputError) {
    limit = reason
    throw InputError("not scanned to its end: \(reason), which is the limit; \(Self.wayOut)")
  }

  public static let wayOut = "unpack it and scan what comes out"
}
