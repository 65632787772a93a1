// Which findings count: disabled rules, skipped paths, the allow-list, comments in the files and the baseline.
// Everything that does not count is still shown as a number.

import Bytes
package import Platform

/// What lets a finding pass.
public enum Allowance: String, CaseIterable, Sendable {
  case fingerprint, path, rule
  /// A comment beside it.
  case inline
  case baseline
}

/// What a finding is judged by.
struct Judged {
  let rule: String
  let fingerprint: String
  let path: Path
  let line: Int
  let comment: InlineAllowance?

  init(rule: String, fingerprint: String, path: Path, line: Int, comment: InlineAllowance?) {
    (self.rule, self.fingerprint, self.path, self.line, self.comment) = (rule, fingerprint, path, line, comment)
  }

  init(_ finding: Finding) {
    self.init(
      rule: finding.rule, fingerprint: finding.fingerprint, path: finding.path, line: finding.line,
      comment: finding.comment)
  }
}

package struct Policy: Sendable {
  /// IDs of rules whose findings do not count.
  package var disabled: Set<String> = []
  /// Paths whose findings do not count, for scans that cannot skip reading them.
  package var skipped: [PathGlob] = []
  package var allowed = AllowList()
  package var baseline: Baseline?
  /// What reports call the baseline's file.
  package var baselineSource = ""
  /// IDs of rules that other commands look for: what lets their findings pass is not missed.
  package var elsewhere: Set<String> = []
  /// Whether comments in the files allow findings.
  package var honoursComments = true
  /// `YYYY-MM-DD`, in UTC.
  package var today: String

  /// What passed, and by what.
  package private(set) var passed: [Allowance: Int] = [:]
  /// Findings of rules that are off.
  package private(set) var ofDisabled: [String: Int] = [:]
  /// Paths with findings that are skipped.
  package private(set) var ofSkipped: Set<Path> = []
  private var used: Set<Int> = []
  private var usedBaseline: Set<Baseline.Entry> = []
  private var warnings: [Problem] = []

  package init(today: String) { self.today = today }

  /// Whether every finding counts that no comment allows.
  package var takesEverything: Bool {
    disabled.isEmpty && skipped.isEmpty && allowed.entries.isEmpty && baseline == nil
  }

  /// The findings that count.
  package mutating func judge(_ findings: [Finding]) -> [Finding] {
    if takesEverything && findings.allSatisfy({ $0.comment == nil }) { return findings }
    let byFingerprint = Dictionary(
      grouping: allowed.entries.indices.filter { allowed.entries[$0].fingerprint != nil },
      by: { allowed.entries[$0].fingerprint! })
    let others = allowed.entries.indices.filter { allowed.entries[$0].fingerprint == nil }
    return findings.filter { finding in
      if disabled.contains(finding.rule) {
        ofDisabled[finding.rule, default: 0] += 1
        return false
      }
      if skipped.contains(where: { $0.takes(finding.path) }) {
        ofSkipped.insert(finding.path)
        return false
      }
      guard let allowance = allowance(Judged(finding), (byFingerprint[finding.fingerprint] ?? []) + others) else {
        return true
      }
      passed[allowance, default: 0] += 1
      return false
    }
  }

  /// The findings about code that count.
  package mutating func judge(code findings: [PolicyFinding]) -> [PolicyFinding] {
    findings.filter { finding in
      guard let code = finding.code else { return true }
      let judged = Judged(
        rule: finding.rule, fingerprint: code.fingerprint, path: finding.path, line: finding.line ?? 0,
        comment: code.comment)
      if skipped.contains(where: { $0.takes(finding.path) }) {
        ofSkipped.insert(finding.path)
        return false
      }
      guard let allowance = allowance(judged, Array(allowed.entries.indices)) else { return true }
      passed[allowance, default: 0] += 1
      return false
    }
  }

  /// The same for what is found about a repository or a machine. Entries for a key do not apply: what is about an
  /// allowed key is not found in the first place.
  package mutating func judge(_ findings: [PolicyFinding]) -> [PolicyFinding] {
    findings.filter { finding in
      if disabled.contains(finding.rule) {
        ofDisabled[finding.rule, default: 0] += 1
        return false
      }
      let judged = Judged(
        rule: finding.rule, fingerprint: "", path: finding.path, line: finding.line ?? 0, comment: nil)
      guard let allowance = allowance(judged, Array(allowed.entries.indices)) else { return true }
      passed[allowance, default: 0] += 1
      return false
    }
  }

  private mutating func allowance(_ finding: Judged, _ candidates: [Int]) -> Allowance? {
    var kinds: [Allowance] = []
    var expired: [AllowEntry] = []
    for index in candidates where allowed.entries[index].covers(finding) {
      used.insert(index)
      let entry = allowed.entries[index]
      if entry.isExpired(on: today) { expired.append(entry) } else { kinds.append(entry.kind) }
    }
    if let first = Allowance.allCases.first(where: kinds.contains) { return first }
    if honoursComments, let comment = finding.comment {
      let place = "the comment hopxguard:allow"
      switch comment {
      case .allowed: return .inline
      case .unreasoned:
        warn(finding.path, finding.line, "\(place) has no reason, so it allows nothing: add the reason after it")
      case .misspelt(let words):
        let marker = words.lowercased().contains("next") ? "hopxguard:allow-next-line" : "hopxguard:allow"
        warn(finding.path, finding.line, "the comment '\(words)' allows nothing: did you mean \(marker) REASON?")
      case .tooNew:
        warn(finding.path, finding.line, "\(place) is not in the revision of --allow-from, so it allows nothing yet")
      }
    }
    if let entry = baseline?.entry(for: finding) {
      usedBaseline.insert(entry)
      return .baseline
    }
    for entry in expired { warn(Path(allowed.source), entry.line, Self.expiry(entry)) }
    return nil
  }

  private static func expiry(_ entry: AllowEntry) -> String {
    "\(entry.words) was allowed until \(entry.expires ?? "") and no longer is: "
      + "remove the entry, or give it a later date"
  }

  /// Explains why a comment allows nothing in the version that a commit brought.
  package mutating func noteLaterComment(_ finding: Finding) {
    let commit = finding.commit.map { String($0.id.prefix(12)) } ?? ""
    warn(
      finding.path, finding.line,
      "the comment hopxguard:allow came after commit \(commit), which has the key without it, and so allows nothing "
        + "there: hopxguard allow \(finding.fingerprint) --reason TEXT allows the key in every version")
  }

  /// - Parameter path: redacted.
  private mutating func warn(_ path: Path, _ line: Int, _ message: String) {
    warnings.append(Problem(path: path, line: line, message: message))
  }

  /// Warnings about the settings, in order, each once.
  ///
  /// - Parameter isWhole: whether everything that an entry could apply to was scanned, so that unused entries can
  ///   be reported.
  package func warnings(isWhole: Bool) -> [Problem] {
    var all = warnings
    let source = Path(allowed.source)
    for (index, entry) in allowed.entries.enumerated() {
      if isWhole && entry.isExpired(on: today) {
        all.append(Problem(path: source, line: entry.line, message: Self.expiry(entry)))
      } else if isWhole && !used.contains(index) && !(entry.rule.map(elsewhere.contains) ?? false) {
        all.append(
          Problem(
            path: source, line: entry.line,
            message: "\(entry.words) is allowed but was not found: remove the entry if it is no longer needed"))
      }
    }
    if isWhole, let baseline {
      let gone = baseline.entries.subtracting(usedBaseline).count { !elsewhere.contains($0.rule) }
      if gone > 0 {
        all.append(
          Problem(
            path: Path(baselineSource),
            message:
              "no longer found: \(counted(gone, "known finding")); hopxguard baseline --prune removes "
              + (gone == 1 ? "it" : "them")
          ))
      }
    }
    all.sort(by: Problem.precedes)
    var last: Problem?
    all.removeAll { problem in
      defer { last = problem }
      return last.map { !Problem.precedes($0, problem) } ?? false
    }
    return all
  }
}
