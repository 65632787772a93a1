// The paths that a project does not want scanned, how many were skipped, and by which patterns. A path named on the
// command line is scanned all the same.

package import Platform
import Synchronization

/// Shared by the workers of a scan.
package final class SkipList: Sendable {
  private let patterns: [PathGlob]
  private let skipped = Atomic(0)
  /// Numbers of patterns that have taken a path.
  private let used = Mutex<Set<Int>>([])

  package init(_ patterns: [PathGlob]) { self.patterns = patterns }

  /// Paths that were left alone; a folder, and all below it, is one.
  var count: Int { skipped.load(ordering: .relaxed) }

  /// Numbers of patterns that have taken nothing, in order.
  var unused: [Int] { used.withLock { used in patterns.indices.filter { !used.contains($0) } } }

  /// The patterns for what is below `path`, which the caller has named: not those that skip it as a whole.
  package func below(_ path: Path) -> Skipping? {
    // A name that no pattern was written for: what takes it takes everything there.
    let any = path.appending("\u{1}".utf8)
    let others = patterns.indices.filter { patterns[$0].takes(path) || patterns[$0].takes(any) }
    // Nothing is learnt of these.
    used.withLock { $0.formUnion(others) }
    return skipping(patterns.indices.filter { !others.contains($0) })
  }

  /// All patterns.
  package var everywhere: Skipping? { skipping(Array(patterns.indices)) }

  private func skipping(_ numbers: [Int]) -> Skipping? {
    numbers.isEmpty ? nil : Skipping(list: self, numbers: numbers)
  }

  /// Some patterns of a list.
  package struct Skipping: Sendable {
    fileprivate let list: SkipList
    fileprivate let numbers: [Int]

    /// Whether what is at `path` is to be left alone; then it is counted as skipped.
    package func takes(_ path: Path, counts: Bool = true) -> Bool {
      guard let first = numbers.firstIndex(where: { list.patterns[$0].takes(path) }) else { return false }
      if counts { list.skipped.add(1, ordering: .relaxed) }
      // Compared without the lock: there may be hundreds of patterns.
      let known = list.used.withLock { $0 }
      let new = numbers[first...].filter { !known.contains($0) && list.patterns[$0].takes(path) }
      if !new.isEmpty { list.used.withLock { $0.formUnion(new) } }
      return true
    }
  }
}
