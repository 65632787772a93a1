// `hopxguard baseline`: writes down what is found today, so that only what is new fails.

import ArgumentParser
import Bytes
import Detection
import Findings
import Platform
import Reporting
import Rules
import Scanning

struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Record today's findings, so that only new ones fail.",
    usage: "hopxguard baseline [<options>] [<file>]",
    discussion: """
      Writes one line for each secret, base address and leaking line of code that hopxguard check finds: \
      fingerprint, rule and path. A known key in another file is a new finding, unless its line has * for \
      the path. Commit the file: it is sorted, and a line in \
      .gitattributes makes git merge it line by line.

      Examples:
        hopxguard baseline                .hopxguard-baseline at the repository's top
        hopxguard baseline --prune        remove what is no longer found, add nothing
        hopxguard baseline --history      what the history contains, too
        hopxguard scan --no-allow         all findings, known ones too

      Exit codes: 0 the file was written, 2 it was not, because not everything could be scanned.
      """)

  @Argument(
    help: ArgumentHelp("The baseline file (default: .hopxguard-baseline at the repository's top).", valueName: "file"),
    completion: .file())
  var file: String?

  @Flag(help: "Scan everything the repository stores, not only its working tree.")
  var history = false

  @Flag(help: "Remove what is no longer found, and add nothing.")
  var prune = false

  @OptionGroup var jobs: JobOptions

  @OptionGroup var rules: RuleOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var limits: ArchiveLimitOptions

  func validate() throws {
    if file == "" { throw ValidationError("The file's name is empty.") }
  }

  func run() throws {
    let place = SettingsPlace.here
    guard let top = place.top else {
      throw Console.fail("not in a git repository: go to one; a baseline belongs to a repository")
    }
    let target = file.map { Path(argument: $0) } ?? top.appending(Baseline.fileName.utf8)
    let name = file ?? Baseline.fileName
    if let obstacle = obstacle(toFileAt: target) { throw Console.fail("\(name): \(obstacle)") }
    let old = try read(target, name)
    if prune && old == nil {
      throw Console.fail("\(name): there is no baseline to prune; leave out --prune to write one")
    }

    var setup = try AskedSetup(
      config: settings.config, rules: rules.files, acceptsUnsupported: rules.acceptUnsupported, limits: limits.asked,
      checksAddresses: true
    ).prepare(for: place)
    setup.plan.options.lint = setup.settings.lint.optionsOfCheck(strict: false)
    // What is known already is to be written again.
    setup.plan.policy.baseline = nil
    let found = try scan(top, &setup)
    let baseline = updated(old ?? Baseline(), by: found)
    do throws(SystemError) {
      try writeAtomically(baseline.text, to: target)
    } catch { throw Console.fail("\(name): cannot be written: \(error.call): \(error)") }
    tell(name, old ?? Baseline(), baseline, setup, isNew: old == nil)
    try mergeByLines(target, top)
  }

  private func scan(_ top: Path, _ setup: inout ScanSetup) throws(ExitStatus) -> [Baseline.Entry] {
    let threads = try setup.jobs(jobs.count)
    var run = ScanRun(setup.plan, into: FindingList())
    run.add(setup.scanWorkTree(top, jobs: threads, showsProgress: !jobs.noProgress))
    if history {
      run.plan.skipByFinding()
      var scan = HistoryScan(setup.plan.options, jobs: threads, showsProgress: !jobs.noProgress, collectsKeys: false)
      scan.scan(top)
      run.add(scan.results)
      for problem in scan.incomplete { run.add(problem) }
    }
    let outcome = run.finish(isWhole: false).outcome
    if outcome.isComplete { return entries(run.output) }
    Console.say(outcome.problems)
    throw Console.fail("not everything could be scanned, so no baseline is written")
  }

  /// Secrets, addresses, and what is found about code.
  private func entries(_ list: FindingList) -> [Baseline.Entry] {
    list.findings.map { Baseline.Entry(fingerprint: $0.fingerprint, rule: $0.rule, path: $0.path) }
      + list.policyFindings.compactMap { finding in
        finding.code.map { Baseline.Entry(fingerprint: $0.fingerprint, rule: finding.rule, path: finding.path) }
      }
  }

  /// Lines that know a key at any path stay as long as it is found anywhere.
  private func updated(_ old: Baseline, by found: [Baseline.Entry]) -> Baseline {
    let anywhere = Set(found.map { Baseline.Entry(fingerprint: $0.fingerprint, rule: $0.rule, path: nil) })
    let kept = old.entries.filter { $0.path == nil && anywhere.contains($0) }
    var baseline = Baseline()
    for entry in found where !prune || old.entries.contains(entry) {
      let general = Baseline.Entry(fingerprint: entry.fingerprint, rule: entry.rule, path: nil)
      if !kept.contains(general) { baseline.entries.insert(entry) }
    }
    baseline.entries.formUnion(kept)
    return baseline
  }

  private func read(_ target: Path, _ name: String) throws(ExitStatus) -> Baseline? {
    let text: [UInt8]?
    do throws(SystemError) { text = try readRegularFileIfAny(target, limit: Baseline.longest) } catch {
      throw Console.fail("\(name): cannot be read: \(error)")
    }
    guard let text else { return nil }
    do throws(BaselineError) { return try Baseline(parsing: text) } catch {
      throw Console.fail("\(name):\(error.line): \(error.reason)")
    }
  }

  private func tell(_ name: String, _ old: Baseline, _ new: Baseline, _ setup: ScanSetup, isNew: Bool) {
    let added = new.entries.subtracting(old.entries).count
    let gone = old.entries.subtracting(new.entries).count
    let file = Console.shown(name.utf8)
    Console.say("\(file): \(counted(new.entries.count, "known finding")), \(added) added, \(gone) removed\n")
    if !isNew { return }
    if name == Baseline.fileName {
      Console.say("note: commit it; the findings it lists are allowed from now on\n")
    } else if setup.settings.baseline == nil {
      Console.say("note: commit it, and put this into \(Settings.fileName):\n  [scan]\n  baseline = \"\(file)\"\n")
    }
  }

  /// Makes git merge the file line by line. Otherwise two branches that both add or remove lines would conflict,
  /// although the lines are independent.
  private func mergeByLines(_ target: Path, _ top: Path) throws(ExitStatus) {
    guard let folder = try? canonicalPath(target.parent ?? "."), folder.isWithin(top) else { return }
    let name = String(decoding: target.lastComponent, as: UTF8.self)
    let line = "\(name) merge=union"
    let file = folder.appending(".gitattributes".utf8)
    do throws(SystemError) {
      var text: [UInt8] = []
      do throws(SystemError) {
        let open = try Descriptor.openFile(file)
        guard try open.status().kind == .file else { throw SystemError("open", SystemError.invalid) }
        text = try readAll(open, limit: 1 << 20)
      } catch {
        if error.code != SystemError.noSuchFile { throw error }
      }
      let lines = text.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
      if lines.contains(where: { $0.elementsEqual(line.utf8) }) { return }
      if let last = text.last, last != 0x0A { text.append(0x0A) }
      try writeAtomically(text + Array("\(line)\n".utf8), to: file)
      Console.say(
        "note: added to .gitattributes, so that git merges the file line by line: \(Console.shown(line.utf8))\n")
    } catch {
      throw Console.fail(".gitattributes: cannot be written (\(error)); add this line to it: \(line)")
    }
  }
}
