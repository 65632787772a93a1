// Running a tree scan to its end: its threads, its progress line, its results.

import Detection
import POSIX
import Reporting
import Synchronization

/// Scans `work` with `jobs` threads.
func scanTree(
  _ work: [TreeWork], _ set: RuleSet, allFiles: Bool, jobs: Int, showsProgress: Bool
) -> ScanResults {
  let scan = TreeScan(work, allFiles: allFiles, mayRepeat: work.count > 1)
  let merged = Mutex(ScanResults())
  let body: @Sendable () -> Void = {
    var scanner = ContentScanner(rules: set)
    scan.work(&scanner)
    let results = scanner.results
    merged.withLock { $0.merge(results) }
  }
  var threads = ThreadGroup()
  for _ in 1..<max(2, jobs + 1) where !threads.start(body) { break }
  // A system that gives no thread still gets its scan.
  if threads.isEmpty { body() }
  if showsProgress && ProgressLine.isWanted {
    var line = ProgressLine()
    while !scan.stack.waitUntilDone(seconds: ProgressLine.interval) {
      let files = scan.files.load(ordering: .relaxed)
      let bytes = scan.bytes.load(ordering: .relaxed)
      line.show("scanning: \(counted(files, "file")), \(byteCount(bytes))")
    }
    line.clear()
  }
  threads.join()
  return merged.withLock { $0 }
}
