// The untracked files that only `info/exclude` hides: its rules are in no commit, so nobody who looks at the
// repository sees them. Source: gitignore(5), git-ls-files(1).

import GitStore
package import Platform

/// Counts the untracked files that a rule of `info/exclude`, and no `.gitignore`, has git ignore.
///
/// - Parameters:
///   - top: of the working tree, absolute.
///   - folder: below which to look, relative to `top`; empty for all.
/// - Returns: how many files each rule hides, in the order of the rules.
package func filesHiddenLocally(
  top: Path, below folder: Path
) throws(GitError) -> [(rule: IgnoreRule, count: Int)] {
  guard let git = Repository.pointedFolder(top.appending(".git".utf8)) else { return [] }
  let list = Repository.commonFolder(of: git).appending("info/exclude".utf8)
  guard let text = try? readRegularFile(list, limit: 16 << 20), holdsRule(text) else { return [] }
  var listing = try GitProcess.start(
    in: .workTree(top), options: ["--work-tree=."],
    ["ls-files", "-z", "--others", "--ignored", "--exclude-from=\(String(decoding: list.bytes, as: UTF8.self))"],
    paths: folder.bytes.isEmpty ? [] : [folder])
  var paths: [Path] = []
  try listing.readRecords { record in
    paths.append(Path(record.last == UInt8(ascii: "/") ? record.dropLast() : record[...]))
  }
  if paths.isEmpty { return [] }
  var check = try IgnoreCheck(top: top, scope: .machine)
  let rules = try check.rules(for: paths)
  try check.finish()
  var counts: [IgnoreRule: Int] = [:]
  for (path, rule) in zip(paths, rules) {
    guard let rule, !rule.isNegated, !rule.isShared(deciding: path) else { continue }
    counts[rule, default: 0] += 1
  }
  return counts.map { (rule: $0.key, count: $0.value) }.sorted {
    ($0.rule.source, $0.rule.line) < ($1.rule.source, $1.rule.line)
  }
}

private func holdsRule(_ text: [UInt8]) -> Bool {
  text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).contains { line in
    line.contains { $0 != 0x20 && $0 != 0x09 } && line.first != UInt8(ascii: "#")
  }
}
