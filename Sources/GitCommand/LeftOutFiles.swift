// The tracked files that a sparse checkout leaves out of the working tree: they are in the index, and what
// they hold is among the repository's objects. Source: git-sparse-checkout(1), git-ls-files(1).

package import Platform

/// A file of the index that is not in the working tree on purpose.
package struct LeftOutFile: Sendable {
  /// Relative to the top.
  package let path: Path
  /// Of the blob, or of a submodule's commit, in hex digits.
  package let id: String
  package let isLink: Bool
  /// What it holds is in another repository.
  package let isSubmodule: Bool
}

/// The files with the skip-worktree bit.
///
/// - Parameter top: of the working tree, absolute.
package func leftOutFiles(top: Path) throws(GitError) -> [LeftOutFile] {
  var git = try GitProcess.start(
    options: ["--work-tree=."], ["ls-files", "-z", "-t", "--stage"], in: top, inherited: .discovered)
  var files: [LeftOutFile] = []
  // `TAG SP MODE SP ID SP STAGE TAB PATH`
  try git.readRecords { record in
    guard record.first == UInt8(ascii: "S"), let tab = record.firstIndex(of: 0x09) else { return }
    let words = record[..<tab].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 4 else { return }
    files.append(
      LeftOutFile(
        path: Path(record[(tab + 1)...]), id: words[2], isLink: words[1] == "120000",
        isSubmodule: words[1] == "160000"))
  }
  return files
}
