// What pre-commit and prek run. They pass file names and, for a push, two revisions in the environment. They do not
// say which git hook it is, and of several refs they pass only the first.
// Source: pre-commit's documentation, "Supported git hooks".

import ArgumentParser
import Findings
import GitCommand
import GitStore
import Platform
import Reporting
import Scanning

struct FrameworkHook: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framework", abstract: "What pre-commit and prek run.", shouldDisplay: false)

  @Flag(help: "The file holds a commit message.")
  var message = false

  @Argument var files: [String] = []

  func run() throws {
    if message {
      guard files.count == 1 else { throw Console.fail("--message takes one file") }
      let hook = HookRun(hook: .commitMessage, arguments: [])
      return try hook.run { setup in hook.scanMessage(Path(argument: files[0]), setup.plan.options) }
    }
    if let tip = variable("PRE_COMMIT_TO_REF") {
      return try push(tip, known: variable("PRE_COMMIT_FROM_REF"))
    }
    // Of a push that brings a repository's first commit they name no revisions.
    if variable("PRE_COMMIT_REMOTE_NAME") != nil {
      return try push(variable("PRE_COMMIT_LOCAL_BRANCH") ?? "HEAD", known: nil)
    }
    let named = files.map { trimmed(Path(argument: $0)) }
    let staged = (try? stagedChanges(in: .here))?.changes.filter { $0.new != nil }.map(\.path) ?? []
    // When not all of them are staged, as with `run --all-files`, what is in them is asked for, not what the
    // next commit adds.
    let isAboutFiles = !Set(named).isSubset(of: staged)
    try HookRun(hook: .preCommit, arguments: [], isAboutFiles: isAboutFiles).run { setup throws(ExitStatus) in
      var results = scanStaged(in: .here, setup.plan.options, skipping: setup.plan.skip.everywhere)
      if isAboutFiles { results.merge(try scan(named, setup)) }
      return results
    }
  }

  /// - Parameter known: a revision that the remote has; nil to use its tracking refs.
  private func push(_ tip: String, known: String?) throws(ExitStatus) {
    let tip = PushedTip(id: try id(of: tip), ref: variable("PRE_COMMIT_REMOTE_BRANCH").map { Path($0) })
    let base = try known.map { (name) throws(ExitStatus) in [try id(of: name)] } ?? []
    let remote = known == nil ? variable("PRE_COMMIT_REMOTE_NAME") : nil
    try HookRun(hook: .prePush, arguments: []).run { setup in
      scanPush(
        in: .here, [tip], known: base, excludedRefs: remote.map { ["--remotes=\($0)"] } ?? [], setup.plan.options,
        skipping: setup.plan.skip.everywhere)
    }
  }

  private func id(of revision: String) throws(ExitStatus) -> ObjectID {
    do throws(GitError) {
      let answer = try GitProcess.output(of: .here, ["rev-parse", "--verify", "--end-of-options", revision])
      guard let id = ObjectID(digits: answer.utf8) else { throw GitError("git rev-parse gave an unexpected answer") }
      return id
    } catch { throw Console.fail("\(revision): \(explained(error))") }
  }

  /// Scans the files as they are.
  private func scan(_ named: [Path], _ setup: ScanSetup) throws(ExitStatus) -> ScanResults {
    var setup = setup
    let jobs = try setup.jobs(nil)
    var results = ScanResults()
    var targets: [ScanTarget] = []
    for path in named {
      do throws(SystemError) {
        targets.append(try locate(path, allFiles: false).skipping(setup.plan.skip.everywhere))
      } catch {
        results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
      }
    }
    results.merge(
      scanTree(
        targets.map { .target($0) }, setup.plan.options, allFiles: false, jobs: jobs, showsProgress: false))
    return results
  }
}
