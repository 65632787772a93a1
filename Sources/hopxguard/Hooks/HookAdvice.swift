// What a hook says of the secrets themselves: where to read a key from instead, and how to replace it. Of Hopx keys we
// know that; for others their rule says it.

import Bytes
import Findings
import Rules

struct HookAdvice {
  private let rules: [Rule]
  private let hasHopxKey: Bool
  private let hasOther: Bool

  init(_ findings: [Finding], _ rules: [Rule]) {
    let found = Set(findings.map(\.rule))
    self.rules = rules.filter { found.contains($0.id) && !Self.isOurs($0.id) }
    hasHopxKey = found.contains(hopxRule)
    hasOther = found.contains { !Self.isOurs($0) }
  }

  private static func isOurs(_ rule: String) -> Bool { rule == hopxRule || rule == Rule.addressID }

  /// Without a full stop.
  var readIt: String {
    if hasOther {
      return "Remove it (read it from \(hasHopxKey ? "HOPX_API_KEY or another" : "an environment") variable instead)"
    }
    return hasHopxKey
      ? "Remove it (read it from HOPX_API_KEY instead)" : "Remove the address: a client would send its key there"
  }

  /// Lines on how to replace what was found.
  var rotate: String {
    let question = "Was the key ever pushed or shared?"
    if !hasOther { return "\(question) Rotate it: \(RotationSteps.steps)\n" }
    var text = hasHopxKey ? "\(question) Rotate it. A Hopx key: \(RotationSteps.steps)\n" : "\(question)\n"
    for rule in rules {
      let steps = rule.remediation.isEmpty ? ["Revoke it where it was made."] : rule.remediation
      text += "  \(escapedForTerminal(rule.title.utf8)): \(escapedForTerminal(steps.joined(separator: " ").utf8))\n"
    }
    return text
  }
}
