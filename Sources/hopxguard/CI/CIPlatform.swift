// What each CI platform says about a job. Sources: the platforms' pages on their variables (GitHub "Default
// environment variables" and "Webhook events and payloads", GitLab "Predefined CI/CD variables", Buildkite
// "Environment variables", Jenkins "Using environment variables" and its Git and Branch API plugins, CircleCI
// "Built-in environment variables", Azure Pipelines "Predefined variables").

import Bytes
import GitStore
import Inputs
import Platform

/// A kind of CI system.
struct CIPlatform: Sendable {
  enum Answer {
    case work(CIJob)
    /// A job that is about no commits in particular, and why.
    case none(String)
  }

  /// nil when the job does not run there.
  let job: @Sendable () throws(CIFailure) -> Answer?

  /// The more telling first: Jenkins' variables are often set by hand elsewhere.
  static let all = [
    CIPlatform(job: gitHub), CIPlatform(job: gitLab), CIPlatform(job: buildkite), CIPlatform(job: circle),
    CIPlatform(job: azure), CIPlatform(job: jenkins),
  ]
}

// MARK: GitHub Actions

private func gitHub() throws(CIFailure) -> CIPlatform.Answer? {
  guard isTrue("GITHUB_ACTIONS"), let event = variable("GITHUB_EVENT_NAME") else { return nil }
  let name = "GitHub Actions, \(event)"
  switch event {
  case "push":
    let payload = try eventPayload(name)
    let before = try id(payload["before"], name, "before"), after = try id(payload["after"], name, "after")
    guard let after else { return .none("\(name): the branch was deleted") }
    return .work(
      CIJob(
        name: name, tip: "\(after)", base: before,
        target: try branch(payload["repository"]?["default_branch"]?.text, name),
        branch: try branch(headsName(payload["ref"]?.text), name), isForced: payload["forced"]?.boolean ?? false))
  case "pull_request", "pull_request_target", "pull_request_review":
    let change = try eventPayload(name)["pull_request"]
    return .work(
      CIJob(
        name: name, tip: "\(try required(change?["head"]?["sha"], name, "pull_request.head.sha"))",
        base: try required(change?["base"]?["sha"], name, "pull_request.base.sha")))
  case "merge_group":
    let group = try eventPayload(name)["merge_group"]
    return .work(
      CIJob(
        name: name, tip: "\(try required(group?["head_sha"], name, "merge_group.head_sha"))",
        base: try required(group?["base_sha"], name, "merge_group.base_sha")))
  default: return .none("\(name): this event is not about particular commits")
  }
}

private func eventPayload(_ name: String) throws(CIFailure) -> JSONValue {
  guard let path = variable("GITHUB_EVENT_PATH") else {
    throw CIFailure(words: "\(name): GITHUB_EVENT_PATH is not set")
  }
  let bytes: [UInt8]
  do throws(SystemError) { bytes = try readRegularFile(Path(path), limit: 64 << 20) } catch {
    throw CIFailure(words: "\(name): the event at GITHUB_EVENT_PATH cannot be read: \(error)")
  }
  guard let value = JSONValue(parsing: bytes) else { throw CIFailure(words: "\(name): the event is not JSON") }
  return value
}

/// nil for all zeros, which mean that there is no commit.
private func id(_ value: JSONValue?, _ name: String, _ field: String) throws(CIFailure) -> ObjectID? {
  let id = try required(value, name, field)
  return id.isZero ? nil : id
}

private func required(_ value: JSONValue?, _ name: String, _ field: String) throws(CIFailure) -> ObjectID {
  guard let id = value?.text.flatMap({ ObjectID(digits: $0.utf8) }) else {
    throw CIFailure(words: "\(name): the event has no commit in '\(field)'")
  }
  return id
}

// MARK: Others

private func gitLab() throws(CIFailure) -> CIPlatform.Answer? {
  guard isTrue("GITLAB_CI") else { return nil }
  let source = variable("CI_PIPELINE_SOURCE") ?? "push"
  let name = "GitLab CI, \(source)"
  guard let commit = try idVariable("CI_COMMIT_SHA", name) else {
    throw CIFailure(words: "\(name): CI_COMMIT_SHA is not set")
  }
  if let base = try idVariable("CI_MERGE_REQUEST_DIFF_BASE_SHA", name) {
    // In a pipeline for merged results the commit is the merge; the work ends with the source branch.
    let tip = try idVariable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", name) ?? commit
    return .work(CIJob(name: name, tip: "\(tip)", base: base))
  }
  guard source == "push" else { return .none("\(name): this pipeline is not about particular commits") }
  return .work(
    CIJob(
      name: name, tip: "\(commit)", base: try idVariable("CI_COMMIT_BEFORE_SHA", name),
      target: try branch(variable("CI_DEFAULT_BRANCH"), name),
      branch: try branch(variable("CI_COMMIT_BRANCH"), name), tag: try branch(variable("CI_COMMIT_TAG"), name),
      isForced: true))
}

private func buildkite() throws(CIFailure) -> CIPlatform.Answer? {
  guard isTrue("BUILDKITE") else { return nil }
  let request = variable("BUILDKITE_PULL_REQUEST").flatMap { $0 == "false" ? nil : $0 }
  let name = request == nil ? "Buildkite" : "Buildkite, pull request"
  let tip = variable("BUILDKITE_COMMIT").flatMap { ObjectID(digits: $0.utf8) }?.description ?? "HEAD"
  let target = variable(request == nil ? "BUILDKITE_PIPELINE_DEFAULT_BRANCH" : "BUILDKITE_PULL_REQUEST_BASE_BRANCH")
  return try work(
    name, tip, target, branch: request == nil ? variable("BUILDKITE_BRANCH") : nil, tag: variable("BUILDKITE_TAG"))
}

private func circle() throws(CIFailure) -> CIPlatform.Answer? {
  guard isTrue("CIRCLECI") else { return nil }
  let name = "CircleCI"
  // The platform names no base; its clone knows the default branch.
  return try work(
    name, try idVariable("CIRCLE_SHA1", name)?.description ?? "HEAD", "HEAD", branch: variable("CIRCLE_BRANCH"),
    tag: variable("CIRCLE_TAG"))
}

private func azure() throws(CIFailure) -> CIPlatform.Answer? {
  guard isTrue("TF_BUILD") else { return nil }
  let name = "Azure Pipelines, \(variable("BUILD_REASON") ?? "build")"
  let built = try idVariable("BUILD_SOURCEVERSION", name)
  let tip = try idVariable("SYSTEM_PULLREQUEST_SOURCECOMMITID", name) ?? built
  return try work(
    name, tip?.description ?? "HEAD", headsName(variable("SYSTEM_PULLREQUEST_TARGETBRANCH")), branch: nil,
    tag: variable("BUILD_SOURCEBRANCH").flatMap {
      $0.hasPrefix("refs/tags/") ? String($0.dropFirst("refs/tags/".count)) : nil
    })
}

private func jenkins() throws(CIFailure) -> CIPlatform.Answer? {
  guard variable("JENKINS_URL") != nil else { return nil }
  let isChange = variable("CHANGE_ID") != nil || variable("CHANGE_TARGET") != nil
  let name = isChange ? "Jenkins, change request" : "Jenkins"
  let tip = try idVariable("GIT_COMMIT", name)?.description ?? "HEAD"
  if !isChange, let base = try idVariable("GIT_PREVIOUS_SUCCESSFUL_COMMIT", name) {
    return .work(
      CIJob(name: name, tip: tip, base: base, tag: try branch(variable("TAG_NAME"), name), isForced: true))
  }
  return try work(name, tip, variable("CHANGE_TARGET"), branch: nil, tag: variable("TAG_NAME"))
}

/// Work that is what its target does not have, or a tag.
private func work(
  _ name: String, _ tip: String, _ target: String?, branch own: String?, tag: String?
) throws(CIFailure) -> CIPlatform.Answer {
  let tag = try branch(tag, name)
  let target = try branch(target, name)
  guard let target, target != own else {
    if tag != nil { return .work(CIJob(name: name, tip: tip, tag: tag)) }
    return .none("\(name): \(target.map { "on \($0) itself " } ?? "")\(unknownStart)")
  }
  return .work(CIJob(name: name, tip: tip, target: target, branch: own, tag: tag))
}

// MARK: Variables

/// Whether some CI system runs us. Most set `CI` to `true`, some to their own name.
var isInCI: Bool { variable("CI").map { !["false", "0"].contains($0.lowercased()) } ?? false }

private func isTrue(_ name: String) -> Bool { variable(name)?.lowercased() == "true" }

/// nil when it is not set, or zeros.
private func idVariable(_ name: String, _ job: String) throws(CIFailure) -> ObjectID? {
  guard let text = variable(name) else { return nil }
  guard let id = ObjectID(digits: text.utf8) else { throw CIFailure(words: "\(job): \(name) is no commit") }
  return id.isZero ? nil : id
}

/// A branch's name without `refs/heads/`; that of a tag, or another ref, as it is.
private func headsName(_ ref: String?) -> String? {
  ref.map { $0.hasPrefix("refs/heads/") ? String($0.dropFirst("refs/heads/".count)) : $0 }
}

/// A name that git takes for a branch, or a tag, and for nothing else (git-check-ref-format(1)).
private func branch(_ text: String?, _ job: String) throws(CIFailure) -> String? {
  guard let text else { return nil }
  let isSound =
    !text.hasPrefix("-") && !text.hasPrefix("/") && !text.contains("..") && !text.contains("@{")
    && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
  guard isSound else { throw CIFailure(words: "\(job): '\(text)' is not the name of a branch or tag") }
  return text
}
