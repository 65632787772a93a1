// The budget of one archive with all its contents: a bomb of a few kilobytes must not keep a scan busy for hours, and a
// limit that was hit is always reported.

internal import Bytes
package import Inputs
internal import Platform

package struct ArchiveLimits: Sendable {
  /// Archives in archives.
  package var depth = 4
  /// More than any source tree holds, in all archives of an archive together.
  package var entries = 500_000
  /// Bytes that come out of compressed data, every layer counted: half a minute's work.
  package var bytes = 10 << 30
  /// Maximum expansion ratio. Deflate reaches at most 1032, with nothing but zeros.
  package var ratio = 1000
  /// Maximum memory in bytes for an archive: in some formats the archive says how much of its output has to be kept.
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
  /// The limit that was hit; nil while there is room.
  package private(set) var limit: InputError?
  /// Bytes of the archive on the outside that have been read.
  package var read = 0
  private var entries = 0
  private var bytes = 0
  /// Bytes of archives in one another that are in memory, whole.
  var held = 0
  /// Bytes of memory that the formats being read have declared, of the archive and those in it.
  private var declared = 0
  private var processes = 0
  /// Whether this is the one archive that may take much memory.
  private var isLarge = false

  /// Bytes that have to come out before their ratio to those that went in matters.
  private static let ratioFrom = 32 << 20
  /// Bytes that an archive may declare while others are read at the same time.
  private static let mostBeside = 128 << 20

  /// Held by the one archive that takes much memory, so that what a scan may take does not grow with its
  /// threads. Who holds it waits for no other.
  private static let largeOnes = Gate()

  package init(_ limits: ArchiveLimits) { self.limits = limits }

  /// - Throws: `InputError` when this is one too many.
  package func takeEntry() throws(InputError) {
    entries += 1
    if entries > limits.entries { throw stop("it has more than \(limits.entries) entries", "archive-entries") }
  }

  /// - Parameter count: the number of extracted bytes.
  /// - Throws: `InputError` if they are too many.
  func take(_ count: Int) throws(InputError) {
    bytes += count
    if bytes > limits.bytes { throw stop("it expands to more than \(byteSizeText(limits.bytes))", "archive-size") }
    if bytes > Self.ratioFrom, bytes / limits.ratio > read {
      throw stop("it expands to more than \(limits.ratio) times its size", "archive-ratio")
    }
  }

  /// Declares memory that a reader needs, before it takes it. Waits while another archive takes much.
  ///
  /// - Returns: whether the archive may have it.
  fileprivate func declare(_ count: Int) -> Bool {
    let (sum, isTooLarge) = declared.addingReportingOverflow(count)
    if isTooLarge || sum > limits.memory { return false }
    declared = sum
    waitIfLarge()
    return true
  }

  fileprivate func release(_ count: Int) {
    declared -= count
    leaveIfSmall()
  }

  /// Counts a process that reads an archive apart and may take all the memory that one archive may.
  fileprivate func declareProcess() {
    processes += 1
    waitIfLarge()
  }

  fileprivate func releaseProcess() {
    processes -= 1
    leaveIfSmall()
  }

  private var needsMuch: Bool { declared > Self.mostBeside || processes > 0 }

  private func waitIfLarge() {
    if isLarge || !needsMuch { return }
    Self.largeOnes.enter()
    isLarge = true
  }

  private func leaveIfSmall() {
    if !isLarge || needsMuch { return }
    isLarge = false
    Self.largeOnes.leave()
  }

  func outOfMemory() -> InputError {
    stop("it takes more than \(byteSizeText(limits.memory)) of memory", "archive-memory")
  }

  private func stop(_ reason: String, _ setting: String) -> InputError {
    let error = InputError(
      "not scanned to its end, nor what follows it in the archive: \(reason), which is the limit "
        + "(\(setting)); \(Self.wayOut)"
    )
    limit = error
    return error
  }

  package static let wayOut = "unpack it and scan what comes out"
}

/// The memory that one reader has declared, until it is gone.
final class ArchiveMemory {
  private let budget: ArchiveBudget
  private var bytes = 0
  private let isProcess: Bool

  /// Bytes below which memory is not counted.
  static let small = 16 << 20

  /// - Parameter isProcess: a process of its own, which is held to a limit of its own.
  init(_ budget: ArchiveBudget, isProcess: Bool = false) {
    self.budget = budget
    self.isProcess = isProcess
    if isProcess { budget.declareProcess() }
  }

  deinit {
    budget.release(bytes)
    if isProcess { budget.releaseProcess() }
  }

  /// - Returns: whether the reader may have `count` bytes.
  func raise(to count: Int) -> Bool {
    if count <= bytes { return true }
    guard budget.declare(count - bytes) else { return false }
    bytes = count
    return true
  }
}
