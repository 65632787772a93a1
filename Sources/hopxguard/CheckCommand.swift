// `hopxguard check`: the coverage of .gitignore and a scan of the repository in one run and one
// report, the line for a CI job.

import ArgumentParser
import Detection
import POSIX
import Reporting

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "gitignore and scan together: the line for a CI job.",
    discussion: """
      Looks at the whole repository, wherever in it you are.

      Examples:
        hopxguard check
        hopxguard check --format github --format sarif=hopxguard.sarif

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was looked at.
      """)

  @Argument(
    help: ArgumentHelp("A folder or file in the repository.", valueName: "path"), completion: .file())
  var path = "."

  @Flag(help: "Warnings are findings.")
  var strict = false

  @Option(help: ArgumentHelp("Threads; as many as there are processors unless given.", valueName: "n"))
  var jobs: Int = min(availableProcessors, 16)

  @Flag(help: "No progress line.")
  var noProgress = false

  @OptionGroup var rules: RuleOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var reporting: ReportOptions

  func validate() throws {
    guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256.") }
    if path.isEmpty { throw ValidationError("The path is empty.") }
  }

  func run() throws {
    var report = try reporting.open()
    let set = try rules.load()
    let started = monotonicSeconds()
    let top = try CoverageRun.findTop(path)
    let coverage = CoverageRun(
      top: top, settings: try settings.load(top: top), strict: strict, rules: set
    ).run()
    try report.add(coverage.findings)
    for note in coverage.notes where !reporting.quiet { Console.say("note: \(escapedForTerminal(note.utf8))\n") }

    var results = ScanResults()
    results.problems = coverage.problems
    do throws(SystemError) {
      results.merge(
        scanTree(
          [.target(try locate(top, allFiles: false))], set, allFiles: false, jobs: jobs,
          showsProgress: !noProgress))
    } catch {
      results.problems.append(Problem(path: "", message: "cannot be read: \(error)"))
    }
    results.order()
    try report.add(results.findings)
    results.summary.coverage = coverage.extent
    let outcome = results.outcome(
      listed: report.count, seconds: monotonicSeconds() - started, rules: set)
    try report.finish(outcome)
    try reporting.conclude(outcome, report, set)
  }
}
