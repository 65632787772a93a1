// `hopxguard scan`: find keys in files and folders, or in standard input.

public import ArgumentParser
import Detection
import Inputs
import POSIX
public import Reporting
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Find keys in files and folders.",
    discussion: """
      Inside a git repository: the files that git tracks, and those it does not ignore. \
      Elsewhere, and with --all-files: every file.

      Examples:
        hopxguard scan                        the folder you are in
        hopxguard scan src deploy/values.yaml
        hopxguard scan --all-files .          ignored files and .git too
        docker logs app 2>&1 | hopxguard scan -
        hopxguard scan --format json --output report.json

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was scanned.
      """)

  @Argument(
    help: ArgumentHelp("Files and folders; - is standard input.", valueName: "path"),
    completion: .file())
  var paths: [String] = ["."]

  @Flag(help: "Ignored files and .git too.")
  var allFiles = false

  @Flag(help: "Everything the repository stores, reachable or not: all commits, files, stashes, notes.")
  var history = false

  @Flag(help: "With --history: what a shallow or partial clone lacks is no failure.")
  var acceptIncomplete = false

  @Option(
    help: "With --history: write the keys, whole, to a new file for git filter-repo --replace-text.",
    completion: .file())
  var replaceText: String?

  @Option(help: "What the report looks like: text, json or jsonl.")
  var format: ReportFormat = .text

  @Option(help: "Write the report to a file instead of standard output.", completion: .file())
  var output: String?

  @OptionGroup var rules: RuleOptions

  @Option(help: ArgumentHelp("Threads; as many as there are processors unless given.", valueName: "n"))
  var jobs: Int = min(availableProcessors, 16)

  @Flag(help: "No summary and no advice on standard error.")
  var quiet = false

  @Flag(help: "No progress line.")
  var noProgress = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColorChoice = .auto

  func validate() throws {
    guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256.") }
    if !history && (acceptIncomplete || replaceText != nil) {
      throw ValidationError("--accept-incomplete and --replace-text go with --history.")
    }
    if history && paths.contains("-") { throw ValidationError("--history takes repositories, not -.") }
    if paths.contains("") { throw ValidationError("A path is empty.") }
  }

  func run() throws {
    if let output, let obstacle = obstacle(toReportAt: Path(output)) {
      throw Console.fail("--output \(output): \(obstacle)")
    }
    let set = try rules.load()
    let started = monotonicSeconds()
    var report = ReportWriter(
      reporter: format.reporter(style: output == nil ? color.style(for: STDOUT_FILENO) : .plain),
      output: output.map { Path($0) })

    var results = ScanResults()
    if paths.contains("-") { results.merge(try scanStandardInput(set, &report)) }
    if history {
      results.merge(try scanHistory(set))
    }
    let (work, problems) = history ? ([], []) : findWork()
    results.problems += problems
    if !work.isEmpty { results.merge(
        scanTree(work, allFiles: allFiles, set, jobs: jobs, showsProgress: !noProgress)) }
    results.order()
    try report.add(results.findings)

    let outcome = results.outcome(listed: report.count, seconds: monotonicSeconds() - started)
    try report.finish(outcome)
    try conclude(outcome, report, set)
  }

  // MARK: Standard input

  private func scanStandardInput(
    _ set: RuleSet, _ report: inout ReportWriter
  ) throws(ExitStatus) -> ScanResults {
    var scanner = ContentScanner(rules: set)
    var source = StreamSource(descriptor: STDIN_FILENO)
    var failure: ExitStatus?
    let count = scanner.scan(&source, path: "<stdin>", isLive: true) { results in
      do throws(ExitStatus) { try report.add(results.findings) } catch { failure = failure ?? error }
      results.findings.removeAll()
    }
    if let failure { throw failure }
    scanner.results.summary.files += 1
    scanner.results.summary.bytes += count
    return scanner.results
  }

  // MARK: Files and folders

  /// What the PATHs come to, and those that come to nothing.
  private func findWork() -> ([TreeWork], [Problem]) {
    var work: [TreeWork] = []
    var problems: [Problem] = []
    for text in paths where text != "-" {
      do throws(SystemError) {
        work.append(try locate(Path(text), allFiles: allFiles))
      } catch {
        problems.append(Problem(path: Path(text), message: "cannot be read: \(error)"))
      }
    }
    return (work, problems)
  }

  // MARK: History

  private func scanHistory(_ set: RuleSet) throws(ExitStatus) -> ScanResults {
    var scan = HistoryScan(
      rules: set, jobs: jobs, showsProgress: !noProgress, collectsKeys: replaceText != nil)
    for path in paths { scan.scan(Path(path)) }
    var results = scan.results
    if acceptIncomplete {
      let style = color.style(for: STDERR_FILENO)
      for problem in scan.incomplete { Console.say(problemText(problem, style: style)) }
    } else {
      results.problems += scan.incomplete
    }
    if let replaceText, !scan.keys.isEmpty {
      do throws(SystemError) {
        let left = try writeReplacements(scan.keys, at: Path(replaceText))
        if left > 0 {
          Console.say("hopxguard: \(counted(left, "key")) with a line end in it not in --replace-text\n")
        }
      } catch { throw Console.fail("--replace-text \(replaceText): \(error)") }
    }
    return results
  }

  // MARK: The end

  private func conclude(_ outcome: Outcome, _ report: ReportWriter, _ set: RuleSet) throws(ExitStatus) {
    let style = color.style(for: STDERR_FILENO)
    for problem in outcome.problems { Console.say(problemText(problem, style: style)) }
    if !quiet {
      let found = set.rules.filter { report.rules.contains($0.id) }
      Console.say(summaryText(outcome, rules: found, style: style))
      if history && outcome.summary.findings > 0 { Console.say(historyAdvice(replacements: replaceText)) }
    }
    if !outcome.isComplete { throw .failed }
    if outcome.summary.findings > 0 { throw .found }
  }
}

extension ReportFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
