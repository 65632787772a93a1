// The options of every command that makes a report, and how such a command begins and ends.

public import ArgumentParser
import Detection
import POSIX
public import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct ReportOptions: ParsableArguments {
  @Option(help: "What the report looks like: text, json or jsonl.")
  var format: ReportFormat = .text

  @Option(help: "Write the report to a file instead of standard output.", completion: .file())
  var output: String?

  @Flag(help: "No summary and no advice on standard error.")
  var quiet = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColorChoice = .auto

  /// - Throws: `ExitStatus.failed`, after saying why, when the report could not go where it shall.
  func open() throws(ExitStatus) -> ReportWriter {
    if let output, let obstacle = obstacle(toReportAt: Path(argument: output)) {
      throw Console.fail("--output \(output): \(obstacle)")
    }
    return ReportWriter(
      reporter: format.reporter(style: output == nil ? color.style(for: STDOUT_FILENO) : .plain),
      output: output.map { Path(argument: $0) })
  }

  /// Says what the run came to, and ends it.
  ///
  /// - Throws: its exit status, unless it is clean.
  func conclude(_ outcome: Outcome, _ report: ReportWriter, _ set: RuleSet) throws(ExitStatus) {
    let style = color.style(for: STDERR_FILENO)
    if !outcome.isComplete {
      Console.say(outcome.problems.map { problemText($0, style: style) }.joined())
    }
    if !quiet {
      let found = set.rules.filter { report.rules.contains($0.id) }
      Console.say(summaryText(outcome, rules: found, style: style))
    }
    if !outcome.isComplete { throw .failed }
    if outcome.summary.findings > 0 { throw .found }
  }
}

extension ReportFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
