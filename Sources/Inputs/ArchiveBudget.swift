// What one archive, with all that is in it, may cost: a bomb of a few kilobytes must not keep a scan
// busy for hours or hide behind a limit that nobody is told of.

internal import POSIX

public struct ArchiveLimits: Sendable {
  /// Archives in archives.
  public var depth = 4
  /// More than any source tree holds, in all archives of an archive together.
  public var entries = 500_000
  /// Bytes that come out of compressed data, every layer counted: half a minute's work.
  public var bytes = 10 << 30
  /// Bytes that come out for one that went in. Deflate comes to 1032 at most, on zeros alone.
  public var ratio = 1000
  /// Bytes that the process may have: some formats say themselves how much of what came out has to be kept.
  public var memory = 2 << 30

  public init() {}
}

/// Shared by an archive and the archives in it.
public final class ArchiveBudget {
  public let limits: ArchiveLimits
  /// Why no more of the archive is read, in words for a person; nil while there is room.
  public private(set) var limit: String?
  /// Bytes of the archive on the outside that have been read.
  public var read = 0
  /// Bytes of archives in it that are in memory, whole.
  public var held = 0
  private var entries = 0
  private var bytes = 0
  /// `bytes` when the memory was looked at last.
  private var weighed = 0

  /// Bytes that have to come out before their ratio to those that went in matters.
  private static let ratioFrom = 32 << 20
  /// Bytes that come out from one look at the memory to the next.
  private static let memoryStep = 16 << 20

  public init(_ limits: ArchiveLimits) { self.limits = limits }

  /// - Throws: `InputError` when this is one too many.
  public func takeEntry() throws(InputError) {
    entries += 1
    if entries > limits.entries { try stop("it has more than \(limits.entries) entries", "archive-entries") }
  }

  /// - Parameter count: of bytes that came out of compressed data.
  /// - Throws: `InputError` when they are too many.
  func take(_ count: Int) throws(InputError) {
    bytes += count
    if bytes > limits.bytes { try stop("it expands to more than \(byteSizeText(limits.bytes))", "archive-size") }
    if bytes > Self.ratioFrom, bytes / limits.ratio > read {
      try stop("it expands to more than \(limits.ratio) times its size", "archive-ratio")
    }
    if bytes - weighed > Self.memoryStep {
      weighed = bytes
      if let memory = ownMemory(), memory > limits.memory {
        try stop("to expand it takes more than \(byteSizeText(limits.memory)) of memory", "archive-memory")
      }
    }
  }

  private func stop(_ reason: String, _ setting: String) throws(InputError) {
    limit = reason
    throw InputError("not scanned to its end: \(reason), which is the limit (\(setting)); \(Self.wayOut)")
  }

  public static let wayOut = "unpack it and scan what comes out"
}
