// `hopxguard audit`: what the documentation asks of keys besides that they are not leaked.

import ArgumentParser
import Audit
import Bytes
import Detection
import Findings
import Inputs
import Platform
import Reporting
import Scanning

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Check how keys are kept: age, environments, places, file modes, base addresses.",
    discussion: """
      Reads a repository or a folder, ignored files and the history too, and the environment; with --machine \
      also your home folder, the system's profiles, services and crontabs. Lists each key with its places, its \
      age and what to do next. Sends nothing anywhere: hopxguard verify asks which keys are live.

      A key in an ignored env file, in ~/.hopx, in a shell's profile or in the environment is listed and is no \
      finding; a key elsewhere is one. A key is 90 days old: a warning. Its first appearance is a lower bound; \
      --keys has the day of its creation.

      Examples:
        hopxguard audit
        hopxguard audit --machine --max-age 180
        hopxguard audit --keys keys.json          a saved answer of GET /auth/api-keys
        aws secretsmanager get-secret-value --secret-id hopx | hopxguard audit --from-json -

      Exit codes: 0 nothing found, 1 found, 2 usage error or not everything was read.
      """)

  @Argument(
    help: ArgumentHelp("A folder or file; inside a repository the whole repository is read.", valueName: "path"),
    completion: .file())
  var path = "."

  @Flag(help: "Read the user's home folder and what the system runs or sets for users, too.")
  var machine = false

  @Option(
    help: ArgumentHelp("Days from which on a key's age is a finding (default: a warning from 90).", valueName: "n"))
  var maxAge: Int?

  @Option(
    help: ArgumentHelp("The account's keys, as GET /auth/api-keys lists them.", valueName: "file"), completion: .file())
  var keys: String?

  @Option(
    name: .customLong("from-json"), parsing: .singleValue,
    help: ArgumentHelp(
      "What a secret manager printed: the keys in it are in use. - is standard input; repeatable.", valueName: "file"),
    completion: .file())
  var managers: [String] = []

  @OptionGroup var jobs: JobOptions

  @OptionGroup var options: SetupOptions
  @OptionGroup var reporting: ReportOptions

  func validate() throws {
    if path.isEmpty { throw ValidationError("The path is empty.") }
    if let maxAge, maxAge < 1 { throw ValidationError("--max-age takes a number of days, 1 or more.") }
  }

  func run() throws {
    let place = SettingsPlace(of: [Path(argument: path)])
    var (setup, threads, format, list) = try reporting.preparing { () throws(ExitStatus) in
      var setup = try options.prepare(for: place, checksAddresses: true)
      return (setup, try setup.jobs(jobs.count), try setup.format(reporting.formats), try readKeys())
    }
    reporting.explain(setup)
    reporting.adapt(&setup.plan.options, format)
    setup.plan.options.collectsKeys = true
    var audit = KeyAudit(now: secondsSince1970(), root: place.top ?? "")
    audit.maxAge = maxAge
    audit.list = list
    var run = ScanRun(setup.plan, into: try reporting.open(format))

    let inputs = AuditInputs(
      top: place.top, path: Path(argument: path), skip: setup.plan.skip, isOfMachine: machine, jobs: threads,
      showsProgress: !jobs.noProgress)
    inputs.add(to: &run)
    for file in managers { audit.managers.insert(read(file, &run)) }
    let outcome = try run.finish(isWhole: false) { audit.examine(&$0) }.outcome
    try reporting.conclude(outcome, run.output)
  }

  // MARK: Inputs

  /// The text that a secret manager printed.
  ///
  /// - Returns: what reports call it.
  private func read(_ file: String, _ run: inout ScanRun<ReportWriter>) -> Path {
    let path = file == "-" ? Path("<secret manager>") : Path(argument: file)
    do throws(SystemError) {
      let text = file == "-" ? try standardInput() : try readWhole(path, limit: 16 << 20)
      let results = scan(text, path, run.plan.options)
      if results.findings.isEmpty {
        run.add(Problem(path: path, message: "no key is in it: is it what the secret manager printed?"))
      }
      run.add(results)
    } catch {
      run.add(Problem(path: path, message: "cannot be read: \(error)"))
    }
    return path
  }

  private func standardInput() throws(SystemError) -> [UInt8] {
    let contents = try readStandardInput(limit: 16 << 20)
    return withExtendedLifetime(contents) { Array(contents.bytes) }
  }

  private func readKeys() throws(ExitStatus) -> (keys: KeyList, file: Path)? {
    guard let keys else { return nil }
    let text: [UInt8]
    do throws(SystemError) { text = try readWhole(Path(argument: keys), limit: 16 << 20) } catch {
      throw Console.fail("--keys \(keys): cannot be read: \(error)")
    }
    guard let list = KeyList(parsing: text) else {
      throw Console.fail("--keys \(keys): is no answer of GET /auth/api-keys; save it as it came, without changes")
    }
    return (list, Path(argument: keys))
  }
}
