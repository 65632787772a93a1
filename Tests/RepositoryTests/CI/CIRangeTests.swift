// `check` in a CI job: which commits it scans, and what it says. The repositories are real, the environments
// and event files are those that the platforms document.

import Foundation
import TestSupport
import Testing

struct CIRangeTests {
  private let folder = TestFolder()
  private let zeros = String(repeating: "0", count: 40)

  init() {
    folder.makeOrigin()
    commit("base", "x\n")
  }

  @discardableResult
  private func commit(_ name: String, _ text: String, in repository: String = "origin") -> String {
    folder.write("\(repository)/\(name)", text)
    folder.git("-C", repository, "add", "-A")
    folder.git("-C", repository, "commit", "-qm", "m")
    return folder.git("-C", repository, "rev-parse", "HEAD")
  }

  private func head(_ revision: String = "HEAD") -> String { folder.git("-C", "origin", "rev-parse", revision) }

  /// A commit with a key and one that takes it out again: the tree shows nothing.
  private func addAndRemove() -> (before: String, added: String, after: String) {
    let before = head()
    let added = commit("a", "key = \(keyText())\n")
    return (before, added, commit("a", "nothing\n"))
  }

  private func clone(_ arguments: String...) {
    folder.git(["clone", "-q"] + arguments + ["file://\(folder.file("origin"))", "clone"])
  }

  private func check(
    _ environment: [String: String], in repository: String = "clone", _ arguments: String...
  ) throws -> CommandResult {
    let result = try run(
      hopxguardPath, ["check", "--format", "jsonl"] + arguments, in: folder.file(repository),
      environment: ["GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"].merging(environment) { $1 })
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func gitHub(_ event: String, _ payload: String) -> [String: String] {
    folder.write("event.json", payload)
    return [
      "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": folder.file("event.json"),
    ]
  }

  private func push(
    before: String, after: String, forced: Bool = false, ref: String = "refs/heads/topic"
  ) -> [String: String] {
    gitHub(
      "push",
      """
      {"ref": "\(ref)", "before": "\(before)", "after": "\(after)", "created": \(before == zeros), "deleted": false,
       "forced": \(forced), "base_ref": null, "compare": "https://github.com/o/r/compare/a...b",
       "commits": [{"id": "\(after)", "message": "fix \\"before\\": \\"\(zeros)\\" \\ud83d\\ude00", "distinct": true}],
       "repository": {"id": 1, "name": "r", "default_branch": "main", "private": false, "size": 1.5e3}}
      """)
  }

  // MARK: GitHub Actions

  @Test func `outside of CI only the tree is scanned`() throws {
    _ = addAndRemove()
    clone()
    let result = try check([:])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("scanning the tree;"))
  }

  @Test func `push: what the pushed commits add, removed or not`() throws {
    let (before, added, after) = addAndRemove()
    clone()
    let result = try check(push(before: before, after: after))
    #expect(result.status == 1)
    #expect(result.output.contains("\"commit\":\"\(added)\""))
    #expect(result.errors.contains("GitHub Actions, push: the commits of \(before.prefix(12))..\(after.prefix(12))"))
    let later = commit("b", "x")
    folder.git("-C", "clone", "pull", "-q")
    #expect(try check(push(before: after, after: later)).status == 0)
  }

  @Test func `a key that is still in the tree is one finding, with its commit`() throws {
    let before = head()
    let added = commit("a", "key = \(keyText())\n")
    clone()
    let result = try check(push(before: before, after: added))
    #expect(result.status == 1)
    #expect(result.output.components(separatedBy: "\"fingerprint\":").count == 2)
    #expect(result.output.contains("\"commit\":\"\(added)\""))
  }

  @Test func `a new branch: what the default branch does not have`() throws {
    _ = addAndRemove()
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    let tip = commit("b", "x")
    clone()
    let clean = try check(push(before: zeros, after: tip))
    #expect(clean.status == 0, "what is on main was looked at when it came there")
    #expect(clean.errors.contains("the commits of \(tip.prefix(12)) that are not in main"))
    let (_, _, after) = addAndRemove()
    folder.git("-C", "clone", "fetch", "-q")
    folder.git("-C", "clone", "checkout", "-q", "origin/topic")
    #expect(try check(push(before: zeros, after: after)).status == 1)
  }

  @Test func `the first push of a repository: everything`() throws {
    let (_, _, after) = addAndRemove()
    clone()
    let result = try check(push(before: zeros, after: after, ref: "refs/heads/main"))
    #expect(result.status == 1)
    #expect(result.errors.contains("every commit up to \(after.prefix(12))"))
  }

  @Test func `a force push whose base is gone: what the default branch does not have`() throws {
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    let (_, _, after) = addAndRemove()
    clone()
    let gone = String(repeating: "1", count: 40)
    let result = try check(push(before: gone, after: after, forced: true))
    #expect(result.status == 1)
    #expect(result.errors.contains("the base 111111111111 no longer exists, as after a force push; the commits of"))
    let unforced = try check(push(before: gone, after: after))
    #expect(unforced.status == 2)
    #expect(unforced.output.contains("the base \(gone) is not in this clone"))
  }

  @Test func `a pushed tag: its message too`() throws {
    folder.git("-C", "origin", "tag", "-a", "v1", "-m", "see \(keyText())")
    folder.git("-C", "origin", "tag", "v2")
    clone()
    let result = try check(push(before: zeros, after: head("v1"), ref: "refs/tags/v1"))
    #expect(result.status == 1)
    #expect(result.output.contains("\"place\":\"tag\""))
    let light = try check(push(before: zeros, after: head("v2"), ref: "refs/tags/v2"))
    #expect(light.status == 0)
    #expect(light.errors.contains("main is the same commit"))
  }

  @Test func `pull request: from the base to the head, not the merge that is checked out`() throws {
    let base = head()
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    let (_, added, tip) = addAndRemove()
    folder.git("-C", "origin", "checkout", "-q", "main")
    commit("other", "y")
    folder.git("-C", "origin", "merge", "-q", "--no-ff", "-m", "merge", "topic")
    clone()
    let payload = """
      {"action": "synchronize", "number": 1, "pull_request": {"title": "\\"head\\": {\\"sha\\": \\"x\\"}",
       "body": null, "head": {"ref": "topic; $(id)", "sha": "\(tip)"}, "base": {"ref": "main", "sha": "\(base)"}}}
      """
    let result = try check(gitHub("pull_request", payload))
    #expect(result.status == 1)
    #expect(result.output.contains("\"commit\":\"\(added)\""))
    #expect(
      result.errors.contains("GitHub Actions, pull_request: the commits of \(base.prefix(12))..\(tip.prefix(12))"))
  }

  @Test func `merge queue`() throws {
    let (before, added, after) = addAndRemove()
    clone()
    let payload = """
      {"action": "checks_requested", "merge_group": {"head_sha": "\(after)", "head_ref": \
      "refs/heads/gh-readonly-queue/main/pr-1",
       "base_sha": "\(before)", "base_ref": "refs/heads/main"}}
      """
    let result = try check(gitHub("merge_group", payload))
    #expect(result.status == 1)
    #expect(result.output.contains("\"commit\":\"\(added)\""))
  }

  @Test func `base and head are the same`() throws {
    clone()
    let result = try check(push(before: head(), after: head()))
    #expect(result.status == 0)
    #expect(result.errors.contains("base and head are the same commit, so only the tree is scanned"))
  }

  @Test func `events that are about no commits, and a branch that was deleted`() throws {
    _ = addAndRemove()
    clone()
    for (environment, words) in [
      (gitHub("schedule", "{}"), "this event is not about particular commits"),
      (push(before: head(), after: zeros), "the branch was deleted"),
    ] {
      let result = try check(environment)
      #expect(result.status == 0)
      #expect(result.errors.contains(words))
    }
  }

  @Test func `a shallow checkout fails and says what to do`() throws {
    let (before, _, after) = addAndRemove()
    clone("--depth", "1")
    for environment in [
      push(before: before, after: after), push(before: zeros, after: after),
      push(before: zeros, after: after, ref: "refs/heads/main"), push(before: before, after: after, forced: true),
    ] {
      let result = try check(environment)
      #expect(result.status == 2, "\(result.errors)")
      #expect(result.output.contains("fetch-depth: 0"))
      #expect(result.output.contains("--no-range"))
    }
    #expect(try check(push(before: before, after: after), "--no-range").status == 0)
  }

  @Test(arguments: [
    "", "[]", "{", "{\"before\":1,\"after\":2}", "{\"before\":\"--all\",\"after\":\"HEAD\"}",
    "{\"before\":\"main\",\"after\":\"main\"}", "{} {}", String(repeating: "[", count: 100_000),
  ])
  func `an event that does not tell fails`(payload: String) throws {
    clone()
    let result = try check(gitHub("push", payload))
    #expect(result.status == 2)
    #expect(result.output.contains("GitHub Actions, push: "))
  }

  @Test func `an event file that is not there, and a default branch that is none`() throws {
    clone()
    var environment = push(before: zeros, after: head())
    folder.write(
      "event.json",
      String(decoding: folder.read("event.json"), as: UTF8.self)
        .replacingOccurrences(of: "\"main\"", with: "\"main~1 --upload-pack=x\""))
    #expect(try check(environment).status == 2)
    environment["GITHUB_EVENT_PATH"] = "/absent"
    #expect(try check(environment).status == 2)
  }

  @Test func `an explicit range wins`() throws {
    let (before, _, after) = addAndRemove()
    clone()
    #expect(try check(gitHub("schedule", "{}"), "--range", "\(before)..\(after)").status == 1)
    #expect(try check([:], "--range", "\(after)..\(after)").status == 2)
    #expect(try check([:], "--range", "a..b", "--no-range").status == 2)
  }

  @Test func `the repository may be elsewhere, and reports go where we are`() throws {
    let (before, _, after) = addAndRemove()
    clone()
    folder.makeFolder("work")
    let result = try run(
      hopxguardPath, ["check", "../clone", "--format", "json=report.json"], in: folder.file("work"),
      environment: push(before: before, after: after))
    #expect(result.status == 1)
    #expect(String(decoding: folder.read("work/report.json"), as: UTF8.self).contains("\"path\":\"a\""))
  }

  // MARK: Others

  @Test func `GitLab: merge requests, pushes, new branches, schedules`() throws {
    let base = head()
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    let (_, _, tip) = addAndRemove()
    clone()
    let job = ["GITLAB_CI": "true", "CI_COMMIT_SHA": tip, "CI_DEFAULT_BRANCH": "main"]
    let request = job.merging([
      "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
      "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "", "CI_COMMIT_BEFORE_SHA": zeros,
    ]) { $1 }
    let push = job.merging(["CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": base, "CI_COMMIT_BRANCH": "topic"]) {
      $1
    }
    let new = push.merging(["CI_COMMIT_BEFORE_SHA": zeros]) { $1 }
    let forced = push.merging(["CI_COMMIT_BEFORE_SHA": String(repeating: "2", count: 40)]) { $1 }
    for environment in [request, push, new, forced] {
      let result = try check(environment)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.errors.contains("GitLab CI, "))
    }
    let schedule = job.merging(["CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BEFORE_SHA": zeros]) { $1 }
    #expect(try check(schedule).status == 0)
    #expect(try check(["GITLAB_CI": "true", "CI_COMMIT_SHA": "HEAD"]).status == 2)
  }

  @Test func `Buildkite, Jenkins, CircleCI and Azure Pipelines`() throws {
    let base = head()
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    let (_, _, tip) = addAndRemove()
    folder.git("-C", "origin", "checkout", "-q", "main")
    clone()
    folder.git("-C", "clone", "checkout", "-q", tip)
    for environment in [
      [
        "BUILDKITE": "true", "BUILDKITE_COMMIT": tip, "BUILDKITE_PULL_REQUEST": "7",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
      ],
      [
        "BUILDKITE": "true", "BUILDKITE_COMMIT": "HEAD", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "topic",
        "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
      ],
      ["JENKINS_URL": "https://ci/", "CHANGE_ID": "7", "CHANGE_TARGET": "main", "GIT_COMMIT": tip],
      ["JENKINS_URL": "https://ci/", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": base, "GIT_COMMIT": tip],
      ["CIRCLECI": "true", "CIRCLE_SHA1": tip, "CIRCLE_BRANCH": "topic"],
      [
        "TF_BUILD": "True", "BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": tip, "BUILD_SOURCEVERSION": tip,
      ],
    ] {
      let result = try check(environment)
      #expect(result.status == 1, "\(environment) \(result.errors)")
      #expect(result.errors.contains("scanning the tree; "))
    }
    for environment in [
      [
        "BUILDKITE": "true", "BUILDKITE_COMMIT": tip, "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "main",
        "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
      ],
      ["JENKINS_URL": "https://ci/"], ["TF_BUILD": "True"],
    ] {
      let result = try check(environment)
      #expect(result.status == 0, "\(environment) \(result.errors)")
      #expect(result.errors.contains("does not say which commit the work started from"))
    }
    #expect(try check(["JENKINS_URL": "https://ci/", "CHANGE_TARGET": "main@{1}"]).status == 2)
  }
}
