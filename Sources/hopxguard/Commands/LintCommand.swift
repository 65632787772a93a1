// `hopxguard lint`: code that would leak a key, before there is one.

import ArgumentParser
import Bytes
import Detection
import Findings
import GitCommand
import Platform
import Reporting
import Scanning

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Find code that would leak a key: logs, images, CI jobs, addresses.",
    discussion: """
      Reads Python, JavaScript and TypeScript, Swift, Go, Rust, Java, Ruby, PowerShell, shell scripts, Dockerfiles, \
      the YAML of GitHub, GitLab and compose, Makefiles, and notebooks, and follows a key through each file: \
      from HOPX_API_KEY to a log, an error's message or an address. The first 15 characters of a key may be \
      shown; what is masked or cut to them is no finding.

      A comment with a reason allows a line: hopxguard:allow REASON. The section [lint] of .hopxguard.toml \
      adds names of keys, logging functions and masks.

      Examples:
        hopxguard lint                        the folder you are in
        hopxguard lint src app.py
        hopxguard lint --fix --dry-run        show what --fix would write
        hopxguard lint --fix                  write api_key[:15] for api_key where that mends it
        hopxguard lint --format sarif=lint.sarif

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was read.
      """)

  @Argument(
    help: ArgumentHelp("Files and folders (default: the current folder).", valueName: "path"), completion: .file())
  var paths: [String] = []

  @Flag(help: "Mend what a change of one line mends, and report the rest.")
  var fix = false

  @Flag(help: "With --fix: show the changes and write nothing.")
  var dryRun = false

  @OptionGroup var reporting: ReportOptions

  @OptionGroup var settings: SettingsOptions

  @OptionGroup var policy: PolicyOptions

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if paths.contains("") { throw ValidationError("A path is empty.") }
    if paths.contains("-") {
      throw ValidationError("lint reads files: the name of a file says which language it is in.")
    }
    if dryRun && !fix { throw ValidationError("--dry-run goes with --fix.") }
  }

  func run() throws {
    let place = paths.isEmpty ? SettingsPlace.here : SettingsPlace(of: paths.map { Path(argument: $0) })
    var (setup, threads, format) = try reporting.preparing { () throws(ExitStatus) in
      var setup = try AskedSetup(
        allowFrom: policy.allowFrom, noAllow: policy.noAllow, baseline: policy.baseline, config: settings.config
      ).prepare(for: place)
      let (threads, format) = (try setup.jobs(jobs.count), try setup.format(reporting.formats))
      return (setup, threads, format)
    }
    reporting.explain(setup)
    setup.plan.options.lint = setup.settings.lint.options(areWarnings: false)
    setup.plan.options.searchesKeys = false
    let (targets, problems) = findTargets(setup.plan.skip)
    var run = ScanRun(setup.plan, into: try reporting.open(format))
    for problem in problems { run.add(problem) }
    var fixed: LintFixes?
    let seen = SeenPaths()
    for round in turns(targets) {
      var results = scanTree(
        round.map { .target($0) }, setup.plan.options, allFiles: false, jobs: threads,
        showsProgress: !jobs.noProgress, seen: seen)
      if fix {
        var fixes = fixed ?? LintFixes(options: setup.plan.options, policy: setup.plan.policy, isDry: dryRun)
        try fixes.mend(&results, targets)
        fixed = fixes
      }
      run.add(results)
    }
    let outcome = try run.finish(isWhole: false).outcome
    if let fixed { Console.say(fixed.summary) }
    try reporting.conclude(outcome, run.output)
  }

  private func findTargets(_ skip: SkipList) -> ([ScanTarget], [Problem]) {
    var targets: [ScanTarget] = []
    var problems: [Problem] = []
    for path in paths.isEmpty ? ["."] : paths.map({ Path(argument: $0) }) {
      do throws(SystemError) {
        let target = try locate(path, allFiles: false)
        let given = target.shown.relative(to: target.root.shown)
        targets.append(target.skipping(paths.isEmpty ? skip.everywhere : skip.below(given)))
      } catch {
        problems.append(Problem(path: path, message: "cannot be read: \(error)"))
      }
    }
    return (targets, problems)
  }
}
