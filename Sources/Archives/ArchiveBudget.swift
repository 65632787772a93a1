// What one archive, with all that is in it, may cost: a bomb of a few kilobytes must not keep a scan
// busy for hours or hide behind a limit that nobody is told of.

package import Bytes
package import Inputs
internal import Platform
package import Platform
import Synchronization

package struct ArchiveLimits: Sendable {
  /// Archives in archives.
  package var depth = 4
  /// More than any source tree holds, in all archives of an archive together.
  package var entries = 500_000
  /// Bytes that come out of compressed data, every layer counted: half a minute's work.
  package var bytes = 10 << 30
  /// Bytes that come out for one that went in. Deflate comes to 1032 at most, on zeros alone.
  package var ratio = 1000
  /// Bytes of memory that an archive may take: some formats say themselves how much of what came out has to be
  /// kept.
  package var memory = 1 << 30

  package init() {}

  static let none: ArchiveLimits = {
    var limits = ArchiveLimits()
    (limits.entries, limits.bytes, limits.ratio) = (.max, .max, .max)
    return limits
  }()
}

/// Shared by an archive and the archives in it.
package final class ArchiveBudget {
  package let limits: ArchiveLimits
  /// Why no more of the archive is read, in words for a person; nil while there is room.
  package private(set) var limit: InputError?
  /// Bytes of the archive on the outside that have been read.
  package var read = 0
  private var entries = 0
  private var bytes = 0
  /// Bytes that went into a reader or came out since the memory was looked at.
  private var moved = 0
  private var held = 0
  /// Bytes that the process had before.
  private let memoryBefore = ownMemory()

  /// Archives on the outside that are being read in this process.
  private static let open = Atomic(0)

  /// Bytes that have to come out before their ratio to those that went in matters.
  private static let ratioFrom = 32 << 20
  /// Bytes that go by from one look at the memory to the next.
  private static let memoryStep = 16 << 20
  /// Bytes that every other archive that is read at the same time may have.
  private static let memoryOfOthers = 256 << 20
  /// Bytes of archives in one another that may be in memory, whole.
  private static let mostHeld = 256 << 20

  package init(_ limits: ArchiveLimits) {
    self.limits = limits
    Self.open.add(1, ordering: .relaxed)
  }

  deinit { Self.open.subtract(1, ordering: .relaxed) }

  /// - Throws: `InputError` when this is one too many.
  package func takeEntry() throws(InputError) {
    entries += 1
    if entries > limits.entries { throw stop("it has more than \(limits.entries) entries", "archive-entries") }
  }

  /// - Parameter count: of bytes that came out of compressed data.
  /// - Throws: `InputError` when they are too many.
  func take(_ count: Int) throws(InputError) {
    bytes += count
    if bytes > limits.bytes { throw stop("it expands to more than \(byteSizeText(limits.bytes))", "archive-size") }
    if bytes > Self.ratioFrom, bytes / limits.ratio > read {
      throw stop("it expands to more than \(limits.ratio) times its size", "archive-ratio")
    }
    try weigh(count)
  }

  /// - Parameter count: of bytes that went into a reader or came out of it.
  /// - Throws: `InputError` when the process has grown too large meanwhile.
  func weigh(_ count: Int) throws(InputError) {
    moved += count
    if moved < Self.memoryStep { return }
    moved = 0
    let others = Self.open.load(ordering: .relaxed) - 1
    guard let memoryBefore, let memory = ownMemory() else { return }
    if memory - memoryBefore > limits.memory + others * Self.memoryOfOthers { throw outOfMemory() }
  }

  func outOfMemory() -> InputError {
    stop("it takes more than \(byteSizeText(limits.memory)) of memory", "archive-memory")
  }

  /// Whether an archive of `count` bytes may be in memory besides those round it that are.
  package func hasRoom(for count: Int) -> Bool { held + count <= Self.mostHeld }

  /// Counts an archive of `count` bytes that is in memory while `body` runs.
  package func hold(_ count: Int, _ body: () -> Void) {
    held += count
    body()
    held -= count
  }

  private func stop(_ reason: String, _ setting: String) -> InputError {
    let error = InputError(
      "not scanned to its end, nor what comes behind it in the archive: \(reason), which is the limit (\(setting)); \(Self.wayOut)")
    limit = error
    return error
  }

  package static let wayOut = "unpack it and scan what comes out"
}
