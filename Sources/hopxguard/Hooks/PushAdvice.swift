// What to say of a push that brings a secret: in its commits, in a tag's message, in the name of a branch or
// tag, or in a file or folder that a ref points to without a commit.

import Bytes
import Findings
import Reporting

enum PushAdvice {
  private enum Kind { case commit, tag, name, other }

  /// Without a full stop.
  static func what(_ findings: [Finding]) -> String {
    switch kinds(findings) {
    case [.commit]: "the commits of this push add a secret"
    case [.tag]: "a tag of this push contains a secret"
    case [.name]: "the name of a branch or tag of this push contains a secret"
    case [.other]: "a file that a ref of this push points to contains a secret"
    default: "this push contains secrets"
    }
  }

  /// A line for each kind.
  static func mend(_ findings: [Finding]) -> String {
    let kinds = kinds(findings)
    var lines: [String] = []
    if kinds.contains(.commit) {
      lines.append("Remove it from the commits named above (git rebase -i, edit), and push again.")
    }
    if kinds.contains(.tag) {
      lines.append("Recreate the tag with another message (\(tagCommand(findings))), and push again.")
    }
    if kinds.contains(.name) {
      lines.append(
        "Give the branch or tag another name (git branch -m NEW, git tag NEW COMMIT), and push it by that name.")
    }
    if kinds.contains(.other) {
      lines.append("Point the ref to something without it (git tag -f, git update-ref), and push again.")
    }
    return lines.joined(separator: "\n")
  }

  private static func kinds(_ findings: [Finding]) -> Set<Kind> {
    Set(
      findings.map { finding in
        switch finding.place {
        case .tag: .tag
        case .refName: .name
        default: finding.commit == nil ? .other : .commit
        }
      })
  }

  /// With the tag's name, where there is one tag and its name is known.
  private static func tagCommand(_ findings: [Finding]) -> String {
    let refs = Set(findings.lazy.filter { $0.place == .tag }.map(\.ref))
    let folder = "refs/tags/"
    // A name that has to be escaped for a terminal cannot be pasted into a shell.
    guard refs.count == 1, let ref = refs.first!, ref.hasPrefix(folder), escapedForTerminal(ref.utf8) == ref
    else { return "git tag -f -a NAME COMMIT" }
    let name = ref.dropFirst(folder.count)
    return "git tag -f -a \(shellWord(name)) \(shellWord(name + "^{}"))"
  }

  /// git lets a name hold nearly everything that a shell obeys.
  private static func shellWord(_ text: Substring) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./".utf8.contains(byte)
    }
    if isPlain { return String(text) }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
