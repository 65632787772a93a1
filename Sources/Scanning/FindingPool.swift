// The findings of all workers, merged while they work, so that a tree full of keys fills the memory once and not once
// for each worker.

import Findings
import Platform
import Synchronization

package final class FindingPool: Sendable {
  private let state = Mutex<(results: ScanResults, end: Path?)>((ScanResults(), nil))

  /// Findings that a worker keeps to itself at most, between two inputs.
  static let share = 4096

  /// Takes a worker's findings.
  func take(_ findings: inout [Finding]) {
    state.withLock { state in
      for finding in findings { state.results.add(finding) }
      state.end = state.results.end ?? state.end
    }
    findings.removeAll(keepingCapacity: true)
  }

  /// Whether the report is full of findings at paths before this one.
  func isFull(before path: Path) -> Bool {
    state.withLock { state in state.end.map { $0 < path } ?? false }
  }

  var results: ScanResults { state.withLock { $0.results } }
}
