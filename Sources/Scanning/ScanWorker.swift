// A worker of a scan: it scans one input after the other and keeps what they come to.

package import Findings
package import Inputs
package import Platform

package struct ScanWorker: ~Copyable {
  private var content: ContentScanner
  private var sink: WorkerResults

  package init(_ options: ContentOptions) { self.init(options, opensArchives: true) }

  /// - Parameters:
  ///   - opensArchives: false for a diff, which shows only pieces of files.
  ///   - pool: takes the findings when they are many; nil where there is one worker.
  init(_ options: ContentOptions, opensArchives: Bool = true, pool: FindingPool? = nil) {
    content = ContentScanner(options)
    content.opensArchives = opensArchives
    sink = WorkerResults(pool: pool)
  }

  package var results: ScanResults { sink.results }

  /// Changes what was counted.
  package mutating func count(_ change: (inout Summary) -> Void) { change(&sink.results.summary) }

  /// Scans an input to its end; see `ContentScanner`.
  ///
  /// - Returns: bytes read.
  @discardableResult
  package mutating func scan(
    _ source: inout some ByteSource & ~Copyable, path: Path, place: Finding.Place = .content, firstLine: Int = 1,
    isWhole: Bool = true
  ) -> Int {
    content.scan(&source, path: path, place: place, firstLine: firstLine, isWhole: isWhole, into: &sink)
  }

  /// Whether a file of this name may be linted.
  func mayLint(_ path: Path) -> Bool { content.mayLint(path) }

  /// Whether a file of this name should be linted, and is too large for it.
  func leavesUnlinted(_ path: Path) -> Bool { content.leavesUnlinted(path) }

  /// Lints a file's text.
  mutating func lint(_ bytes: UnsafeRawBufferPointer, path: Path) { content.lint(bytes, path: path, into: &sink) }

  /// Scans a path itself for keys.
  mutating func scanName(_ path: Path) { content.scanName(path, into: &sink) }

  package mutating func addProblem(_ path: Path, _ message: String) {
    sink.results.problems.append(content.problem(path, message))
  }

  mutating func redacted(_ text: String) -> String { content.redacted(text) }
}
