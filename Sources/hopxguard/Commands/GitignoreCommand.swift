// `hopxguard gitignore`: can the files that hold secrets be committed, and what mends it.

import ArgumentParser
import Bytes
import Coverage
import Detection
import Findings
import Platform
import Reporting
import Scanning

struct GitignoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gitignore",
    abstract: "Check that files with secrets cannot be committed.",
    usage: "hopxguard gitignore [<options>] [<path>]",
    discussion: """
      Asks git which rule applies to .env, *.key, secrets/ and similar names, at the top and in every \
      folder with tracked files. Files that some tools keep keys in, such as .envrc, *.tfvars or *.pem, \
      are reported where they exist, and --fix adds their names too. Only rules that everyone has \
      count: those of .gitignore files as they are staged or committed.

      Examples:
        hopxguard gitignore               the repository you are in
        hopxguard gitignore --strict      treat what is recommended as required
        hopxguard gitignore --dry-run     what --fix would add
        hopxguard gitignore --fix         add the missing lines, and check again

      Exit codes: 0 everything is covered and none of it is tracked, 1 something was found, 2 usage \
      error, no repository, or not everything was checked.
      """)

  @Argument(
    help: ArgumentHelp("A folder or file in the repository.", valueName: "path"), completion: .file())
  var path = "."

  @Flag(help: "Append the missing lines to the top .gitignore, then check again.")
  var fix = false

  @Flag(help: "Show what --fix would append, and change nothing.")
  var dryRun = false

  @Flag(help: "Treat warnings as findings, except those about too much being ignored.")
  var strict = false

  @OptionGroup var options: SetupOptions
  @OptionGroup var reporting: ReportOptions

  func validate() throws {
    if path.isEmpty { throw ValidationError("The path is empty.") }
  }

  func run() throws {
    let (top, setup) = try reporting.preparing { () throws(ExitStatus) in
      let top = try CoverageRun.findTop(path)
      return (top, try options.prepare(for: SettingsPlace(of: [top])))
    }
    var run = ScanRun(setup.plan, into: try reporting.open())
    let check = CoverageRun(top: top, settings: setup.settings, strict: strict, options: setup.plan.options)
    var results = check.run(planning: fix || dryRun)
    if let change = results.fix {
      if dryRun {
        try show(change, setup.plan.options.rules)
      } else {
        try write(change, top)
        results = check.run()
      }
    } else if fix || dryRun, results.problems.isEmpty, !reporting.quiet {
      Console.say("Nothing to add to .gitignore.\n")
    }

    try run.report(results.findings, extent: results.extent)
    for problem in results.problems { run.add(problem) }
    let outcome = try run.finish(isWhole: false).outcome
    for note in results.notes where !reporting.quiet { Console.say("note: \(Console.shown(note.utf8))\n") }
    if !fix && !dryRun && !reporting.quiet && !results.suggested.isEmpty {
      Console.say("note: also good to ignore, and added by --fix: \(results.suggested.joined(separator: "  "))\n")
    }
    try reporting.conclude(outcome, run.output)
  }

  // MARK: --fix

  private func write(_ change: IgnoreFileFix, _ top: Path) throws(ExitStatus) {
    do throws(SystemError) {
      try writeAtomically(change.result, to: top.appending(".gitignore".utf8), mode: change.mode)
    } catch {
      throw Console.fail(".gitignore: cannot be written: \(error.call): \(error)")
    }
    if !reporting.quiet { Console.say("Added to .gitignore: \(change.lines.joined(separator: "  "))\n") }
  }

  /// The diff goes where it disturbs no report that a machine reads.
  private func show(_ change: IgnoreFileFix, _ rules: RuleSet) throws(ExitStatus) {
    var scanner = Scanner(rules: rules)
    let lines = scanner.redacted(change.diff).split(separator: 0x0A).map { line in
      line.last == 0x0D
        ? escapedForTerminal(line.dropLast()) + "\r" : escapedForTerminal(line)
    }
    let text = lines.joined(separator: "\n") + "\n\n"
    if reporting.showsText {
      try Console.write(Array(text.utf8))
    } else {
      Console.say(text)
    }
  }
}
