// The findings of an input that is still arriving: each is reported as soon as it is found.

import Platform
import Scanning

struct LiveReport: FindingSink {
  var run: ScanRun<ReportWriter>
  /// False for a report that is written at the end.
  let isLive: Bool
  /// The progress line, which is taken away for what is reported.
  var display: ProgressDisplay?
  /// What is reported at the end.
  var rest = ScanResults()
  private(set) var failure: ExitStatus?

  init(run: ScanRun<ReportWriter>, isLive: Bool) {
    self.run = run
    self.isLive = isLive
  }

  mutating func take(_ share: ScanResults) {
    var share = share
    if isLive && !share.findings.isEmpty {
      display?.hide()
      do throws(ExitStatus) { try run.reportNow(&share) } catch { failure = failure ?? error }
    }
    rest.take(share)
  }
}
