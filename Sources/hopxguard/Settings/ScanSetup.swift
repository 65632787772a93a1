// The setup of a scan from the command line, the environment and the project's settings: rules, skipped paths, and
// what is allowed.

import Audit
import Bytes
import Detection
import Findings
import Platform
import Reporting
import Rules
import Scanning
import TOML

struct ScanSetup {
  /// A value and its origin.
  struct Choice {
    let name: String
    let value: String
    let origin: String
  }

  var plan: ScanPlan
  let settings: Settings
  /// What errors and listings call the settings' file.
  var source: String { plan.settingsName }
  /// For `--show-config`.
  var choices: [Choice] = []

  /// What a scan of a whole working tree finds. If it cannot be read, that is a problem.
  func scanWorkTree(_ top: Path, jobs: Int, showsProgress: Bool) -> ScanResults {
    do throws(SystemError) {
      return scanTree(
        [.target(try locate(top, allFiles: false).skipping(plan.skip.everywhere))], plan.options, allFiles: false,
        jobs: jobs, showsProgress: showsProgress)
    } catch {
      var results = ScanResults()
      results.problems.append(Problem(path: "", message: "cannot be read: \(error)"))
      return results
    }
  }

  /// `HOPXGUARD_JOBS`, or what the settings say, where the command line does not.
  mutating func jobs(_ option: Int?) throws(ExitStatus) -> Int {
    let usual = min(availableProcessors, 16)
    var value = option
    if option == nil, let text = environment("JOBS") {
      value = Int(text)
      guard let value, jobCounts.contains(value) else {
        throw Console.fail("HOPXGUARD_JOBS takes \(jobCounts.lowerBound) to \(jobCounts.upperBound)")
      }
    }
    choices.append(
      Choice(
        name: "jobs", value: "\(value ?? settings.jobs?.value ?? usual)",
        origin: origin("jobs", option: option != nil, line: settings.jobs?.line)))
    return value ?? settings.jobs?.value ?? usual
  }

  /// `HOPXGUARD_FORMAT`, or what the settings say, where the command line does not.
  mutating func format(_ asked: [ReportTarget]) throws(ExitStatus) -> ReportFormat {
    var format = settings.format?.value ?? .text
    if let text = environment("FORMAT") {
      guard let value = ReportFormat(rawValue: text) else {
        let names = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw Console.fail("HOPXGUARD_FORMAT takes one of \(names)")
      }
      format = value
    }
    let names = asked.isEmpty ? [format.rawValue] : asked.map(\.format.rawValue)
    choices.append(
      Choice(
        name: "format", value: names.map { "\"\($0)\"" }.joined(separator: ", "),
        origin: origin("format", option: !asked.isEmpty, line: settings.format?.line)))
    return format
  }

  func origin(_ name: String, option: Bool, line: Int?) -> String {
    let variable = name.uppercased().map { $0 == "-" ? "_" : $0 }
    if option { return "--\(name)" }
    if environment(String(variable)) != nil { return "HOPXGUARD_\(String(variable))" }
    return line.map { "\(source):\($0)" } ?? "default"
  }
}

/// Today in UTC, as `YYYY-MM-DD`.
var today: String { String(utcDate(secondsSince1970()).prefix(10)) }

/// Puts a setup together, step by step.
struct SetupReader {
  private(set) var setup: ScanSetup
  private let files: SettingsSource
  private let place: SettingsPlace
  /// IDs of the rules that the caller has asked for.
  private var fixedRules: Set<String> = []

  init(_ read: (settings: Settings, name: String, files: SettingsSource), _ place: SettingsPlace, checksAddresses: Bool)
  {
    var policy = Policy(today: today)
    policy.allowed = read.settings.allowed
    policy.elsewhere = Set(
      (checksAddresses ? [] : [Rule.addressID]) + (AuditRule.allCases.map(\.rawValue) + LintSettings.rules))
    var plan = ScanPlan(
      in: place.repository, options: ContentOptions(rules: checksAddresses ? .builtInWithAddresses() : .builtIn()),
      policy: policy, settingsName: read.name)
    if case .revision(let commit, _) = read.files { plan.trustedCommit = commit }
    setup = ScanSetup(plan: plan, settings: read.settings)
    files = read.files
    self.place = place
  }

  mutating func note(_ name: String, _ value: String?, option: Bool, line: Int?, isDefault: Bool = false) {
    setup.choices.append(
      ScanSetup.Choice(
        name: name, value: value ?? "none",
        origin: value == nil || isDefault ? "default" : setup.origin(name, option: option, line: line)))
  }

  // MARK: Rules

  /// The rules of the command line, of the environment and of the settings, one after the other.
  mutating func addRules(_ options: [String]) throws(SettingsError) {
    Console.use(setup.plan.options.rules)
    for rule in setup.plan.options.rules.rules {
      setup.choices.append(ScanSetup.Choice(name: "rule", value: "\"\(rule.id)\"", origin: "built-in"))
    }
    let variable = environmentRules
    for (file, origin) in options.map({ ($0, "--rules") }) + variable.map({ ($0, "HOPXGUARD_RULES") }) {
      let text: [UInt8]
      do throws(SystemError) { text = try readRules(file) } catch {
        throw SettingsError(source: file, reason: "the rules cannot be read: \(error)")
      }
      let before = setup.plan.options.rules.rules.count
      try add(text, file, "\(origin) \(file)") { readExtended($0, by: file) }
      fixedRules.formUnion(setup.plan.options.rules.rules[before...].map(\.id))
    }
    for file in try ruleFiles(of: setup.settings, setup.source, files, besides: options + variable) {
      let files = self.files
      try add(file.text, file.name, "\(setup.source):\(file.line)") { try? files.read($0, limit: longestRules) }
    }
  }

  private mutating func add(
    _ text: [UInt8], _ file: String, _ origin: String, _ read: (String) -> [UInt8]?
  ) throws(SettingsError) {
    let before = setup.plan.options.rules.rules.count
    do throws(RuleFileError) {
      setup.plan.options.rules = try setup.plan.options.rules.adding(text, source: file, read: read)
    } catch {
      throw SettingsError(source: error.file, line: error.line, reason: error.reason)
    }
    Console.use(setup.plan.options.rules)
    for rule in setup.plan.options.rules.rules[before...] {
      setup.choices.append(ScanSetup.Choice(name: "rule", value: "\"\(rule.id)\"", origin: origin))
    }
  }

  /// What commands besides this one find.
  private static let otherRules = [Rule.addressID] + AuditRule.allCases.map(\.rawValue)

  /// A rule that is off is still searched for, so that no report shows what it finds.
  mutating func addDisabled() throws(SettingsError) {
    let known = setup.plan.options.rules.rules.map(\.id) + Self.otherRules
    for (rule, line) in setup.settings.disable {
      guard known.contains(rule) else {
        throw SettingsError(
          source: setup.source, line: line,
          reason: "disable '\(rule)': there is no such rule\(suggestion(for: rule, among: known))")
      }
      if fixedRules.contains(rule) {
        Console.say(
          "note: \(Console.shown("\(setup.source):\(line)".utf8)): rule \(rule) stays on, "
            + "because the caller asks for it\n"
        )
        continue
      }
      setup.plan.policy.disabled.insert(rule)
      setup.choices.append(ScanSetup.Choice(name: "disable", value: "\"\(rule)\"", origin: "\(setup.source):\(line)"))
    }
  }

  // MARK: Limits

  mutating func addLimits(_ asked: [ArchiveLimit: String]) throws(SettingsError) {
    setup.plan.options.archives = try archiveLimits(asked, setup.settings) { limit, value, line in
      note(limit.rawValue, value, option: asked[limit] != nil, line: line)
    }
    let unopened = setup.settings.unopened
    setup.plan.failsUnopened = unopened?.value == "fail"
    note(
      "unopened", "\"\(unopened?.value ?? "warn")\"", option: false, line: unopened?.line, isDefault: unopened == nil)
  }

  // MARK: Paths

  mutating func addSkipped() throws(SettingsError) {
    let patterns = setup.settings.skip
    setup.plan.skip = SkipList(patterns.map { PathGlob($0.text) })
    setup.plan.skipPatterns = patterns
    for (text, line) in patterns {
      setup.choices.append(ScanSetup.Choice(name: "skip", value: "\"\(text)\"", origin: "\(setup.source):\(line)"))
    }
  }

  // MARK: What passes

  mutating func allowNothing() {
    setup.plan.policy.allowed = AllowList()
    setup.plan.policy.honoursComments = false
  }

  /// - Parameter option: of the command line.
  mutating func addBaseline(_ option: String?) throws(SettingsError) {
    let own = setup.settings.baseline
    let name = option ?? environment("BASELINE")
    // One under the usual name counts without a setting.
    let usual = name == nil && own == nil ? try files.read(Baseline.fileName, limit: Baseline.longest) : nil
    let source = name ?? own?.text ?? (usual == nil ? nil : Baseline.fileName)
    let allowed = setup.plan.policy.allowed.entries.count
    note("baseline", source.map { "\"\($0)\"" }, option: option != nil, line: own?.line)
    note(
      "allow", allowed == 1 ? "1 entry" : "\(allowed) entries", option: false,
      line: setup.plan.policy.allowed.entries.first?.line, isDefault: allowed == 0)
    guard let source else { return }
    var text = usual
    if let name { text = try readChosenBaseline(name) }
    if let own, name == nil { text = try files.read(own.text, limit: Baseline.longest) }
    guard let text else {
      throw SettingsError(source: source, reason: "there is no such baseline; hopxguard baseline writes one")
    }
    do throws(BaselineError) { setup.plan.policy.baseline = try Baseline(parsing: text) } catch {
      throw SettingsError(source: source, line: error.line, reason: error.reason)
    }
    setup.plan.policy.baselineSource = source
  }

  /// A baseline in the repository comes from the revision as all else does: the change under test could
  /// have put its own keys into it.
  private func readChosenBaseline(_ name: String) throws(SettingsError) -> [UInt8]? {
    let path = Path(argument: name)
    if case .revision = files, let top = place.top, let folder = try? canonicalPath(path.parent ?? ".") {
      let full = folder.appending(path.lastComponent)
      if full.isWithin(top) {
        return try files.read(String(decoding: full.relative(to: top).bytes, as: UTF8.self), limit: Baseline.longest)
      }
    }
    do throws(SystemError) { return try readWhole(path, limit: Baseline.longest) } catch {
      if error.code == SystemError.noSuchFile { return nil }
      throw SettingsError(source: name, reason: "the baseline cannot be read: \(error)")
    }
  }
}
