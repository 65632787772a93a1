// Annotated tags as what a CI job or a range is about, and what `check` says where it knows no platform.

import Foundation
import TestSupport
import Testing

struct TagJobTests {
  private let folder = TestFolder()
  private let zeros = String(repeating: "0", count: 40)

  /// `v1` is annotated and has a key in its message, `v2` is light; both are on the default branch's head.
  init() {
    folder.makeOrigin()
    commit("base")
    folder.git("-C", "origin", "tag", "-a", "v1", "-m", "see \(keyText())")
    folder.git("-C", "origin", "tag", "v2")
    folder.git("clone", "-q", "file://\(folder.file("origin"))", "clone")
  }

  private func commit(_ name: String) {
    folder.write("origin/\(name)", "x\n")
    folder.git("-C", "origin", "add", "-A")
    folder.git("-C", "origin", "commit", "-qm", "m")
  }

  private var head: String { folder.git("-C", "clone", "rev-parse", "HEAD") }

  private func hopxguard(_ arguments: [String], _ environment: [String: String] = [:]) throws -> CommandResult {
    let result = try run(
      hopxguardPath, arguments, in: folder.file("clone"),
      environment: ["GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"].merging(environment) { $1 })
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func check(_ environment: [String: String], _ arguments: String...) throws -> CommandResult {
    try hopxguard(["check", "--format", "jsonl"] + arguments, environment)
  }

  /// Jobs of a tag on each platform, and whether it tells where the work of the branch began.
  private func jobs(_ tag: String) -> [(environment: [String: String], tellsStart: Bool)] {
    [
      (
        [
          "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": zeros, "CI_COMMIT_SHA": head,
          "CI_COMMIT_TAG": tag, "CI_DEFAULT_BRANCH": "main",
        ], true
      ),
      (
        [
          "BUILDKITE": "true", "BUILDKITE_COMMIT": head, "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": tag,
          "BUILDKITE_TAG": tag, "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main",
        ], true
      ),
      (["CIRCLECI": "true", "CIRCLE_SHA1": head, "CIRCLE_TAG": tag], true),
      (["TF_BUILD": "True", "BUILD_SOURCEVERSION": head, "BUILD_SOURCEBRANCH": "refs/tags/\(tag)"], false),
      (["JENKINS_URL": "https://ci/", "GIT_COMMIT": head, "TAG_NAME": tag], false),
      (
        ["JENKINS_URL": "https://ci/", "GIT_COMMIT": head, "GIT_PREVIOUS_SUCCESSFUL_COMMIT": head, "TAG_NAME": tag],
        true
      ),
    ]
  }

  @Test func `the message of the tag that a job is about`() throws {
    for (environment, _) in jobs("v1") {
      let result = try check(environment)
      #expect(result.status == 1, "\(environment) \(result.errors)")
      #expect(result.output.contains("\"place\":\"tag\""), "\(environment) \(result.output)")
      #expect(result.output.contains("<tag v1>"))
      #expect(
        result.errors.contains("only the tree and the tag v1 are scanned")
          || result.errors.contains("of the commits only the tag v1 is scanned"), "\(environment) \(result.errors)")
    }
    for (environment, tellsStart) in jobs("v2") {
      let result = try check(environment)
      #expect(result.status == 0, "\(environment) \(result.errors)")
      #expect(
        result.errors.contains(
          tellsStart ? "so only the tree is scanned" : "does not say which commit the work started from"),
        "\(environment) \(result.errors)")
    }
  }

  @Test func `a tag with commits of its own`() throws {
    folder.git("-C", "clone", "checkout", "-q", "--detach")
    folder.write("clone/new", keyText())
    folder.git("-C", "clone", "add", ".")
    folder.git("-C", "clone", "commit", "-qm", "new")
    folder.git("-C", "clone", "rm", "-q", "new")
    folder.git("-C", "clone", "commit", "-qm", "gone")
    folder.git("-C", "clone", "tag", "-a", "v3", "-m", keyText())
    for (environment, tellsStart) in jobs("v3") where environment["GIT_PREVIOUS_SUCCESSFUL_COMMIT"] == nil {
      let result = try check(environment)
      #expect(result.status == 1)
      #expect(result.output.contains("\"place\":\"tag\""))
      #expect(result.output.contains("\"path\":\"new\"") == tellsStart, "\(environment) \(result.output)")
      #expect(!tellsStart || result.errors.contains(", and the tag v3"), "\(environment) \(result.errors)")
    }
  }

  @Test func `a tag that is not in the clone, and one whose name is none`() throws {
    for (environment, _) in jobs("v9") {
      let result = try check(environment)
      #expect(result.status == 2, "\(environment) \(result.errors)")
      #expect(result.output.contains("refs/tags/v9 is not in this clone; git fetch --tags gets it"), "\(result.output)")
    }
    for (environment, _) in jobs("--all") + jobs("v1^{}") { #expect(try check(environment).status == 2) }
  }

  @Test func `CircleCI's base is called what it is`() throws {
    commit("more")
    folder.git("-C", "clone", "fetch", "-q")
    let tip = folder.git("-C", "clone", "rev-parse", "origin/main")
    let new = try check(["CIRCLECI": "true", "CIRCLE_SHA1": tip, "CIRCLE_BRANCH": "topic"])
    #expect(new.errors.contains("origin/HEAD is the same commit"), "\(new.errors)")
    folder.git("-C", "clone", "update-ref", "refs/remotes/origin/main", head)
    let result = try check(["CIRCLECI": "true", "CIRCLE_SHA1": tip, "CIRCLE_BRANCH": "topic"])
    #expect(result.errors.contains("that are not in origin/HEAD"), "\(result.errors)")
  }

  @Test func `sentences end once`() throws {
    let gone = String(repeating: "1", count: 40)
    let result = try check(["CIRCLECI": "true", "CIRCLE_SHA1": gone])
    #expect(result.status == 2)
    #expect(!result.output.contains("?."), "\(result.output)")
    #expect(result.output.contains("is not in this clone"))
  }

  // MARK: Ranges

  @Test func `a range that ends in an annotated tag`() throws {
    for range in ["origin/main..v1", "v2..v1", "v1^{}..v1", "v1"] {
      let result = try hopxguard(["scan", "--range", range, "--format", "jsonl"])
      #expect(result.status == 1, "\(range): \(result.output)\(result.errors)")
      #expect(result.output.contains("\"place\":\"tag\""))
    }
    folder.git("-C", "clone", "tag", "-a", "fine", "-m", "x")
    #expect(try hopxguard(["scan", "--range", "origin/main..fine"]).status == 0)
  }

  @Test func `a range that holds nothing still is none`() throws {
    folder.git("-C", "clone", "tag", "-a", "tree", "-m", "x", "HEAD^{tree}")
    for range in ["origin/main..v2", "v1..origin/main", "v1..v1", "v1..v2", "origin/main..tree"] {
      let result = try hopxguard(["scan", "--range", range])
      #expect(result.status == 2, "\(range): \(result.errors)")
    }
  }

  // MARK: Unknown platforms

  @Test func `a CI system that is not known`() throws {
    let words = "scanning the tree; hopxguard cannot tell which commits this job is about; name them with --range A..B"
    for environment in [["CI": "true"], ["CI": "woodpecker"], ["CI": "true", "TRAVIS": "true"]] {
      let result = try check(environment)
      #expect(result.status == 0)
      #expect(result.errors.contains(words), "\(result.errors)")
    }
    #expect(try !check(["CI": "true"], "--no-range").errors.contains("scanning the tree;"))
    #expect(try !check(["CI": "true"], "--quiet").errors.contains("scanning the tree;"))
    for environment in [[:], ["CI": ""], ["CI": "false"]] {
      #expect(try !check(environment).errors.contains("scanning the tree;"))
    }
  }
}
