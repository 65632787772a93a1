// A finding in one sentence, for formats with a message and no room for more.

import Findings
import Rules

/// What was found, in which form and how it got there: `Hopx API key hopx_live_NXAXA... (high confidence)`.
func sentence(_ finding: Finding) -> String {
  var text = "\(finding.title) \(finding.secret) (\(finding.confidence.rawValue) confidence)"
  if finding.place != .content { text += " in the \(finding.place.rawValue)" }
  if finding.encoding != "plain" { text += ", hidden as \(finding.encoding)" }
  if let commit = finding.commit { text += ", since commit \(commit.id.prefix(12)) of \(commit.date)" }
  if let history = finding.history { text += ", \(reach(history.reach))" }
  if let verification = finding.verification { text += ", verification: \(verification.text)" }
  return text + ". \(finding.fingerprint)"
}

private func reach(_ reach: History.Reach) -> String {
  switch reach {
  case .head: "still in HEAD"
  case .refs: "in the history of a branch or tag"
  case .stash: "only in the stash"
  case .reflog: "only in the reflog"
  case .index: "only staged"
  case .unreachable: "unreachable"
  }
}
