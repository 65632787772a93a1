// `hopxguard scan`: find keys in files and folders, or in standard input.

import ArgumentParser
import Detection
import Inputs
import POSIX
import Reporting

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

  @OptionGroup var reporting: ReportOptions

  @OptionGroup var rules: RuleOptions

  @Option(help: ArgumentHelp("Threads; as many as there are processors unless given.", valueName: "n"))
  var jobs: Int = min(availableProcessors, 16)

  @Flag(help: "No progress line.")
  var noProgress = false

  func validate() throws {
    guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256.") }
    if paths.contains("") { throw ValidationError("A path is empty.") }
  }

  func run() throws {
    var report = try reporting.open()
    let set = try rules.load()
    let started = monotonicSeconds()

    var results = ScanResults()
    if paths.contains("-") { results.merge(try scanStandardInput(set, &report)) }
    let (work, problems) = findWork()
    results.problems += problems
    if !work.isEmpty { 
      results.merge(
        scanTree(work, set, allFiles: allFiles, jobs: jobs, showsProgress: !noProgress))
     }
    results.order()
    try report.add(results.findings)

    let outcome = results.outcome(listed: report.count, seconds: monotonicSeconds() - started)
    try report.finish(outcome)
    try reporting.conclude(outcome, report, set)
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
        if !quiet, try FileStatus.of(Path(text)).kind == .link {
          let name = escapedForTerminal(text.utf8)
          Console.say("\(name): a symbolic link, not followed; to scan what it leads to, name that\n")
        }
      } catch {
        problems.append(Problem(path: Path(text), message: "cannot be read: \(error)"))
      }
    }
    return (work, problems)
  }
}
