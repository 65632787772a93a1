// `hopxguard allow`: lets a key pass from now on, with a reason that stays beside it.

import ArgumentParser
import Bytes
import Detection
import Findings
import GitCommand
import Inputs
import Platform
import Reporting
import Rules
import Scanning
import TOML

struct AllowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow",
    abstract: "Allow a finding, with a reason.",
    usage: "hopxguard allow <fingerprint> --reason <text> [<options>]",
    discussion: """
      Adds an [[allow]] entry to .hopxguard.toml at the repository's top. The fingerprint is the line \
      `sha256:...` of a report: it identifies one key, in any file. To allow a key in one place only, \
      write `hopxguard:allow REASON` on its line, or `hopxguard:allow-next-line REASON` on the line before. \
      An expired entry is renewed in place.

      Examples:
        hopxguard allow sha256:5f8e4bd9a36ea6e8a514c9fdd353e27a --reason 'revoked'
        hopxguard allow sha256:5f8e4bd9a36ea6e8a514c9fdd353e27a \\
          --reason 'rotated on Monday' --expires 2027-01-31

      Exit codes: 0 the entry was written, 2 it was not.
      """)

  @Argument(help: "The key's fingerprint from a report: sha256: and 32 hex digits.")
  var fingerprint: String

  @Option(help: ArgumentHelp("Why this is not a leak.", valueName: "text"))
  var reason: String

  @Option(help: ArgumentHelp("The last day on which it is allowed, in UTC.", valueName: "date"))
  var expires: String?

  @Option(help: ArgumentHelp("Who allows it (default: git's author name and address).", valueName: "name"))
  var by: String?

  @OptionGroup var settings: SettingsOptions

  func run() throws {
    let place = SettingsPlace.here
    let setup = try AskedSetup(noAllow: true, config: settings.config, checksAddresses: true).prepare(for: place)
    var plan = setup.plan
    plan.options.lint = setup.settings.lint.options(areWarnings: false)
    let rules = plan.options.rules
    try checkFingerprint(rules)
    try check(reason, "--reason", rules)
    let config = settings.config ?? environment("CONFIG")
    guard let file = config.map({ Path(argument: $0) }) ?? place.top?.appending(Settings.fileName.utf8) else {
      throw Console.fail("not in a git repository: go to one, or name a settings file with --config")
    }
    let name = config ?? Settings.fileName
    let by = try by ?? user()
    try check(by, "--by", rules)
    if let expires { try check(date: expires) }
    let found = place.top.flatMap { finder(in: $0, plan) }
    // Commands that look for keys alone have to know that the entry is about something else.
    let rule = found.flatMap { plan.policy.elsewhere.contains($0) || $0 == Rule.addressID ? $0 : nil }
    let fields = [("reason", tomlString(reason)), ("by", tomlString(by)), ("expires", expires)]

    if let obstacle = obstacle(toFileAt: file) { throw Console.fail("\(name): \(obstacle)") }
    do throws(SettingsError) {
      let old = try text(of: file, name)
      let list = try Settings(old, source: name).allowed
      let over = try expiredEntry(in: list, rule)
      let new: [UInt8]
      if let over {
        new = try AllowEntryText(renewing: over, with: fields, in: old, source: name).result
      } else {
        let lines =
          ["fingerprint = \(tomlString(fingerprint))"] + (rule.map { ["rule = \(tomlString($0))"] } ?? [])
          + fields.compactMap { name, value in value.map { "\(name) = \($0)" } }
        new = try AllowListText(adding: lines, fingerprint: fingerprint, to: old, list: list).result
      }
      let added = try Settings(new, source: name).allowed.entries
      guard added.contains(where: { isOurs($0, rule, by) }), added.count == list.entries.count + (over == nil ? 1 : 0)
      else {
        throw SettingsError(source: name, reason: "hopxguard cannot tell where the entry belongs; add it by hand")
      }
      do throws(SystemError) { try writeAtomically(new, to: file) } catch {
        throw SettingsError(source: name, reason: "cannot be written: \(error.call): \(error)")
      }
    } catch { throw Console.fail(aboutSettings: error.text) }
    Console.say("\(fingerprint) is allowed in \(Console.shown(name.utf8)): commit that file too\n")
    if place.top != nil && found == nil {
      Console.say(
        "note: no file here, as it is or staged, has anything with this fingerprint (git's history was not searched); "
          + "compare it with the report\n")
    }
  }

  /// The rule that finds it in a file of the working tree, or in what is staged; nil if it is in neither.
  private func finder(in top: Path, _ plan: ScanPlan) -> String? {
    func rule(_ results: ScanResults) -> String? {
      results.findings.first { $0.fingerprint == fingerprint }?.rule
        ?? results.code.first { $0.code?.fingerprint == fingerprint }?.rule
    }
    if let rule = rule(scanStaged(in: .workTree(top), plan.options)) { return rule }
    guard let target = try? locate(top, allFiles: false) else { return nil }
    return rule(
      scanTree(
        [.target(target)], plan.options, allFiles: false, jobs: min(availableProcessors, 16), showsProgress: true))
  }

  private func isOurs(_ entry: AllowEntry, _ rule: String?, _ by: String) -> Bool {
    entry.fingerprint == fingerprint && entry.path == nil && (entry.rule == nil || entry.rule == rule)
      && entry.reason == reason
      && entry.by == by && entry.expires == expires
  }

  /// The argument may be the key itself, which must not be printed again.
  private func checkFingerprint(_ rules: RuleSet) throws(ExitStatus) {
    if isFingerprint(fingerprint) { return }
    var worker = ScanWorker(ContentOptions(rules: rules))
    var source = MemorySource(Array(fingerprint.utf8))
    worker.scan(&source, path: "")
    if let key = worker.results.findings.first {
      throw Console.fail(
        "that is the key itself, and now it is in your shell's history; give its fingerprint: \(key.fingerprint)")
    }
    throw Console.fail("a fingerprint is 'sha256:' and 32 hex digits, like the last line of a finding")
  }

  private func check(_ text: String, _ option: String, _ rules: RuleSet) throws(ExitStatus) {
    if text.allSatisfy(\.isWhitespace) {
      throw Console.fail("\(option) is empty: other people need it to understand the entry")
    }
    var scanner = Scanner(rules: rules)
    if scanner.redacted(Array(text.utf8)) != Array(text.utf8) {
      throw Console.fail("\(option) contains a key, which would be written to the settings file")
    }
  }

  private func check(date text: String) throws(ExitStatus) {
    let document = Array("date = \(text)".utf8).withUnsafeBytes { try? TOMLValue(parsing: $0) }
    guard case .table(let members)? = document?.content, members.count == 1,
      case .date(let date) = members[0].value.content, date == text
    else {
      throw Console.fail("--expires takes a date, as in --expires 2027-01-31")
    }
    if text < today { throw Console.fail("--expires \(text): this day is in the past") }
  }

  /// The expired entry for the same key, which is then renewed; nil if there is none.
  ///
  /// - Throws: `SettingsError` if there is one that has not expired.
  private func expiredEntry(in list: AllowList, _ rule: String?) throws(SettingsError) -> AllowEntry? {
    let same = list.entries.first { entry in
      entry.fingerprint == fingerprint && entry.path == nil && (entry.rule == nil || entry.rule == rule)
    }
    guard let same, !same.isExpired(on: today) else { return same }
    let until = same.expires.map { " until \($0)" } ?? ""
    throw SettingsError(
      source: list.source, line: same.line,
      reason: "already allowed\(until), for the reason '\(same.reason)'; edit the entry to change it")
  }

  private func text(of file: Path, _ name: String) throws(SettingsError) -> [UInt8] {
    do throws(SystemError) { return try readRegularFileIfAny(file, limit: Settings.longest) ?? [] } catch {
      throw SettingsError(source: name, reason: "cannot be read: \(error)")
    }
  }

  private func user() throws(ExitStatus) -> String {
    func value(_ name: String, or setting: String) -> String? {
      if let text = variable(name) { return text }
      guard let text = try? GitProcess.output(of: .here, ["config", "--get", setting]), !text.isEmpty else {
        return nil
      }
      return text
    }
    let name = value("GIT_AUTHOR_NAME", or: "user.name")
    let address = value("GIT_AUTHOR_EMAIL", or: "user.email").map { "<\($0)>" }
    let parts = [name, address].compactMap(\.self)
    if parts.isEmpty { throw Console.fail("who allows it? git has no user.name: name the person with --by NAME") }
    return parts.joined(separator: " ")
  }
}
