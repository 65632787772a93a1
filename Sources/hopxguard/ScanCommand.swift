// `hopxguard scan`: find keys in files and folders, in standard input, in what git is about to
// commit, in a range of commits, in a whole history, or in a diff.

import ArgumentParser
import Detection
import Git
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
    abstract: "Find keys in files, commits, diffs and whole histories.",
    discussion: """
      Without an option: files and folders. Inside a git repository the files that git tracks, and \
      those it does not ignore; elsewhere, and with --all-files, every file. A FIFO or a device is \
      read to its end.

      Examples:
        hopxguard scan                        the folder you are in
        hopxguard scan src deploy/values.yaml
        hopxguard scan --all-files .          ignored files and .git too
        docker logs app 2>&1 | hopxguard scan -
        hopxguard scan --staged               what the next commit would add
        hopxguard scan --range main..HEAD     what these commits add, each on its own
        hopxguard scan --history              everything the repository stores
        hopxguard scan --diff change.patch    the lines that a diff adds
        hopxguard scan --format text --format sarif=hopxguard.sarif

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was scanned.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files and folders; - is standard input. The folder you are in unless given.",
      valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Flag(help: "Ignored files and .git too.")
  var allFiles = false

  @Flag(help: "What the next commit would add, from any folder of the repository.")
  var staged = false

  @Option(
    help: ArgumentHelp(
      "What the commits from A to B add, merges, messages and annotated tags too.", valueName: "a..b"))
  var range: String?

  @Option(help: ArgumentHelp("The same as --range REV..HEAD.", valueName: "rev"))
  var since: String?

  @Option(
    help: ArgumentHelp("The lines that a unified diff adds; - is standard input.", valueName: "file"),
    completion: .file())
  var diff: String?

  @Flag(help: "Everything the repository stores, reachable or not: all commits, files, stashes, notes.")
  var history = false

  @Flag(help: "With --history: what a shallow or partial clone lacks is no failure.")
  var acceptIncomplete = false

  @Option(
    help: "With --history: write the keys, whole, to a new file for git filter-repo --replace-text.",
    completion: .file())
  var replaceText: String?

  @OptionGroup var reporting: ReportOptions

  @OptionGroup var rules: RuleOptions

  @Option(help: ArgumentHelp("Threads; as many as there are processors unless given.", valueName: "n"))
  var jobs: Int = min(availableProcessors, 16)

  @Flag(help: "No progress line.")
  var noProgress = false

  func validate() throws {
    guard (1...256).contains(jobs) else { throw ValidationError("--jobs takes 1 to 256.") }
    if paths.contains("") { throw ValidationError("A path is empty.") }
    let modes = [
      ("--staged", staged), ("--range", range != nil), ("--since", since != nil),
      ("--diff", diff != nil), ("--history", history), ("--all-files", allFiles),
    ].filter(\.1).map(\.0)
    if modes.count > 1 {
      throw ValidationError("\(modes.joined(separator: " and ")) do not go together.")
    }
    if let mode = modes.first, mode != "--all-files", mode != "--history", !paths.isEmpty {
      throw ValidationError("\(mode) takes no paths: it is about the whole repository.")
    }
    if !history && (acceptIncomplete || replaceText != nil) {
      throw ValidationError("--accept-incomplete and --replace-text go with --history.")
    }
    if history && paths.contains("-") { throw ValidationError("--history takes repositories, not -.") }
  }

  func run() throws {
    var report = try reporting.open()
    let set = try rules.load()
    let started = monotonicSeconds()
    var results = try scan(set, &report)
    results.order()
    try report.add(results.findings)

    let outcome = results.outcome(
      listed: report.count, seconds: monotonicSeconds() - started, rules: set)
    try report.finish(outcome)
    do throws(ExitStatus) { try reporting.conclude(outcome, report, set) } catch {
      if history && outcome.summary.findings > 0 && !reporting.quiet {
        Console.say(historyAdvice(replacements: replaceText))
      }
      throw error
    }
  }

  private func scan(_ set: RuleSet, _ report: inout ReportWriter) throws(ExitStatus) -> ScanResults {
    if staged { return scanStaged(set) }
    if let range { return scanRange(CommitRange(Path(argument: range).bytes), set) }
    if let since {
      return scanRange(CommitRange(Path(argument: since).bytes + Array("..HEAD".utf8)), set)
    }
    if let diff { return scanDiff(diff, set) }
    if history { return try scanHistory(set) }
    var results = ScanResults()
    let found = findTargets()
    results.problems += found.problems
    for stream in found.streams { results.merge(try scanStream(stream, set, &report)) }
    let turns = turns(found.targets)
    let seen = turns.count > 1 ? SeenPaths() : nil
    for targets in turns {
      results.merge(
        scanTree(
          targets.map { .target($0) }, set, allFiles: allFiles, jobs: jobs,
          showsProgress: !noProgress, seen: seen))
    }
    return results
  }

  // MARK: Streams

  /// - Parameter path: `-` is standard input; else of a FIFO or a device, which is waited for.
  private func scanStream(
    _ path: Path, _ set: RuleSet, _ report: inout ReportWriter
  ) throws(ExitStatus) -> ScanResults {
    if path == "-" { return try scanStream(STDIN_FILENO, "<stdin>", set, &report) }
    let stream: Descriptor
    do throws(SystemError) {
      stream = try .open(path, flags: O_RDONLY | O_CLOEXEC | O_NOCTTY)
    } catch {
      var results = ScanResults()
      results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
      return results
    }
    return try scanStream(stream.number, trimmed(path), set, &report)
  }

  private func scanStream(
    _ number: CInt, _ path: Path, _ set: RuleSet, _ report: inout ReportWriter
  ) throws(ExitStatus) -> ScanResults {
    var scanner = ContentScanner(rules: set)
    var source = StreamSource(descriptor: number)
    var failure: ExitStatus?
    // A report that is written at the end has no room for the findings of an endless stream.
    let isLive = report.isStreamed
    let count = scanner.scan(&source, path: path, isLive: isLive) { results in
      do throws(ExitStatus) { try report.add(results.findings) } catch { failure = failure ?? error }
      results.findings.removeAll()
    }
    if let failure { throw failure }
    scanner.results.summary.files += 1
    scanner.results.summary.bytes += count
    return scanner.results
  }

  // MARK: Files and folders

  /// What the PATHs stand for, and those that stand for nothing.
  private func findTargets() -> (streams: [Path], targets: [ScanTarget], problems: [Problem]) {
    var streams: [Path] = []
    var targets: [ScanTarget] = []
    var problems: [Problem] = []
    for path in paths.isEmpty ? ["."] : paths.map({ Path(argument: $0) }) {
      do throws(SystemError) {
        if path == "-" {
          if !streams.contains(path) { streams.append(path) }
        } else if try FileStatus.following(path).kind == .special {
          streams.append(path)
        } else {
          targets.append(try locate(path, allFiles: allFiles))
        }
      } catch {
        problems.append(Problem(path: path, message: "cannot be read: \(error)"))
      }
    }
    return (streams, targets, problems)
  }

  // MARK: History

  private func scanHistory(_ set: RuleSet) throws(ExitStatus) -> ScanResults {
    var scan = HistoryScan(
      rules: set, jobs: jobs, showsProgress: !noProgress, collectsKeys: replaceText != nil)
    for path in paths.isEmpty ? ["."] : paths { scan.scan(Path(argument: path)) }
    var results = scan.results
    if acceptIncomplete {
      let style = reporting.color.style(for: STDERR_FILENO)
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
}
