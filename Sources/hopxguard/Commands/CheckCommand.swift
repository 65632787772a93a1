// `hopxguard check`: the coverage of .gitignore, a scan of the repository's tree and, in CI, one of the
// commits that the job is about, in one run and one report: the line for a CI job.

import ArgumentParser
import Bytes
import Detection
import Findings
import GitCommand
import Platform
import Reporting
import Scanning

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Run gitignore, scan and lint together: the command for a CI job.",
    discussion: """
      Checks the whole repository, from any folder in it. In GitHub Actions, GitLab CI, Buildkite, \
      Jenkins, CircleCI and Azure Pipelines it also scans what each commit of the job adds, and says \
      which commits those are. Code that would leak a key is a warning, unless --strict is given or the settings say \
      otherwise.

      Examples:
        hopxguard check
        hopxguard check --format github --format sarif=hopxguard.sarif

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was checked.
      """)

  @Argument(
    help: ArgumentHelp("Any folder or file of the repository; the whole repository is checked.", valueName: "path"),
    completion: .file())
  var path = "."

  @Option(
    help: ArgumentHelp("Scan these commits, whatever the CI system says.", valueName: "a..b"))
  var range: String?

  @Flag(help: "Scan no commits, only the tree, whatever the CI system says.")
  var noRange = false

  @Flag(help: "Treat warnings as findings, except those about too much being ignored.")
  var strict = false

  @OptionGroup var jobs: JobOptions

  @OptionGroup var options: SetupOptions
  @OptionGroup var reporting: ReportOptions

  func validate() throws {
    if range != nil && noRange { throw ValidationError("--range and --no-range do not go together.") }
    if path.isEmpty { throw ValidationError("The path is empty.") }
  }

  func run() throws {
    var (top, setup, threads, format) = try reporting.preparing { () throws(ExitStatus) in
      let top = try CoverageRun.findTop(path)
      var setup = try options.prepare(for: SettingsPlace(of: [top]), checksAddresses: true)
      let (threads, format) = (try setup.jobs(jobs.count), try setup.format(reporting.formats))
      return (top, setup, threads, format)
    }
    reporting.explain(setup)
    reporting.adapt(&setup.plan.options, format)
    setup.plan.options.lint = setup.settings.lint.optionsOfCheck(strict: strict)
    if setup.plan.options.lint != nil { setup.plan.policy.elsewhere.subtract(LintSettings.rules) }
    var run = ScanRun(setup.plan, into: try reporting.open(format))
    let coverage = CoverageRun(
      top: top, settings: setup.settings, strict: strict, options: setup.plan.options
    ).run()
    try run.report(coverage.findings, extent: coverage.extent)
    for problem in coverage.problems { run.add(problem) }

    var results = setup.scanWorkTree(top, jobs: threads, showsProgress: !jobs.noProgress)
    add(scanCommits(top, setup), to: &results)
    run.add(results)
    let outcome = try run.finish(isWhole: true).outcome
    for note in coverage.notes where !reporting.quiet { Console.say("note: \(Console.shown(note.utf8))\n") }
    try reporting.conclude(outcome, run.output)
  }

  // MARK: Commits

  private func scanCommits(_ top: Path, _ setup: ScanSetup) -> ScanResults {
    let skipping = setup.plan.skip.everywhere
    if noRange { return ScanResults() }
    let repository = GitRepository(folder: top, inherited: .fromHook)
    if let range {
      return scanRange(
        in: repository, CommitRange(Path(argument: range).bytes), setup.plan.options, skipping: skipping)
    }
    switch rangeOfCIJob(in: repository) {
    case nil:
      if isInCI { say("hopxguard cannot tell which commits this job is about; name them with --range A..B") }
      return ScanResults()
    case .none(let words)?:
      say(words)
      return ScanResults()
    case .range(let tips, let known, let words)?:
      say(words)
      return scanPush(
        in: repository, tips, known: known, excludedRefs: [], setup.plan.options, skipping: skipping)
    case .failure(let words)?: return failure("\(words). Name the commits with --range, or scan none with --no-range")
    }
  }

  /// Adds the findings of commits. What is still in the tree is one finding, with its commit.
  private func add(_ commits: ScanResults, to results: inout ScanResults) {
    func name(_ finding: Finding) -> [UInt8] {
      finding.path.bytes + [0] + Array("\(finding.place.rawValue)\0\(finding.rule)\0\(finding.fingerprint)".utf8)
    }
    let origins = Dictionary(commits.findings.map { (name($0), $0.commit) }) { first, _ in first }
    var inTree: Set<[UInt8]> = []
    for index in results.findings.indices {
      let name = name(results.findings[index])
      guard let commit = origins[name] else { continue }
      results.findings[index].commit = commit
      inTree.insert(name)
    }
    var commits = commits
    commits.findings.removeAll { inTree.contains(name($0)) }
    results.merge(commits)
  }

  private func say(_ words: String) {
    if !reporting.quiet { Console.say("note: scanning the tree; \(Console.shown(words.utf8))\n") }
  }

  private func failure(_ words: String) -> ScanResults {
    var results = ScanResults()
    results.problems.append(Problem(path: "", message: words))
    return results
  }
}
