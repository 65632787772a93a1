// The one place where problems are redacted for display: a path or a message may quote an argument, a file name or
// git's messages, and any of them may contain a key.

package import Detection
package import Findings
import Platform

extension Outcome {
  /// - Parameters:
  ///   - problems: as they came; they are redacted here.
  ///   - warnings: the same.
  ///   - rules: whose secrets are redacted.
  package init(summary: Summary, problems: [Problem], warnings: [Problem] = [], rules: RuleSet) {
    var scanner = Scanner(rules: rules)
    self.init(
      summary: summary, problems: problems.map { $0.redacted(by: &scanner) },
      warnings: warnings.map { $0.redacted(by: &scanner) }, rules: rules.rules, ended: secondsSince1970())
  }
}

extension Problem {
  fileprivate func redacted(by scanner: inout Scanner) -> Problem {
    Problem(
      path: Path(scanner.redacted(path.bytes)), line: line,
      message: String(decoding: scanner.redacted(Array(message.utf8)), as: UTF8.self))
  }
}
