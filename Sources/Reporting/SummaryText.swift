// The summary of a run: how much was scanned, what was not, and what to do now.

import Bytes
package import Findings
import Platform
import Rules

/// The last lines of a run, for standard error.
///
/// - Parameter advises: says what to do about the keys too.
package func summaryText(_ outcome: Outcome, keys: KeyTally, advises: Bool, style: TextStyle) -> String {
  var text = ""
  let summary = outcome.summary
  if let verified = summary.verified { text += keyList(verified, style: style) }
  if !keys.keys.isEmpty {
    if summary.verified == nil { text += "\n" + keyList(keys, style) }
    if advises { text += adviceText(keys, outcome.rules, style) }
    text += "\n"
  }
  let exceptions = exceptionsText(summary)
  var allowed = exceptions.isEmpty ? "" : ", \(exceptions)"
  for line in settingsLines(summary) { text += "\(line)\n" }
  let warnings = (summary.coverage?.warnings ?? 0) + summary.codeWarnings
  if warnings > 0 { allowed += ", \(counted(warnings, "warning"))" }
  let extent = extent(summary)
  if summary.findings > 0 {
    text += style.danger("\(counted(summary.findings, "finding"))\(allowed)") + ": \(extent)"
  } else if outcome.isComplete {
    text += style.success("No findings\(allowed)") + ": \(extent)"
  } else {
    text += style.warning("No findings in what was scanned\(allowed)") + ": \(extent)"
  }
  if !outcome.isComplete {
    text += "; " + style.warning("\(counted(outcome.problems.count, "problem")), the scan is incomplete")
  }
  return text + "\n"
}

/// Each key that was asked about, live ones first, and what to do about it.
private func keyList(_ keys: [VerifiedKey], style: TextStyle) -> String {
  if keys.isEmpty { return "" }
  var text = "\n\(style.bold("What to do first:"))\n"
  for (index, key) in keys.enumerated() {
    let status = key.verification.status
    let action =
      switch status {
      case .live, .liveNarrow: "replace it, then revoke it: console.hopx.dev, Settings, API Keys"
      case .unknown: "treat it as live, and verify it again"
      case .dead, .expired: "nothing is urgent: remove it when you are there"
      }
    let words = status.isLive ? style.danger(key.verification.words) : style.bold(key.verification.words)
    let more = key.places > 1 ? " and \(counted(key.places - 1, "more place"))" : ""
    text += "  \(index + 1). \(words): \(key.secret), \(escapedForTerminal(key.firstPath.bytes))\(more)\n"
    text += "     \(action)\n     \(style.faint(key.fingerprint))\n"
  }
  return text
}

/// Keys in the list of a summary.
private let mostKeys = 10

/// Each key with the number of its places, those to rotate first.
private func keyList(_ tally: KeyTally, _ style: TextStyle) -> String {
  // An address is no key.
  let all = tally.keys.filter { $0.rule != Rule.addressID }
  if all.isEmpty { return "" }
  let addresses = tally.keys.reduce(0) { $0 + ($1.rule == Rule.addressID ? $1.places : 0) }
  let count = tally.isFull ? "More than \(counted(all.count, "key"))" : counted(all.count, "key")
  var text = "\(style.bold("\(count) in \(counted(tally.places - addresses, "place"))")):\n"
  for rotation in [Rotation.yes, .ifShared, .no] {
    let keys = all.filter { $0.rotation == rotation }
    for key in keys.prefix(mostKeys) {
      let files = key.files == 1 ? "" : " in \(counted(key.files, "file"))"
      let what = rotation == .no ? rotation.words : style.warning(rotation.words)
      text += "  \(style.danger(key.secret))  \(counted(key.places, "place"))\(files): \(what)\n"
    }
    if keys.count > mostKeys { text += "  and \(counted(keys.count - mostKeys, "more key")): \(rotation.words)\n" }
  }
  return text
}

/// What to do: for Hopx keys by the places where they are, for others as their rules say.
private func adviceText(_ tally: KeyTally, _ rules: [Rule], _ style: TextStyle) -> String {
  var text = ""
  for rule in rules where tally.rules.contains(rule.id) {
    let heading = "\n\(style.bold("What to do now")) (\(escapedForTerminal(rule.title.utf8))):\n"
    if rule.id == hopxRule {
      text += heading
      for kind in tally.kinds {
        let advice = kind.advice
        text += "  In \(advice.title):\n    \(advice.mend)\n    \(advice.rotate)\n"
      }
      if tally.kinds.contains(where: { $0.advice.rotation != .no }) {
        text += "  To rotate: \(RotationSteps.steps)\n  \(RotationSteps.atOnce)\n"
      }
    } else if !rule.remediation.isEmpty {
      text += heading
      for (index, step) in rule.remediation.enumerated() {
        text += "  \(index + 1). \(escapedForTerminal(step.utf8))\n"
      }
    }
  }
  return text
}

/// How much was scanned, and in what time.
func extent(_ summary: Summary) -> String {
  var scanned: [String] = []
  if summary.coverage == nil || summary.files > 0 {
    scanned.append(counted(summary.files, "file"))
    if summary.entries > 0 { scanned.append(grouped(summary.entries) + " in archives") }
    scanned.append(byteCount(summary.bytes))
  }
  if summary.lines > 0 { scanned.append(counted(summary.lines, "added line")) }
  if summary.commits > 0 { scanned.append(counted(summary.commits, "commit")) }
  if summary.objects > 0 { scanned.append(counted(summary.objects, "object")) }
  if let coverage = summary.coverage {
    scanned.append(
      "\(counted(coverage.names, "name")) tried in \(counted(coverage.folders, "folder")) with "
        + counted(coverage.trackedFiles, "tracked file"))
  }
  return "\(scanned.joined(separator: ", ")) in \(seconds(summary.seconds))"
}

/// What the settings make of the names that have to be covered, a line each.
func settingsLines(_ summary: Summary) -> [String] {
  (summary.coverage?.changes ?? []).map { "settings: \(escapedForTerminal($0.text.utf8))" }
}

/// Remarks on the settings besides the warnings, for formats with messages but without a summary.
func remarks(_ summary: Summary) -> [String] {
  let exceptions = exceptionsText(summary)
  return settingsLines(summary) + (exceptions.isEmpty ? [] : ["not among the findings: \(exceptions)"])
}

/// What was allowed, skipped or switched off. It is always shown, so that an allow-list hides nothing.
package func exceptionsText(_ summary: Summary) -> String {
  var parts: [String] = []
  if summary.allowed > 0 {
    let kinds = Allowance.allCases.compactMap { kind in
      summary.allowances[kind].map { "\(grouped($0)) \(kind == .inline ? "" : "by ")\(kind.rawValue)" }
    }
    parts.append("\(grouped(summary.allowed)) allowed (\(kinds.joined(separator: ", ")))")
  }
  if summary.skipped > 0 { parts.append("\(counted(summary.skipped, "path")) skipped") }
  for (rule, count) in summary.hidden.sorted(by: { $0.key < $1.key }) {
    parts.append("\(counted(count, "untracked file")) hidden by \(escapedForTerminal(rule.utf8))")
  }
  for store in summary.unreadStores.sorted() {
    parts.append("the object store \(escapedForTerminal(store.utf8)), outside of the repository, not read")
  }
  for (rule, count) in summary.disabledRules.sorted(by: { $0.key < $1.key }) {
    let hidden = count > 0 ? " (\(counted(count, "finding")))" : ""
    parts.append("rule \(escapedForTerminal(rule.utf8)) off\(hidden)")
  }
  return parts.joined(separator: ", ")
}

/// A problem as a line for standard error.
package func problemText(_ problem: Problem, label: String = "problem:", style: TextStyle) -> String {
  "\(style.warning(label)) \(line(problem))\n"
}

/// A problem or a warning as a line: `path:line: message`.
func line(_ problem: Problem) -> String {
  var place = escapedForTerminal(problem.path.bytes)
  if let line = problem.line { place += ":\(line)" }
  if !place.isEmpty { place += ": " }
  return place + escapedForTerminal(problem.message.utf8)
}

private func seconds(_ value: Double) -> String {
  let milliseconds = Int((value * 1000).rounded())
  if milliseconds < 1000 { return "\(milliseconds) ms" }
  return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
}
