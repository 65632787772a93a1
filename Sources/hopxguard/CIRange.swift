// Which commits a CI job is about, as its platform's environment tells: what `check` scans besides the
// tree. Where a base is not known or not here, more is scanned instead of less, or the job fails; what was
// chosen is said. What the environment holds may come from a stranger's fork: only IDs and branch names
// of the right form go to git.

import Git
import Inputs
import POSIX
import Reporting

/// A choice of commits.
enum CIRange {
  /// What `tips` bring to where `known` is, IDs of objects.
  ///
  /// - Parameter words: what was chosen, for a person.
  case range(tips: [String], known: [String], words: String)
  /// There is nothing to scan besides the tree, and why.
  case none(words: String)
  /// The range cannot be told: the job must not pass.
  case failure(words: String)
}

/// What a platform says about a job.
struct CIJob {
  /// Such as `GitHub Actions, push`.
  var name: String
  /// The commit, or tag, that is looked at; `HEAD` where the platform does not tell.
  var tip: String
  /// Where the work began; nil where the platform does not tell.
  var base: String?
  /// The branch that the work goes to, or began at, without `refs/heads/`: what is in it has been looked at.
  var target: String?
  /// The branch that is built.
  var branch: String?
  /// The base was taken out of the branch: that it is gone is no wonder.
  var isForced = false
}

/// Asks the environment, and then git.
///
/// - Returns: nil outside of CI.
func rangeOfCIJob() -> CIRange? {
  do throws(CIFailure) {
    for platform in CIPlatform.all {
      guard let job = try platform.job() else { continue }
      switch job {
      case .work(let job): return try range(of: job)
      case .none(let words): return CIRange.none(words: words)
      }
    }
    return nil
  } catch { return .failure(words: error.words) }
}

/// Why a job's range cannot be told.
struct CIFailure: Error {
  let words: String
}

private func range(of job: CIJob) throws(CIFailure) -> CIRange {
  do throws(GitError) { _ = try GitProcess.output(["rev-parse", "--git-dir"]) } catch {
    throw CIFailure(words: "\(job.name): \(explained(error))")
  }
  guard let tip = objectID(job.tip) else {
    throw CIFailure(
      words: "\(job.name): \(job.tip) is not in this clone\(hint); is it the change itself that is checked out?")
  }
  var words = "\(job.name): "
  if let base = job.base {
    if base == tip {
      return .none(words: words + "base and head are the same commit, so nothing but the tree is new")
    }
    if let known = objectID(base + "^{commit}") {
      return .range(
        tips: [tip], known: [known],
        words: "\(words)the commits of \(short(base))..\(short(job.tip))")
    }
    if !job.isForced || isShallow {
      throw CIFailure(words: "\(words)the base \(base) is not in this clone\(hint)")
    }
    words += "the base \(short(base)) is gone, as after a force push; "
  }
  if let target = job.target, target != job.branch {
    let name = "refs/remotes/origin/\(target)"
    if let known = objectID(name + "^{commit}") {
      // A tag that points there brings its message.
      if known == tip {
        return .none(words: words + "\(target) is the same commit, so nothing but the tree is new")
      }
      return .range(
        tips: [tip], known: [known], words: "\(words)the commits of \(short(job.tip)) that are not in \(target)")
    }
    if isShallow { throw CIFailure(words: "\(words)\(name) is not in this clone\(hint)") }
    words += "\(target) is not fetched; "
  }
  if isShallow { throw CIFailure(words: "\(words)where the work began cannot be told\(hint)") }
  return .range(tips: [tip], known: [], words: "\(words)every commit up to \(short(job.tip))")
}

/// The ID of what a revision names; nil when it is not here.
private func objectID(_ revision: String) -> String? {
  guard let id = try? GitProcess.output(["rev-parse", "--verify", "--quiet", "--end-of-options", revision]),
    (try? GitProcess.output(["cat-file", "-e", id])) != nil
  else { return nil }
  return id
}

private var isShallow: Bool { (try? GitProcess.output(["rev-parse", "--is-shallow-repository"])) == "true" }

private var hint: String { isShallow ? "; \(unshallow); in GitLab: GIT_DEPTH: 0" : "" }

private func short(_ revision: String) -> String { isObjectID(revision) ? String(revision.prefix(12)) : revision }

/// 40 or 64 hex digits.
func isObjectID(_ text: String) -> Bool {
  (text.utf8.count == 40 || text.utf8.count == 64)
    && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}
