// Where scans push what they find.

package protocol FindingSink {
  /// Takes over what an input came to, or a part of a live input. All of it is final.
  mutating func take(_ share: ScanResults)
  /// The findings of all workers of this scan, which say when the report is full; nil for one worker.
  var pool: FindingPool? { get }
}

extension FindingSink {
  package var pool: FindingPool? { nil }
}

extension ScanResults: FindingSink {
  package mutating func take(_ share: ScanResults) {
    merge(share)
    limit()
  }
}

/// The results of one worker, which hands its findings to the pool when they are many.
struct WorkerResults: FindingSink {
  var results = ScanResults()
  let pool: FindingPool?

  mutating func take(_ share: ScanResults) {
    results.take(share)
    if let pool, results.findings.count >= FindingPool.share { pool.take(&results.findings) }
  }
}
