// How much memory the objects of a store may take while they are read, all workers together. A pack of a few
// kilobytes can hold objects of gigabytes, whatever its headers say.

import Platform

/// The memory of all workers that read a store.
///
/// Each worker may have small objects in memory at any time. One that comes to a larger object waits for a
/// gate, so that only one worker at a time holds such objects, and it gets most of the memory.
package final class ObjectMemory: Sendable {
  /// Bytes for all workers.
  let limit: Int
  /// Bytes of the largest object that a worker reads without the gate. Base, delta and result are in memory
  /// together, and as much again of bases that wait: a quarter of the limit for all workers.
  let largeObject: Int
  private let gate = Gate()

  /// What is meant by no limit being named.
  package static let usual = 1 << 30

  /// - Parameter jobs: workers.
  package init(limit: Int = usual, jobs: Int) {
    self.limit = limit
    largeObject = min(64 << 20, max(1 << 20, limit / (16 * max(1, jobs))))
  }

  /// Bytes that a worker may have in memory.
  func share(isBehindGate: Bool) -> Int { isBehindGate ? limit / 4 * 3 : 4 * largeObject }

  /// Bytes of bases that may wait for their next delta.
  func kept(isBehindGate: Bool) -> Int { isBehindGate ? limit / 8 * 3 : largeObject }

  func enter() { gate.enter() }
  func leave() { gate.leave() }
}
