// `hopxguard scan`: find keys in files and folders, in standard input, in what git is about to
// commit, in a range of commits, in a whole history, or in a diff.

import ArgumentParser
import Detection
import Findings
import GitCommand
import Inputs
import Platform
import Reporting
import Scanning
import Verification

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Find keys in files, commits, diffs and whole histories.",
    discussion: """
      By default scans files and folders: inside a git repository the files that git tracks and those \
      it does not ignore; elsewhere, and with --all-files, every file. A FIFO or a device is read to \
      its end.

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
      "Files and folders; - is standard input (default: the current folder).",
      valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Flag(help: "Scan ignored files and .git too.")
  var allFiles = false

  @Flag(help: "Scan what the next commit would add, from any folder of the repository.")
  var staged = false

  @Option(
    help: ArgumentHelp(
      "Scan what the commits from A to B add, with merges, messages and annotated tags. B alone: all history up to B.",
      valueName: "a..b"))
  var range: String?

  @Option(help: ArgumentHelp("The same as --range REV..HEAD.", valueName: "rev"))
  var since: String?

  @Option(
    help: ArgumentHelp("Scan the lines that a unified diff adds; - is standard input.", valueName: "file"),
    completion: .file())
  var diff: String?

  @Flag(help: "Scan everything the repository stores, reachable or not: all commits, files, stashes, notes.")
  var history = false

  @Flag(help: "With --history: do not fail for objects that a shallow or partial clone lacks.")
  var acceptIncomplete = false

  @Flag(
    help:
      "With --history: read object stores outside of the repository too, to which alternates, commondir or a link lead."
  )
  var outsideStores = false

  @Option(
    help: ArgumentHelp(
      "With --history: write the whole keys to a new file outside the working tree, for git filter-repo.",
      valueName: "file"),
    completion: .file())
  var replaceText: String?

  @Flag(help: "Then ask Hopx which of the keys are live, as hopxguard verify does.")
  var verify = false

  @OptionGroup var service: EndpointOption

  @OptionGroup var reporting: ReportOptions

  @OptionGroup var options: SetupOptions

  @Flag(help: "Print each setting and its origin, and scan nothing.")
  var showConfig = false

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if let address = paths.first(where: isAddress) {
      throw ValidationError(
        """
        '\(address)' is an address, and scan reads files and folders. Clone a repository first:
          git clone \(address) DIRECTORY && hopxguard scan --history DIRECTORY
        Or pipe a file:
          curl -fsSL \(address) | hopxguard scan -
        """)
    }
    if paths.contains("") { throw ValidationError("A path is empty.") }
    let modes = [
      ("--staged", staged), ("--range", range != nil), ("--since", since != nil),
      ("--diff", diff != nil), ("--history", history), ("--all-files", allFiles),
    ].filter(\.1).map(\.0)
    if modes.count > 1 {
      throw ValidationError("\(modes.joined(separator: " and ")) do not go together.")
    }
    if let mode = modes.first, mode != "--all-files", mode != "--history", !paths.isEmpty {
      throw ValidationError("\(mode) takes no paths: it scans the whole repository.")
    }
    if !history && (acceptIncomplete || outsideStores || replaceText != nil) {
      throw ValidationError("--accept-incomplete, --outside-stores and --replace-text go with --history.")
    }
    if service.endpoint != nil && !verify { throw ValidationError("--endpoint goes with --verify.") }
    if history && paths.contains("-") { throw ValidationError("--history scans repositories, not -.") }
  }

  /// What the exit code is about.
  enum Purpose { case findings, liveKeys }

  func run() throws { try run(for: .findings) }

  func run(for purpose: Purpose) throws {
    let place = place
    var (setup, threads, format, endpoint) = try reporting.preparing { () throws(ExitStatus) in
      if let replaceText, let obstacle = obstacle(toReplacementsAt: Path(argument: replaceText)) {
        throw Console.fail("--replace-text \(replaceText): \(obstacle)")
      }
      var setup = try options.prepare(for: place)
      let (threads, format) = (try setup.jobs(jobs.count), try setup.format(reporting.formats))
      return (setup, threads, format, try service.address())
    }
    if showConfig { return try show(setup.choices) }
    reporting.explain(setup)
    reporting.adapt(&setup.plan.options, format)
    setup.plan.options.collectsKeys = verify
    var run = ScanRun(setup.plan, into: try reporting.open(format))
    try scan(&run, jobs: threads)
    if let range, !reporting.quiet, !["..", "^!", "^-"].contains(where: range.contains) {
      let name = Console.shown(range.utf8)
      Console.say(
        "note: --range \(name) has no '..', so all history up to \(name) was scanned; what a branch adds to it: "
          + "--range \(name)..BRANCH\n")
    }
    let readsTree = !staged && range == nil && since == nil && diff == nil && !history
    if readsTree && paths.isEmpty && !reporting.quiet && standardInputHasData() {
      Console.say("note: standard input was not read, the folder was; to read it: hopxguard scan -\n")
    }
    let isWhole = history || (!allFiles && place.top != nil && isWholeTree(place))
    let end = try run.finish(isWhole: isWhole) { results in
      if verify { KeyCheck(endpoint: endpoint, showsProgress: !jobs.noProgress).verify(&results) }
    }
    var replacements: String?
    if let replaceText, try writeReplacements(end.keys, except: end.passed, to: replaceText) {
      replacements = replaceText
    }
    do throws(ExitStatus) { try reporting.conclude(end.outcome, run.output, isLiveOnly: purpose == .liveKeys) } catch {
      if history && end.outcome.summary.findings > 0 && !reporting.quiet {
        Console.say(historyAdvice(replacements: replacements))
      }
      throw error
    }
  }

  /// The repository whose settings count.
  private var place: SettingsPlace {
    if staged || range != nil || since != nil || diff != nil || paths.isEmpty { return .here }
    return SettingsPlace(of: paths.map { Path(argument: $0) })
  }

  private func show(_ choices: [ScanSetup.Choice]) throws(ExitStatus) {
    for choice in choices {
      try Console.writeLine("\(choice.name) = \(choice.value)    \(choice.origin)")
    }
  }

  private func scan(_ run: inout ScanRun<ReportWriter>, jobs threads: Int) throws(ExitStatus) {
    let options = run.plan.options
    if staged { return run.add(scanStaged(in: .here, options, skipping: run.plan.skip.everywhere)) }
    if let range = range ?? since {
      let revisions = Path(argument: range).bytes + (since == nil ? [] : Array("..HEAD".utf8))
      return run.add(
        scanRange(in: .here, CommitRange(revisions), options, skipping: run.plan.skip.everywhere))
    }
    // A diff and a history have no place at which a path is left alone: what is found there is.
    if diff != nil || history { run.plan.skipByFinding() }
    if let diff { return run.add(scanDiff(Path(argument: diff), options)) }
    if history { return run.add(scanHistory(options, jobs: threads)) }
    let found = findTargets(run.plan.skip)
    for problem in found.problems { run.add(problem) }
    for stream in found.streams { try scanStream(stream, &run) }
    let rounds = turns(found.targets)
    let seen = rounds.count > 1 ? SeenPaths() : nil
    for targets in rounds {
      run.add(
        scanTree(
          targets.map { .target($0) }, options, allFiles: allFiles, jobs: threads,
          showsProgress: !jobs.noProgress, seen: seen))
    }
  }

  // MARK: Streams

  /// - Parameter path: `-` is standard input; else of a FIFO or a device, which is waited for.
  private func scanStream(_ path: Path, _ run: inout ScanRun<ReportWriter>) throws(ExitStatus) {
    if path == "-" { return try scanStream(standardInput, "<stdin>", &run) }
    let stream: Descriptor
    do throws(SystemError) {
      stream = try .open(path, flags: Descriptor.toRead)
    } catch {
      return run.add(Problem(path: path, message: "cannot be read: \(error)"))
    }
    try scanStream(stream.number, trimmed(path), &run)
  }

  private func scanStream(_ number: CInt, _ path: Path, _ run: inout ScanRun<ReportWriter>) throws(ExitStatus) {
    var scanner = ContentScanner(run.plan.options)
    let progress = ReadingProgress()
    var source = StreamSource(descriptor: number, progress: progress)
    // A report that is written at the end has no room for the findings of an endless stream.
    let isLive = run.output.isStreamed && !verify
    var live = LiveReport(run: run, isLive: isLive)
    let count = ProgressDisplay.during(!jobs.noProgress, { "scanning: \(progress.text)" }) { display in
      live.display = display
      return scanner.scan(&source, path: path, isLive: isLive, into: &live)
    }
    live.rest.summary.files += 1
    live.rest.summary.bytes += count
    run = live.run
    if let failure = live.failure { throw failure }
    run.add(live.rest)
  }

  // MARK: Files and folders

  /// The targets of the PATHs, and problems for those without one.
  private func findTargets(_ skip: SkipList) -> (streams: [Path], targets: [ScanTarget], problems: [Problem]) {
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
          let target = try locate(path, allFiles: allFiles)
          let given = target.shown.relative(to: target.root.shown)
          let patterns = paths.isEmpty ? skip.everywhere : skip.below(given)
          targets.append(target.skipping(allFiles ? nil : patterns))
        }
      } catch {
        problems.append(Problem(path: path, message: "cannot be read: \(error)"))
      }
    }
    return (streams, targets, problems)
  }

  /// Whether the whole working tree of a repository is scanned.
  private func isWholeTree(_ place: SettingsPlace) -> Bool {
    if staged || range != nil || since != nil || diff != nil || paths.count > 1 { return false }
    let path = try? canonicalPath(paths.first.map { Path(argument: $0) } ?? ".")
    return path != nil && path == place.top
  }

  // MARK: History

  private func scanHistory(_ options: ContentOptions, jobs threads: Int) -> ScanResults {
    var scan = HistoryScan(
      options, jobs: threads, showsProgress: !jobs.noProgress, collectsKeys: replaceText != nil,
      readsOutside: outsideStores)
    for path in paths.isEmpty ? ["."] : paths { scan.scan(Path(argument: path)) }
    var results = scan.results
    if acceptIncomplete {
      let style = reporting.color.style(for: standardError)
      for problem in scan.incomplete { Console.say(problemText(problem, style: style)) }
    } else {
      results.problems += scan.incomplete
    }
    return results
  }
}

/// Whether a PATH is a URL, or a repository's address as in `git@HOST:PATH`.
private func isAddress(_ path: String) -> Bool {
  let schemes = ["http", "https", "ssh", "git", "ftp", "file", "git+ssh", "s3", "gs"]
  if schemes.contains(where: { path.hasPrefix($0 + "://") }) { return true }
  let parts = path.split(separator: ":", maxSplits: 1)
  return path.hasPrefix("git@") && parts.count == 2 && !parts[0].contains("/")
}
