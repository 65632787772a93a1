// What a hook does: run the hook that was there before, scan what git is about to take, and say in
// few lines what stops it and what to do.

import Bytes
import Detection
import Findings
import GitCommand
import GitStore
import Inputs
import Platform
import Reporting
import Rules
import Scanning

struct HookRun {
  let hook: Hook
  /// The script's own path, then what git gave it.
  let arguments: [Path]
  /// Whether whole files are scanned, committed or not, as well as what the commit adds.
  var isAboutFiles = false

  func run() throws(ExitStatus) {
    var refs: [UInt8] = []
    if hook.readsRefs {
      do throws(SystemError) { refs = try readAllOfStream(standardInput, limit: 256 << 20) } catch {
        throw Console.fail("the refs on standard input cannot be read: \(error)")
      }
    }
    try runKeptHook(refs)
    try run { setup throws(ExitStatus) in try scan(refs, setup) }
  }

  /// Scans, and ends as the hook does.
  func run(_ scan: (ScanSetup) throws(ExitStatus) -> ScanResults) throws(ExitStatus) {
    let setup = try prepare()
    var run = ScanRun(setup.plan, into: FindingList())
    run.add(try scan(setup))
    if hook == .preCommit || hook == .preMergeCommit, let lint = setup.settings.lint.optionsOfCheck(strict: false) {
      var options = setup.plan.options
      options.lint = lint
      let merged = hook == .preMergeCommit ? mergedHeads : []
      run.add(lintStaged(in: .here, options, merged: merged, skipping: setup.plan.skip.everywhere))
    }
    let outcome = run.finish(isWhole: false).outcome
    if !run.output.policyFindings.isEmpty { Console.say(LintText.hook(run.output.policyFindings)) }
    try conclude(outcome, run.output.findings, HookAdvice(run.output.findings, setup.plan.options.rules.rules))
    if run.output.policyFindings.contains(where: { !$0.isWarning }) { throw .found }
  }

  // MARK: The hook that was there before

  private func runKeptHook(_ refs: [UInt8]) throws(ExitStatus) {
    guard let script = arguments.first else { return }
    let folder = script.parent ?? "."
    guard let kept = KeptHooks(hooks: folder).file(hook) else { return }
    let rest = Array(arguments.dropFirst())
    let isHusky = folder.lastComponent.elementsEqual(".husky".utf8)
    guard isHusky ? isReadable(kept) : isExecutable(kept) else { return }
    let status: CInt
    do throws(SystemError) {
      // husky runs its hooks by `sh -e`, executable or not.
      status = try Caller.state.restored { () throws(SystemError) in
        try runToEnd(
          isHusky ? "/bin/sh" : kept, isHusky ? ["-e", kept] + rest : rest,
          input: hook.readsRefs ? refs : nil)
      }
    } catch {
      throw Console.fail("\(String(decoding: kept.bytes, as: UTF8.self)) cannot be run: \(error)")
    }
    // Its own words have been said.
    if status != 0 { endProcess(status) }
  }

  // MARK: Scanning

  /// What the developer sees in the working tree counts, whether it is committed yet or not: the hook is
  /// there for the one who can leave it out anyway. On a server HEAD counts, which is what the push does
  /// not bring: git moves the refs after this hook.
  private func prepare() throws(ExitStatus) -> ScanSetup {
    if hook != .preReceive { return try AskedSetup(checksAddresses: true).prepare(for: .ofHook) }
    var asked = AskedSetup(checksAddresses: true)
    if !isAsked && hasCommit { asked.allowFrom = "HEAD" }
    return try asked.prepare(for: SettingsPlace(top: nil))
  }

  /// Whether the server's owner has named the settings.
  private var isAsked: Bool { environment("ALLOW_FROM") != nil || environment("CONFIG") != nil }

  /// Whether the default branch has a commit. Without one there is no allow-list either.
  private var hasCommit: Bool {
    (try? GitProcess.output(of: .here, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])) != nil
  }

  private func scan(_ refs: [UInt8], _ setup: ScanSetup) throws(ExitStatus) -> ScanResults {
    let options = setup.plan.options
    let skipping = setup.plan.skip.everywhere
    switch hook {
    case .preCommit: return scanStaged(in: .here, options, skipping: skipping)
    case .preMergeCommit: return scanStaged(in: .here, options, merged: mergedHeads, skipping: skipping)
    case .commitMessage:
      guard arguments.count >= 2 else { throw Console.fail("commit-msg: git gave no message file") }
      return scanMessage(arguments[1], options)
    case .prePush:
      let updates = try parse(refs, tipField: 0, refField: 1, knownField: 2)
      return scanTips(updates, excludedRefs: tracked, setup)
    case .preReceive:
      let updates = try parse(refs, tipField: 1, refField: 2, knownField: 0)
      try checkSettings(updates)
      return scanTips(updates, excludedRefs: ["--all"], setup)
    }
  }

  /// What we know of the remote that is pushed to: its tracking refs, if it is fetched from where the
  /// push goes. A remote may be pushed to elsewhere (`pushurl`), or be named by its URL.
  private var tracked: [String] {
    guard arguments.count >= 3, let name = String(validating: arguments[1].bytes, as: UTF8.self),
      !name.isEmpty, !name.hasPrefix("-"),
      var url = try? GitProcess.outputBytes(of: .here, ["remote", "get-url", name])
    else { return [] }
    if url.last == 0x0A { url.removeLast() }
    if url != arguments[2].bytes { return [] }
    // The refs of a remote `a/b` look like refs of a remote `a`.
    guard let remotes = try? GitProcess.output(of: .here, ["remote"]),
      !remotes.split(separator: "\n").contains(where: { $0.hasPrefix(name + "/") })
    else { return [] }
    return ["--remotes=\(name)"]
  }

  /// What `git merge` merges. It writes MERGE_HEAD only after this hook has run, but names each head
  /// in a variable `GITHEAD_ID` (git's builtin/merge.c).
  private var mergedHeads: [ObjectID] {
    var heads: [ObjectID] = []
    for text in environmentVariables {
      let name = String(decoding: text.bytes, as: UTF8.self).prefix { $0 != "=" }
      if name.hasPrefix("GITHEAD_"), let id = ObjectID(digits: name.dropFirst("GITHEAD_".count).utf8) {
        heads.append(id)
      }
    }
    return heads
  }

  private func scanTips(
    _ updates: [Update], excludedRefs: [String], _ setup: ScanSetup
  ) -> ScanResults {
    // What is deleted brings nothing in.
    let pushed = updates.filter { !$0.tip.isZero }.map { PushedTip(id: $0.tip, ref: $0.ref) }
    if pushed.isEmpty { return ScanResults() }
    do throws(GitError) {
      // The remote may have what we never fetched.
      let known = try present(in: .here, updates.map(\.known).filter { !$0.isZero })
      return scanPush(
        in: .here, pushed, known: known, excludedRefs: excludedRefs, setup.plan.options,
        skipping: setup.plan.skip.everywhere)
    } catch {
      var results = ScanResults()
      results.problems.append(Problem(path: "", message: explained(error)))
      return results
    }
  }

  func scanMessage(_ file: Path, _ options: ContentOptions) -> ScanResults {
    let text: [UInt8]
    do throws(SystemError) { text = try readWhole(file, limit: 256 << 20) } catch {
      var worker = ScanWorker(options)
      worker.addProblem(file, "cannot be read: \(error)")
      return worker.results
    }
    func scan(_ text: [UInt8]) -> ScanResults {
      var worker = ScanWorker(options)
      var source = MemorySource(text)
      worker.scan(&source, path: "commit message")
      return worker.results
    }
    var results = scan(text)
    // Most messages contain no key in any line.
    if !results.findings.isEmpty && MessageText.wasEdited { results = scan(MessageText.committed(of: text)) }
    results.summary.files = 1
    // A comment belongs beside a line of code, and is in no later scan of the message either.
    for index in results.findings.indices { results.findings[index].comment = nil }
    return results
  }

  /// A broken settings file would keep every later push out, the one that mends it too.
  private func checkSettings(_ updates: [Update]) throws(ExitStatus) {
    guard environment("CONFIG") == nil,
      let head = try? GitProcess.output(of: .here, ["symbolic-ref", "--quiet", "HEAD"]),
      let update = updates.first(where: { $0.ref == Path(head) }), !update.tip.isZero
    else { return }
    _ = try AskedSetup(allowFrom: "\(update.tip)").prepare(for: SettingsPlace(top: nil))
  }

  /// A line about a ref, from the hook's standard input.
  private struct Update {
    /// IDs: of what comes, and of what the other side has.
    let tip: ObjectID
    let known: ObjectID
    /// The ref's name on the other side.
    let ref: Path
  }

  /// The lines about refs on the hook's standard input (githooks(5)).
  ///
  /// - Parameters:
  ///   - tipField: index of the new object ID among the last three fields of a line (the field before them may
  ///     contain spaces).
  ///   - refField: index of the ref.
  ///   - knownField: index of the object ID that the other side has.
  private func parse(
    _ refs: [UInt8], tipField: Int, refField: Int, knownField: Int
  ) throws(ExitStatus) -> [Update] {
    var updates: [Update] = []
    for line in refs.split(separator: 0x0A) {
      let parts = Array(line.split(separator: 0x20).suffix(3))
      guard parts.count == 3, let tip = ObjectID(digits: parts[tipField]),
        let known = ObjectID(digits: parts[knownField])
      else { throw Console.fail("\(hook.rawValue): a line on standard input that git does not write") }
      updates.append(Update(tip: tip, known: known, ref: Path(parts[refField])))
    }
    return updates
  }

  // MARK: The end

  private func conclude(_ outcome: Outcome, _ findings: [Finding], _ advice: HookAdvice) throws(ExitStatus) {
    let words = words(for: findings, advice.readIt)
    let style = ColorChoice.auto.style(for: standardError)
    var text = leftOut(outcome)
    for warning in outcome.warnings.prefix(Self.mostShown) {
      text += problemText(warning, label: "warning:", style: style)
    }
    if !findings.isEmpty {
      text += style.danger("hopxguard: \(words.what).") + "\n\n"
      var reporter = ReportFormat.text.reporter(style: style)
      text += String(decoding: reporter.report(Array(findings.prefix(Self.mostShown))), as: UTF8.self)
      let more = findings.count - Self.mostShown
      if more > 0 { text += "  ... and \(counted(more, "more finding"))\n" }
      text += "\n\(words.mend)\n\(advice.rotate)"
      text += "A false alarm? \(pass(findings))\n"
    }
    if !outcome.isComplete {
      text += style.warning("hopxguard: not everything could be scanned, so \(words.stopped).") + "\n"
      for problem in outcome.problems.prefix(Self.mostShown) { text += problemText(problem, style: style) }
      if outcome.problems.count > Self.mostShown {
        text += "  ... and \(counted(outcome.problems.count - Self.mostShown, "more problem"))\n"
      }
      text += wayOut(outcome.problems)
    }
    if !text.isEmpty { Console.say(text) }
    if !outcome.isComplete { throw .failed }
    if !findings.isEmpty { throw .found }
  }

  /// Findings or problems that are shown. A hook's words are read in passing.
  private static let mostShown = 10

  /// What was allowed or skipped, if the reader would not know it otherwise.
  private func leftOut(_ outcome: Outcome) -> String {
    var summary = outcome.summary
    summary.disabledRules = summary.disabledRules.filter { $0.value > 0 }
    let text = exceptionsText(summary)
    return text.isEmpty ? "" : "hopxguard: \(text)\n"
  }

  /// What to do about files that cannot be read, if such there are. Settings leave out whole files, so that
  /// of an archive's entry the archive is named.
  private func wayOut(_ problems: [Problem]) -> String {
    if hook == .commitMessage { return "" }
    // Others are no files: `<commit message>`, or nothing at all.
    let files = problems.map { $0.path.bytes.prefix { $0 != UInt8(ascii: "!") } }
    let file = files.first { file in
      guard let first = file.first, !"</".utf8.contains(first) else { return false }
      return escapedForTerminal(file).utf8.elementsEqual(file)
    }
    guard let file else { return "" }
    let pattern = file.flatMap { "*?[\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    let name = tomlString(String(decoding: pattern, as: UTF8.self))
    let place = hook == .preReceive ? " on the default branch" : ""
    return
      "Repair the file or leave it out of the commit. To accept it unread, name it in \(Settings.fileName)\(place):\n"
      + "  [scan]\n  skip = [\(name)]\n"
  }

  /// How to allow a false alarm. The list is part of the repository, so that its readers see what was allowed.
  private func pass(_ findings: [Finding]) -> String {
    var names: [String] = []
    for finding in findings where !names.contains(finding.fingerprint) { names.append(finding.fingerprint) }
    var lines = names.prefix(Self.mostShown).map { "hopxguard allow \($0) --reason '...'" }
    if names.count > Self.mostShown { lines.append("... and so on for \(counted(names.count, "key")) in all") }
    let command = lines.joined(separator: "\n  ")
    switch hook {
    case .preReceive where !isAsked && !hasCommit:
      let branch = (try? GitProcess.output(of: .here, ["symbolic-ref", "--short", "HEAD"])) ?? "HEAD"
      return """
        \(Console.shown(branch.utf8)) has no commit here yet, so there is no list of what is allowed.
        Have the owners of this repository run `hopxguard hook uninstall` in it, push that branch with its \
        list, and then run `hopxguard hook install`.
        """
    case .preReceive: return "Have the owners of this repository run, on its default branch:\n  \(command)"
    default: return "Allow it with a reason that others can read:\n  \(command)"
    }
  }

  /// Where git keeps the message that commit-msg was given: it holds the secret.
  private var keptMessage: String {
    guard arguments.count >= 2 else { return "" }
    return " The rejected message is kept in \(Console.shown(arguments[1].bytes)) until the next commit."
  }

  /// - Parameter usual: what to do about a key in code.
  private func mend(staged findings: [Finding], _ usual: String) -> String {
    var tally = KeyTally()
    for var finding in findings {
      finding.standing = .tracked
      tally.add(finding)
    }
    let files = tally.kinds.filter { $0.exposure == .trackedFile }.map { "\($0.advice.mend)" }
    let isAll = !files.isEmpty && tally.kinds.count == files.count && tally.places == tally.kinds[0].places
    return (files + (isAll ? [] : [usual])).joined(separator: "\n")
  }

  private func words(
    for findings: [Finding], _ readIt: String
  ) -> (what: String, mend: String, stopped: String) {
    if isAboutFiles {
      return (
        "the files contain a secret", "\(readIt). What was committed before stays in the history.",
        "the files are not known to be clean"
      )
    }
    switch hook {
    case .preCommit:
      return (
        "this commit adds a secret", mend(staged: findings, "\(readIt), git add the file, and commit again."),
        "nothing is committed"
      )
    case .preMergeCommit:
      return (
        "this merge adds a secret that no side had",
        "\(readIt), git add the file, and git commit to finish the merge.",
        "nothing is committed"
      )
    case .commitMessage:
      return (
        "the commit message contains a secret", "Commit again with a message without it.\(keptMessage)",
        "nothing is committed"
      )
    case .prePush:
      return (
        PushAdvice.what(findings), PushAdvice.mend(findings), "nothing is pushed"
      )
    case .preReceive:
      return (
        "this push is rejected: \(PushAdvice.what(findings))", PushAdvice.mend(findings),
        "the push is rejected"
      )
    }
  }
}
