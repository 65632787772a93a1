// action.yml and the GitLab template: their shell parts run as the platforms run them, in clones of real
// repositories, with the event files and the variables that the platforms document.

import Foundation
import TestSupport
import Testing

struct TemplateTests {
  private typealias Object = [String: Any]
  private let folder = TestFolder()
  private let top = projectPath
  private let zeros = String(repeating: "0", count: 40)

  init() {
    folder.makeOrigin()
    commit("base", "x\n")
    folder.makeFolder("temp")
    folder.makeFolder("bin")
    try! FileManager.default.createSymbolicLink(
      atPath: folder.file("bin/hopxguard"), withDestinationPath: hopxguardPath)
  }

  @discardableResult
  private func commit(_ name: String, _ text: String) -> String {
    folder.write("origin/\(name)", text)
    folder.git("-C", "origin", "add", "-A")
    folder.git("-C", "origin", "commit", "-qm", "m")
    return folder.git("-C", "origin", "rev-parse", "HEAD")
  }

  private func clone(_ arguments: String...) {
    folder.git(["clone", "-q"] + arguments + ["file://\(folder.file("origin"))", "clone"])
  }

  private func yaml(_ name: String) throws -> Object {
    let script = "import json, sys, yaml; print(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))"
    let result = try run("/usr/bin/python3", ["-c", script, "\(top)/\(name)"])
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? Object)
  }

  // MARK: GitHub

  private struct StepResult {
    let command: CommandResult
    let outputs: [String: String]
    let page: String
  }

  /// Runs the action's step `check` as the runner does: the inputs' values in place of their expressions, the
  /// text in a file, `bash --noprofile --norc -eo pipefail`.
  private func step(_ event: String, _ payload: String, inputs: [String: String] = [:]) throws -> StepResult {
    let action = try yaml("action.yml")
    let steps = try #require((action["runs"] as? Object)?["steps"] as? [Object])
    let step = try #require(steps.first { $0["id"] as? String == "check" })
    let text = try #require(step["run"] as? String)
    #expect(!text.contains("${{"), "an expression in a command's text is code for whoever names it")
    folder.write("step.sh", text)
    folder.write("event.json", payload)
    for name in ["output", "page"] { folder.write("temp/\(name)", "") }
    var environment = [
      "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": folder.file("event.json"),
      "GITHUB_ACTION_PATH": top, "RUNNER_TEMP": folder.file("temp"), "GITHUB_OUTPUT": folder.file("temp/output"),
      "GITHUB_STEP_SUMMARY": folder.file("temp/page"), "PATH": "\(folder.file("bin")):/usr/bin:/bin",
      "GIT_CONFIG_NOSYSTEM": "1",
    ]
    let declared = try #require(action["inputs"] as? [String: Object])
    for (name, value) in try #require(step["env"] as? [String: String]) {
      let match = try #require(value.wholeMatch(of: /\$\{\{ inputs\.([a-z-]+) \}\}/))
      let input = String(match.1)
      let unlessGiven = declared[input]?["default"] as? String
      environment[name] = inputs[input] ?? unlessGiven.map { evaluated($0, payload) }
      #expect(environment[name] != nil, "\(input) has no default")
    }
    let result = try run(
      "/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", folder.file("step.sh")], in: folder.file("clone"),
      environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    var outputs: [String: String] = [:]
    for line in String(decoding: folder.read("temp/output"), as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      outputs[String(parts[0])] = String(parts[1])
    }
    for (name, value) in try #require(action["outputs"] as? [String: Object]) {
      #expect(value["value"] as? String == "${{ steps.check.outputs.\(name) }}")
    }
    return StepResult(
      command: result, outputs: outputs, page: String(decoding: folder.read("temp/page"), as: UTF8.self))
  }

  /// What the runner makes of a default: the first of the members of the event that there is.
  private func evaluated(_ text: String, _ payload: String) -> String {
    guard text.hasPrefix("${{") else { return text }
    for path in text.dropFirst(3).dropLast(2).split(separator: "||") {
      let names = path.trimmingCharacters(in: .whitespaces).split(separator: ".").dropFirst(2)
      var value = try? JSONSerialization.jsonObject(with: Data(payload.utf8))
      for name in names { value = (value as? Object)?[String(name)] }
      if let value = value as? String { return value }
    }
    return ""
  }

  @Test func `a pull request does not allow itself`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    commit("a", "key = \(keyText())  # hopxguard:allow it is mine\n")
    let tip = commit(".hopxguard.toml", "[[allow]]\nrule = 'hopx-api-key'\nreason = 'all are mine'\n")
    clone()
    #expect(try step("push", push(before: base, after: tip)).command.status == 0)
    let request = "{\"pull_request\": {\"head\": {\"sha\": \"\(tip)\"}, \"base\": {\"sha\": \"\(base)\"}}}"
    #expect(try step("pull_request", request).command.status == 1)
    let group = "{\"merge_group\": {\"base_sha\": \"\(base)\", \"head_sha\": \"\(tip)\"}}"
    #expect(try step("merge_group", group).command.status == 1)
  }

  private func push(before: String, after: String, forced: Bool = false, ref: String = "refs/heads/topic") -> String {
    """
    {"ref": "\(ref)", "before": "\(before)", "after": "\(after)", "forced": \(forced),
     "repository": {"default_branch": "main"}, "head_commit": {"message": "$(touch pwned); `touch pwned`"}}
    """
  }

  @Test func `push, first push, force push, merge queue and pull request`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    folder.git("-C", "origin", "checkout", "-qb", "topic")
    commit("a", "key = \(keyText())\n")
    let tip = commit("a", "nothing\n")
    clone()
    let request = """
      {"pull_request": {"title": "\\"; touch pwned; \\"", "head": {"sha": "\(tip)", "ref": "$(touch pwned)"}, "base": \
      {"sha": "\(base)"}}}
      """
    for (event, payload) in [
      ("push", push(before: base, after: tip)), ("push", push(before: zeros, after: tip)),
      ("push", push(before: String(repeating: "3", count: 40), after: tip, forced: true)),
      ("merge_group", "{\"merge_group\": {\"base_sha\": \"\(base)\", \"head_sha\": \"\(tip)\"}}"),
      ("pull_request", request),
    ] {
      let result = try step(event, payload)
      #expect(result.command.status == 1, "\(event) \(result.command.errors)")
      #expect(result.outputs["exit-code"] == "1")
      #expect(result.outputs["findings"] == "1")
      #expect(result.outputs["complete"] == "true")
      let sarif = try #require(result.outputs["sarif"])
      try expectValid([sarif], "sarif-2.1.0.json")
      #expect(result.command.output.hasPrefix("::error file=a,line=1,"))
      #expect(result.page.contains("1 finding in 1 file"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("clone/pwned")))
  }

  @Test func `clean, base and head the same`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    clone()
    let result = try step("push", push(before: base, after: base, ref: "refs/heads/main"))
    #expect(result.command.status == 0)
    #expect(result.outputs["findings"] == "0" && result.outputs["exit-code"] == "0")
    #expect(result.command.errors.contains("base and head are the same commit"))
  }

  @Test func `a shallow checkout`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    commit("b", "x")
    let tip = commit("c", "x")
    clone("--depth", "1")
    let result = try step("push", push(before: base, after: tip))
    #expect(result.command.status == 2)
    #expect(result.outputs["complete"] == "false" && result.outputs["exit-code"] == "2")
    #expect(result.command.output.contains("fetch-depth: 0"))
    #expect(result.page.contains("not scanned to the end"))
    #expect(try step("push", push(before: base, after: tip), inputs: ["range": "none"]).command.status == 0)
  }

  @Test func `inputs are words and no code`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    let tip = commit("b", "key = \(keyText())\n")
    clone()
    #expect(try step("schedule", "{}", inputs: ["range": "\(base)..\(tip)"]).command.status == 1)
    for hostile in ["$(touch pwned)", "; touch pwned", "--no-range", "x y"] {
      #expect(try step("schedule", "{}", inputs: ["range": hostile]).command.status == 2)
      #expect(try step("schedule", "{}", inputs: ["path": hostile]).command.status == 2)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("clone/pwned")))
  }

  @Test func `a binary that dies leaves no report of before`() throws {
    clone()
    folder.write("temp/hopxguard.sarif", "old")
    folder.write("dies", "#!/bin/sh\nkill -SEGV $$\n")
    #expect(chmod(folder.file("dies"), 0o755) == 0)
    let result = try step("schedule", "{}", inputs: ["binary": folder.file("dies")])
    #expect(result.command.status == 2)
    #expect(result.outputs["sarif"] == nil)
    #expect(result.outputs["exit-code"] == "2")
  }

  @Test func `the action is what GitHub takes, and uploads nothing from a fork`() throws {
    let action = try yaml("action.yml")
    #expect(action["name"] is String && action["description"] is String)
    let runs = try #require(action["runs"] as? Object)
    #expect(runs["using"] as? String == "composite")
    let steps = try #require(runs["steps"] as? [Object])
    for step in steps {
      #expect(step["uses"] is String || (step["run"] is String && step["shell"] as? String == "bash"))
    }
    let upload = try #require(steps.last)
    #expect((upload["uses"] as? String)?.hasPrefix("github/codeql-action/upload-sarif@") == true)
    let condition = try #require(upload["if"] as? String)
    #expect(condition.contains("github.event.pull_request.head.repo.full_name == github.repository"))
    #expect(condition.contains("!cancelled()"))
  }

  // MARK: GitLab

  @Test func `the GitLab job writes the reports that it declares`() throws {
    let base = folder.git("-C", "origin", "rev-parse", "HEAD")
    commit("a", "key = \(keyText())\n")
    let tip = commit("a", "nothing\n")
    clone()
    let job = try #require(try yaml("templates/gitlab.yml")["hopxguard"] as? Object)
    #expect((job["variables"] as? Object)?["GIT_DEPTH"] as? String == "0")
    let artifacts = try #require(job["artifacts"] as? Object)
    #expect(artifacts["when"] as? String == "always")
    let reports = try #require(artifacts["reports"] as? [String: String])
    let script = try #require(job["script"] as? [String])
    var environment = [
      "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": tip, "CI_COMMIT_BEFORE_SHA": base,
      "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "PATH": "\(folder.file("bin")):/usr/bin:/bin",
    ]
    folder.write("job.sh", "set -eo pipefail\n" + script.joined(separator: "\n"))
    let result = try run("/bin/bash", [folder.file("job.sh")], in: folder.file("clone"), environment: environment)
    #expect(result.status == 1, "\(result.errors)")
    let secrets = try #require(reports["secret_detection"]), tests = try #require(reports["junit"])
    try expectValid([folder.file("clone/\(secrets)")], "gitlab-secret-detection-15.2.1.json")
    try expectValid([folder.file("clone/\(tests)")], "junit-10.xsd")
    #expect(String(decoding: folder.read("clone/\(secrets)"), as: UTF8.self).contains("\"start_line\":1"))
    #expect(artifacts["paths"] as? [String] == [secrets])
    #expect(result.output.hasPrefix("hopxguard from the image: hopxguard "))
    environment["PATH"] = "/usr/bin:/bin"
    environment["HOPXGUARD_WHEEL"] = "gone.whl"
    let without = try run("/bin/bash", [folder.file("job.sh")], in: folder.file("clone"), environment: environment)
    #expect(without.status == 2)
    #expect(without.errors.contains("neither as a wheel (gone.whl) nor with Swift"))
  }
}
