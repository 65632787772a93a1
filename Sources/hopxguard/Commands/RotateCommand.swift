// `hopxguard rotate`: replacing a key as the documentation asks, as a list of steps that knows how far they are.

import ArgumentParser
import Audit
import Bytes
import Findings
import Platform
import Reporting
import Scanning
import Verification

struct RotateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Replace a key step by step: where it is used, what is left to do, when to revoke it.",
    usage: "hopxguard rotate <fingerprint> [<path>] [<options>]",
    discussion: """
      Hopx asks for a new key every 90 days, and at once after a leak: create the new key, deploy it, verify it, \
      and revoke the old one after 24 to 48 hours. This command keeps count of these steps for one key. Run it \
      again after each step.

      The first run lists the places that use the key, as hopxguard audit finds them: files of the repository, \
      ignored ones too, and the environment; with --machine also your home folder, profiles, services and \
      crontabs. Later runs say which places have the new key and which still have the old one. The new key is \
      the one that took its place; name it with --new if there are several.

      Nothing changes in your account, and no file but .hopxguard-rotation.json at the repository's top, which \
      has no key in it. Delete that file to start again. To create and revoke keys, use the dashboard \
      (console.hopx.dev, Settings, API Keys) or hopx auth keys.

      Examples:
        hopxguard audit                   fingerprints, ages and places
        hopxguard rotate sha256:5f8e4bd9a36ea6e8a514c9fdd353e27a
        hopxguard rotate FINGERPRINT --verify        are both keys live?

      Exit codes: 0 no place uses the old key, 1 a place does, or the service refuses the new key, 2 usage error \
      or not everything was read.
      """)

  @Argument(help: "The old key's fingerprint from a report: sha256: and 32 hex digits.")
  var fingerprint: String

  @Argument(
    help: ArgumentHelp("A folder; inside a repository the whole repository is read.", valueName: "path"),
    completion: .directory)
  var path = "."

  @Option(
    help: ArgumentHelp("The new key's fingerprint (default: the key that took its place).", valueName: "fingerprint"))
  var new: String?

  @Flag(help: "Read the user's home folder and what the system runs or sets for users, too; later runs do so again.")
  var machine = false

  @Flag(help: "Ask the service whether the old and the new key are live. Nothing else sends anything.")
  var verify = false

  @OptionGroup var service: EndpointOption

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if path.isEmpty { throw ValidationError("The path is empty.") }
    if service.endpoint != nil && !verify { throw ValidationError("--endpoint goes with --verify.") }
    for text in [fingerprint, new].compactMap(\.self) where !isFingerprint(text) {
      throw ValidationError("A fingerprint is 'sha256:' and 32 hex digits, as hopxguard audit lists it; never the key.")
    }
    if new == fingerprint { throw ValidationError("--new names the old key.") }
  }

  func run() throws {
    let place = SettingsPlace(of: [Path(argument: path)])
    let folder = place.top ?? Path(argument: path)
    let store = RotationStore(in: folder)
    var file = try store.read()
    var setup = try AskedSetup(noAllow: true).prepare(for: place)
    setup.plan.options.collectsKeys = verify
    file.isOfMachine = file.isOfMachine || machine
    var run = ScanRun(setup.plan, into: FindingList())
    let inputs = AuditInputs(
      // What the settings skip may use the key as well.
      top: place.top, path: Path(argument: path), skip: SkipList([]), isOfMachine: file.isOfMachine,
      jobs: try setup.jobs(jobs.count), showsProgress: !jobs.noProgress)
    inputs.add(to: &run)

    let endpoint = try service.address()
    let number = file.rotations.firstIndex { $0.old.fingerprint == fingerprint }
    var rotation = number.map { file.rotations[$0] }
    var (candidates, copies): ([KeyRotation.Key], [(kind: String, count: Int)]) = ([], [])
    var answers: [VerifiedKey] = []
    let outcome = run.finish(isWhole: false) { results in
      let seen = SeenKeys(results.findings)
      let now = secondsSince1970()
      if rotation == nil, let old = seen.key(fingerprint) { rotation = KeyRotation(of: old, seen, now: now) }
      guard rotation != nil else { return }
      let problems = results.problems.map { escapedForTerminal($0.path.bytes) }
      let chosen = new.map { seen.key($0) ?? KeyRotation.Key(fingerprint: $0, secret: "") }
      candidates = rotation!.update(seen, chosen: chosen, now: now) { path in
        !problems.contains { $0.isEmpty || path == $0 || path.hasPrefix($0 + "/") || path.hasPrefix($0 + "!") }
      }
      copies = seen.copies(of: fingerprint)
      if verify { answers = ask(endpoint, &rotation!, &results, now) }
    }.outcome
    guard let rotation else {
      Console.say(outcome.problems)
      throw Console.fail("no key here has the fingerprint \(fingerprint): hopxguard audit lists the keys and theirs")
    }
    if let number { file.rotations[number] = rotation } else { file.rotations.append(rotation) }
    try store.write(file)
    let text = RotationText(
      rotation, candidates: candidates, copies: copies, answers: answers,
      style: ColorChoice.auto.style(for: standardOutput))
    try Console.write(Array(text.lines.map { $0 + "\n" }.joined().utf8))
    Console.say(outcome.problems)
    if !outcome.isComplete { throw ExitStatus.failed }
    let isRefused = rotation.newCheck.map { $0.status == .dead || $0.status == .expired } ?? false
    if !rotation.remaining.isEmpty || isRefused { throw ExitStatus.found }
  }

  /// Asks about the old and the new key, as far as they are anywhere here.
  private func ask(
    _ endpoint: Endpoint, _ rotation: inout KeyRotation, _ results: inout ScanResults, _ now: Int
  ) -> [VerifiedKey] {
    let names = [rotation.old.fingerprint, rotation.new?.fingerprint].compactMap(\.self)
    results.findings.removeAll { !names.contains($0.fingerprint) }
    KeyCheck(endpoint: endpoint, showsProgress: !jobs.noProgress).verify(&results)
    let answers = results.summary.verified ?? []
    for answer in answers {
      let check = KeyRotation.Check(status: answer.verification.status, date: utcDate(now))
      if answer.fingerprint == fingerprint { rotation.oldCheck = check } else { rotation.newCheck = check }
    }
    return answers
  }
}

/// The file with the state of rotations, in the folder that they are about.
private struct RotationStore {
  private let path: Path

  init(in folder: Path) { path = folder.appending(RotationFile.name.utf8) }

  func read() throws(ExitStatus) -> RotationFile {
    if let obstacle = obstacle(toFileAt: path) { throw fail(obstacle) }
    let text: [UInt8]?
    do throws(SystemError) { text = try readRegularFileIfAny(path, limit: RotationFile.longest) } catch {
      throw fail("cannot be read: \(error)")
    }
    guard let text else { return RotationFile() }
    do throws(RotationFile.Fault) { return try RotationFile(parsing: text) } catch {
      throw fail("\(error.reason): move it away to start again")
    }
  }

  func write(_ file: RotationFile) throws(ExitStatus) {
    do throws(SystemError) { try writeAtomically(file.text, to: path) } catch {
      throw fail("cannot be written: \(error.call): \(error)")
    }
  }

  private func fail(_ reason: String) -> ExitStatus { Console.fail("\(RotationFile.name): \(reason)") }
}
