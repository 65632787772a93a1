// The tracked files that a sparse checkout leaves out of the working tree: they are in the index, and what
// they hold is among the repository's objects. Source: git-sparse-checkout(1), git-ls-files(1).

package import GitStore
package import Platform

/// A file of the index that is not in the working tree on purpose.
package struct LeftOutFile: Sendable {
  /// Relative to the top.
  package let path: Path
  /// Of the blob, or of a submodule's commit.
  package let id: ObjectID
  package let isLink: Bool
  /// What it holds is in another repository.
  package let isSubmodule: Bool
}

/// The files with the skip-worktree bit.
package func leftOutFiles(in repository: GitRepository) throws(GitError) -> [LeftOutFile] {
  var git = try GitProcess.start(
    in: repository, options: ["--work-tree=."], ["ls-files", "-z", "-t", "--stage"])
  var files: [LeftOutFile] = []
  // `TAG SP MODE SP ID SP STAGE TAB PATH`
  try git.readRecords { record in
    guard record.first == UInt8(ascii: "S"), let tab = record.firstIndex(of: 0x09) else { return }
    let words = record[..<tab].split(separator: 0x20)
    guard words.count == 4, let id = ObjectID(digits: words[2]) else { return }
    files.append(
      LeftOutFile(
        path: Path(record[(tab + 1)...]), id: id, isLink: words[1].elementsEqual("120000".utf8),
        isSubmodule: words[1].elementsEqual("160000".utf8)))
  }
  return files
}
