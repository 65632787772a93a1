// The commits that a CI job is about, from its platform's environment: `check` scans them besides the tree. If a
// base is unknown or missing, more is scanned instead of less, or the job fails; the choice is printed. The
// environment's values may come from a stranger's fork: only IDs and branch names of the right form go to git.

import GitCommand
import GitStore
import Inputs
import Platform
import Reporting
import Scanning

/// A choice of commits.
enum CIRange {
  /// What `tips` bring to where `known` is, IDs of objects.
  ///
  /// - Parameter words: what was chosen, for a person.
  case range(tips: [PushedTip], known: [ObjectID], words: String)
  /// There is nothing to scan besides the tree, and why.
  case none(words: String)
  /// The range cannot be determined: the job must not pass.
  case failure(words: String)
}

/// What a platform says about a job.
struct CIJob {
  /// Such as `GitHub Actions, push`.
  var name: String
  /// The commit, or tag, of the job; `HEAD` if the platform does not say.
  var tip: String
  /// The commit that the work started from; nil if the platform does not say.
  var base: ObjectID?
  /// The branch that the work goes to, or started from, without `refs/heads/`: its commits were scanned before.
  var target: String?
  /// The branch that is built.
  var branch: String?
  /// The tag that is built, without `refs/tags/`, where `tip` is the commit that it leads to: an annotated one has
  /// a message of its own. With neither base nor target it is all that is known to be new.
  var tag: String?
  /// Whether the base was removed from the branch, so that it may no longer exist.
  var isForced = false
}

/// Asks the environment, and then git about the repository.
///
/// - Returns: nil outside of CI.
func rangeOfCIJob(in repository: GitRepository) -> CIRange? {
  do throws(CIFailure) {
    for platform in CIPlatform.all {
      guard let job = try platform.job() else { continue }
      switch job {
      case .work(let job): return try range(of: job, in: repository)
      case .none(let words): return CIRange.none(words: words)
      }
    }
    return nil
  } catch { return .failure(words: error.words) }
}

/// Why a job's range cannot be determined.
struct CIFailure: Error {
  let words: String
}

private func range(of job: CIJob, in repository: GitRepository) throws(CIFailure) -> CIRange {
  do throws(GitError) { _ = try GitProcess.output(of: repository, ["rev-parse", "--git-dir"]) } catch {
    throw CIFailure(words: "\(job.name): \(explained(error))")
  }
  let isShallow = isShallow(repository)
  let hint = isShallow ? "; \(unshallow); in GitLab: GIT_DEPTH: 0" : ""
  guard let tip = objectID(in: repository, job.tip) else {
    throw CIFailure(
      words: "\(job.name): \(job.tip) is not in this clone\(hint); check out the commit that the job is about")
  }
  var words = "\(job.name): "
  let tag = try annotatedTag(in: repository, of: job, tip)
  let tips = [PushedTip(id: tip)] + (tag.map { [$0.tip] } ?? [])
  let andTag = tag.map { ", and \($0.words)" } ?? ""
  /// All commits are known, but a tag that points to one brings its message.
  func nothingNew(_ reason: String) -> CIRange {
    guard let tag else { return .none(words: "\(words)\(reason), so only the tree is scanned") }
    return .range(
      tips: [tag.tip], known: [tip], words: "\(words)\(reason), so only the tree and \(tag.words) are scanned")
  }
  if let base = job.base {
    if base == tip { return nothingNew("base and head are the same commit") }
    if let known = objectID(in: repository, "\(base)^{commit}") {
      return .range(
        tips: tips, known: [known], words: "\(words)the commits of \(short("\(base)"))..\(short(job.tip))\(andTag)")
    }
    if !job.isForced || isShallow {
      throw CIFailure(words: "\(words)the base \(base) is not in this clone\(hint)")
    }
    words += "the base \(short("\(base)")) no longer exists, as after a force push; "
  }
  if let target = job.target, target != job.branch {
    let name = "refs/remotes/origin/\(target)"
    let shown = target == "HEAD" ? "origin/HEAD" : target
    if let known = objectID(in: repository, name + "^{commit}") {
      if known == tip { return nothingNew("\(shown) is the same commit") }
      return .range(
        tips: tips, known: [known],
        words: "\(words)the commits of \(short(job.tip)) that are not in \(shown)\(andTag)")
    }
    if isShallow { throw CIFailure(words: "\(words)\(name) is not in this clone\(hint)") }
    words += "\(shown) is not fetched; "
  }
  if job.tag != nil && job.base == nil && job.target == nil {
    words += unknownStart
    guard let tag else { return .none(words: words) }
    return .range(tips: [tag.tip], known: [tip], words: "\(words), so of the commits only \(tag.words) is scanned")
  }
  if isShallow { throw CIFailure(words: "\(words)the first commit of the work is unknown\(hint)") }
  return .range(tips: tips, known: [], words: "\(words)every commit up to \(short(job.tip))\(andTag)")
}

let unknownStart = "the environment does not say which commit the work started from"

/// The annotated tag of a job, if any.
///
/// - Parameter tip: the ID of the job's commit.
private func annotatedTag(
  in repository: GitRepository, of job: CIJob, _ tip: ObjectID
) throws(CIFailure) -> (tip: PushedTip, words: String)? {
  guard let name = job.tag else { return nil }
  let ref = "refs/tags/\(name)"
  guard let id = objectID(in: repository, ref) else {
    throw CIFailure(words: "\(job.name): \(ref) is not in this clone; git fetch --tags gets it")
  }
  return id == tip ? nil : (PushedTip(id: id, ref: Path(ref)), "the tag \(name)")
}

/// The ID of what a revision names; nil when it is not here.
private func objectID(in repository: GitRepository, _ revision: String) -> ObjectID? {
  guard
    let id = try? GitProcess.output(
      of: repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", revision]),
    (try? GitProcess.output(of: repository, ["cat-file", "-e", id])) != nil
  else { return nil }
  return ObjectID(digits: id.utf8)
}

private func isShallow(_ repository: GitRepository) -> Bool {
  (try? GitProcess.output(of: repository, ["rev-parse", "--is-shallow-repository"])) == "true"
}

private func short(_ revision: String) -> String {
  ObjectID(digits: revision.utf8) == nil ? revision : String(revision.prefix(12))
}
