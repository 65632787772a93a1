// The paths that a project does not want scanned, and how many were not. What the caller named on the
// command line is scanned all the same.

import POSIX
import Synchronization

/// Shared by the workers of a scan.
final class SkipList: Sendable {
  private let patterns: [PathGlob]
  private let skipped = Atomic(0)

  init(_ patterns: [PathGlob]) { self.patterns = patterns }

  /// Paths that were left alone; a folder, and all below it, is one.
  var count: Int { skipped.load(ordering: .relaxed) }

  /// The patterns for what is below `path`, which the caller has named: not those that skip it as a whole.
  func below(_ path: Path) -> Skipping? {
    // A name that no pattern was written for: what takes it takes everything there.
    let any = path.appending("\u{1}".utf8)
    return skipping(patterns.filter { !$0.takes(path) && !$0.takes(any) })
  }

  /// All patterns.
  var everywhere: Skipping? { skipping(patterns) }

  private func skipping(_ patterns: [PathGlob]) -> Skipping? {
    patterns.isEmpty ? nil : Skipping(list: self, patterns: patterns)
  }

  /// Some patterns of a list.
  struct Skipping: Sendable {
    fileprivate let list: SkipList
    fileprivate let patterns: [PathGlob]

    /// Whether what is at `path` is to be left alone; then it is counted as skipped.
    func takes(_ path: Path, counts: Bool = true) -> Bool {
      guard patterns.contains(where: { $0.takes(path) }) else { return false }
      if counts { list.skipped.add(1, ordering: .relaxed) }
      return true
    }
  }
}
