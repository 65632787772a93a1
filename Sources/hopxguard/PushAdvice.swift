// What to say of a push that brings a secret: in its commits, in a tag's message, or in a file or folder
// that a ref points to without a commit.

import Reporting

enum PushAdvice {
  /// Without a full stop.
  static func what(_ findings: [Finding]) -> String {
    let (commits, tags, others) = kinds(findings)
    if commits && !tags && !others { return "the commits of this push add a secret" }
    if tags && !commits && !others { return "a tag of this push holds a secret" }
    if others && !commits && !tags { return "a file that a ref of this push points to holds a secret" }
    return "this push brings secrets"
  }

  /// A line for each kind.
  static func mend(_ findings: [Finding]) -> String {
    let (commits, tags, others) = kinds(findings)
    var lines: [String] = []
    if commits { lines.append("Take it out of the commits named above (git rebase -i, edit), and push again.") }
    if tags { lines.append("Make the tag anew with another message (git tag -f -a NAME COMMIT), and push again.") }
    if others {
      lines.append("Have the ref point to something without it (git tag -f, git update-ref), and push again.")
    }
    return lines.joined(separator: "\n")
  }

  private static func kinds(_ findings: [Finding]) -> (commits: Bool, tags: Bool, others: Bool) {
    (
      findings.contains { $0.commit != nil }, findings.contains { $0.place == .tag },
      findings.contains { $0.commit == nil && $0.place != .tag }
    )
  }
}
