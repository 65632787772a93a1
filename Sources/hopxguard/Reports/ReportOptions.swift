// The options of every command that makes a report, and how such a command begins and ends.

import ArgumentParser
import Bytes
import Detection
import Findings
import Platform
import Reporting
import Rules
import Scanning
import Synchronization

struct ReportOptions: ParsableArguments {
  @Option(
    name: .customLong("format"), parsing: .singleValue,
    help: ArgumentHelp(
      "Report format; with =FILE the report goes to that file. Repeatable.",
      valueName: "format[=file]"))
  var formats: [ReportTarget] = []

  @Option(
    help: ArgumentHelp("Write the report to a file instead of standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(name: .shortAndLong, help: "Print no summary, advice or warnings on standard error.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print first which settings apply, and where they come from.")
  var verbose = false

  @Option(
    help: ArgumentHelp("In the text report, show this many places of each key; the rest is counted.", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("When to use colour.", valueName: "when"))
  var color: ColorChoice = .auto

  /// Places of one key that a report for people shows.
  private var places: Int { limit ?? usualPlaces }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1.") }
    if output != nil {
      if formats.count > 1 {
        throw ValidationError("--output takes one format; write --format FORMAT=FILE for each of several.")
      }
      if formats.first?.file != nil {
        throw ValidationError("--output and --format \(formats[0].format)=FILE both name the report's file.")
      }
    }
    let targets = targets(.text)
    let shown = targets.filter { $0.file == nil }
    if shown.count > 1 {
      let names = shown.map(\.format.rawValue).joined(separator: " and ")
      throw ValidationError(
        "\(names) cannot both go to standard output; give a file, as in --format \(shown[1].format.rawValue)=FILE.")
    }
    let files = targets.compactMap(\.file)
    if Set(files).count < files.count { throw ValidationError("Two reports would go to one file; give each its own.") }
  }

  /// What was asked for, or the usual format.
  private func targets(_ usual: ReportFormat) -> [ReportTarget] {
    let asked = formats.isEmpty ? [ReportTarget(format: usual, file: nil)] : formats
    return output.map { [ReportTarget(format: asked[0].format, file: $0)] } ?? asked
  }

  /// Whether the report on standard output is one for people, where text is the usual format.
  var showsText: Bool { targets(.text).contains { $0.file == nil && $0.format == .text } }

  /// Says which settings apply, where that was asked for.
  func explain(_ setup: ScanSetup) {
    if !verbose { return }
    for choice in setup.choices {
      Console.say("\(Console.shown("\(choice.name) = \(choice.value)    \(choice.origin)".utf8))\n")
    }
  }

  /// Has contents read as the reports need it.
  ///
  /// - Parameter usual: the format unless one was asked for.
  func adapt(_ content: inout ContentOptions, _ usual: ReportFormat) {
    let formats = targets(usual).map(\.format)
    content.readsText = formats.contains(where: \.readsText)
    content.hashesLines = formats.contains(where: \.hashesLines)
  }

  /// What a report needs to know before it is opened. Where that fails, no report of an earlier run is left
  /// that could be taken for this one's.
  func preparing<Setup>(_ prepare: () throws(ExitStatus) -> Setup) throws(ExitStatus) -> Setup {
    do throws(ExitStatus) { return try prepare() } catch {
      _ = try open()
      throw error
    }
  }

  /// - Parameter usual: the format unless one was asked for.
  /// - Throws: `ExitStatus.failed`, after saying why, when a report could not go where it shall.
  func open(_ usual: ReportFormat = .text) throws(ExitStatus) -> ReportWriter {
    let targets = targets(usual)
    var sinks: [ReportSink] = []
    for target in targets {
      guard let file = target.file else {
        sinks.append(
          ReportSink(
            target.format.reporter(
              style: color.style(for: standardOutput), columns: terminalColumns(of: standardOutput), places: places),
            to: .standardOutput,
            isStreamed: target.format.isStreamed))
        continue
      }
      let option = output == nil ? "--format \(target.format.rawValue)=" : "--output "
      sinks.append(
        ReportSink(
          target.format.reporter(style: .plain, isFile: true, places: places),
          to: .file(Path(argument: file), name: option + file), isStreamed: false))
    }
    if targets.contains(where: { $0.format == .github }), let path = environmentVariable("GITHUB_STEP_SUMMARY") {
      if !path.bytes.isEmpty { sinks.append(ReportSink(GitHubSummaryReporter(), to: .page(path), isStreamed: true)) }
    }
    return try ReportWriter(sinks)
  }

  /// Prints the result of the run, and ends it.
  ///
  /// - Parameter isLiveOnly: only keys that are live count.
  /// - Throws: its exit status, unless it is clean.
  func conclude(_ outcome: Outcome, _ report: ReportWriter, isLiveOnly: Bool = false) throws(ExitStatus) {
    let style = color.style(for: standardError)
    if !outcome.isComplete {
      Console.say(outcome.problems.map { problemText($0, style: style) }.joined())
    }
    for remark in report.remarks { Console.say("note: \(remark)\n") }
    if !quiet {
      Console.say(outcome.warnings.map { problemText($0, label: "warning:", style: style) }.joined())
      Console.say(summaryText(outcome, keys: report.keys, advises: true, style: style))
    }
    if !outcome.isComplete { throw .failed }
    let counts =
      isLiveOnly
      ? (outcome.summary.verified ?? []).contains { $0.verification.status.isLive } : outcome.summary.findings > 0
    if counts { throw .found }
  }
}

extension ColorChoice: ExpressibleByArgument {}
