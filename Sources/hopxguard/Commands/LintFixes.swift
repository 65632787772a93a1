// `hopxguard lint --fix`: writes what the findings say to write instead, or shows it as a diff.

import Bytes
import Detection
import Findings
import Platform
import Scanning

struct LintFixes {
  let options: ContentOptions
  /// Findings that it lets pass are not mended.
  var policy: Policy
  let isDry: Bool
  private var changes = 0
  private var files = 0

  init(options: ContentOptions, policy: Policy, isDry: Bool) {
    self.options = options
    self.policy = policy
    self.isDry = isDry
  }

  var summary: String {
    if changes == 0 { return "note: nothing that a change of one line mends\n" }
    let what = "\(counted(changes, "change")) in \(counted(files, "file"))"
    return isDry ? "note: \(what) not written, because of --dry-run\n" : "note: \(what) written\n"
  }

  /// Mends what it can, and takes it out of the results unless nothing is written.
  mutating func mend(_ results: inout ScanResults, _ targets: [ScanTarget]) throws(ExitStatus) {
    let open = policy.judge(code: results.code).filter { $0.code?.replacement != nil }
    let byPath = Dictionary(grouping: open, by: \.path)
    for path in byPath.keys.sorted() {
      guard let target = targets.first(where: { $0.holds(path) }) else { continue }
      let edits = byPath[path]!.compactMap(\.code)
      let texts: (old: [UInt8], new: [UInt8])?
      do throws(SystemError) { texts = try mend(target.absolute(of: path), edits) } catch {
        results.problems.append(Problem(path: path, message: "cannot be mended: \(error.call): \(error)"))
        continue
      }
      guard let texts else {
        results.problems.append(Problem(path: path, message: "changed while it was read: run --fix again"))
        continue
      }
      changes += edits.count
      files += 1
      if isDry {
        try show(texts.old, texts.new, path)
      } else {
        let mended = Set(edits.map(\.range))
        results.code.removeAll { $0.path == path && mended.contains($0.code?.range ?? 0..<0) }
      }
    }
  }

  /// - Returns: the text before and after; nil, and nothing is written, if the file is not the one that was linted.
  private func mend(_ file: Path, _ edits: [CodePlace]) throws(SystemError) -> (old: [UInt8], new: [UInt8])? {
    let old = try readRegularFile(file, limit: Self.longest)
    var new = old
    for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      // A replacement begins with the text that it replaces; `$NAME` may become `${NAME:0:15}`.
      guard edit.range.upperBound <= new.count, bare(edit.replacement![...]).starts(with: bare(new[edit.range])) else {
        return nil
      }
      new.replaceSubrange(edit.range, with: edit.replacement!)
    }
    if !isDry { try writeAtomically(new, to: file) }
    return (old, new)
  }

  private func bare(_ text: ArraySlice<UInt8>) -> [UInt8] { text.filter { !"${}".utf8.contains($0) } }

  /// Bytes of a file.
  private static let longest = 64 << 20

  /// The lines that change, as a unified diff without context.
  private func show(_ old: [UInt8], _ new: [UInt8], _ path: Path) throws(ExitStatus) {
    let (before, after) = (lines(old), lines(new))
    let name = Console.shown(path.bytes)
    var text = "--- a/\(name)\n+++ b/\(name)\n"
    for (index, (left, right)) in zip(before, after).enumerated() where left != right {
      text += "@@ -\(index + 1) +\(index + 1) @@\n-\(Console.shown(left))\n+\(Console.shown(right))\n"
    }
    try Console.write(Array(text.utf8))
  }

  private func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    text.split(separator: 0x0A, omittingEmptySubsequences: false)
  }
}
