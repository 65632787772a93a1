// What a hook says of code that would leak a key.

import Bytes
import Findings
import Reporting

enum LintText {
  /// Findings that are shown. A hook's words are read in passing.
  private static let mostShown = 10

  static func hook(_ findings: [PolicyFinding]) -> String {
    let style = ColorChoice.auto.style(for: 2)
    let fails = findings.contains { !$0.isWarning }
    let title = "hopxguard: this commit adds code that would leak a key"
    var text = (fails ? style.danger(title + ".") : style.warning(title + "; it is committed all the same.")) + "\n\n"
    var reporter = ReportFormat.text.reporter(style: style)
    for finding in findings.prefix(mostShown) { text += String(decoding: reporter.report(finding), as: UTF8.self) }
    if findings.count > mostShown {
      text += "  ... and \(counted(findings.count - mostShown, "more finding"))\n"
    }
    return text + "\nA line that is meant so: add the comment hopxguard:allow REASON to it.\n"
  }
}
