// The changes of each of some commits, streamed from git. Source: git-diff-tree(1).

package import GitStore
package import Platform

/// The changes of commits, some thousand at a time.
package struct CommitChanges: ~Copyable {
  private var git: GitProcess
  private let input: [UInt8]
  private var sent = 0
  private var parser = RawDiffParser()
  private let buffer: UnsafeMutableRawBufferPointer
  private var isOver = false

  /// Changes that are handed out together, when the commits are no larger.
  private static let share = 8192

  package init(in repository: GitRepository, of commits: [ObjectID]) throws(GitError) {
    var started = try GitProcess.start(
      in: repository, ["diff-tree", "--stdin", "-r", "--root", "-c"] + rawDiff, takesInput: true)
    started.whenSlow = { () throws(GitError) in try checkPathCounts(in: repository, commits.map { "\($0)^{tree}" }) }
    git = started
    input = Array(commits.map { "\($0)\n" }.joined().utf8)
    buffer = .allocate(byteCount: 65_536, alignment: 1)
  }

  /// Has git look at the first commits while the caller does something else.
  package mutating func begin() throws(GitError) { try step(waits: false) }

  deinit { buffer.deallocate() }

  /// The changes of the next commits, in order, without commits that change nothing; empty at the end.
  /// For a merge: what differs from all parents. A very large commit comes in parts.
  package mutating func next() throws(GitError) -> [ChangeSet] {
    while true {
      if parser.count >= Self.share || isOver {
        let sets = parser.takeSets(isOver: isOver)
        if isOver || !sets.isEmpty { return sets }
      }
      try step(waits: true)
    }
  }

  private mutating func step(waits: Bool) throws(GitError) {
    guard let count = try git.feed(input, &sent, into: buffer, waits: waits) else { return }
    try parser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    if count == 0 {
      try git.finish()
      try parser.finish()
      isOver = true
    }
  }
}

/// Everything in a tree, as if it had just been added. In parts, where there is very much.
package func eachTreePart(
  in repository: GitRepository, _ tree: ObjectID, _ visit: (ChangeSet) throws(GitError) -> Void
) throws(GitError) {
  var git = try GitProcess.start(
    in: repository, ["diff-tree", "-r"] + rawDiff + ["\(try emptyTree(of: repository))", "\(tree)"])
  git.whenSlow = { () throws(GitError) in try checkPathCounts(in: repository, ["\(tree)"]) }
  var parser = RawDiffParser()
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  while true {
    let count = try git.read(into: buffer)
    try parser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    for set in parser.takeSets(isOver: count == 0) { try visit(set) }
    if count == 0 { break }
  }
  try git.finish()
  try parser.finish()
}

/// The format, and that no setting shapes it.
private let rawDiff = [
  "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=none",
]

/// Those of `paths` that exist in a commit that `set` is compared with.
///
/// - Parameter paths: relative to the top, none of them empty.
package func oldPaths(
  in repository: GitRepository, _ paths: Set<Path>, of set: ChangeSet
) throws(GitError) -> Set<Path> {
  if paths.isEmpty { return [] }
  var bases = set.bases
  if let commit = set.commit {
    bases = try GitProcess.output(of: repository, ["rev-parse", "\(commit)^@"]).split(separator: "\n").map(String.init)
  }
  var found: Set<Path> = []
  let all = Array(paths)
  for base in bases {
    var at = 0
    while at < all.count {
      // An argument list has room for so many.
      var end = at
      var bytes = 0
      while end < all.count, end == at || bytes + all[end].bytes.count < 65_536 {
        bytes += all[end].bytes.count + 16
        end += 1
      }
      found.formUnion(try listed(repository, Array(all[at..<end]), in: base).filter { paths.contains($0) })
      at = end
    }
  }
  return found
}

private func listed(_ repository: GitRepository, _ paths: [Path], in tree: String) throws(GitError) -> [Path] {
  var git = try GitProcess.start(
    in: repository, ["ls-tree", "-z", "-t", "--name-only", "--full-tree", tree], paths: paths)
  return try git.readAll(limit: 16 << 20).split(separator: 0).map { Path($0) }
}

extension GitProcess {
  /// Writes the rest of `input`, from `sent` on, to git and reads its answers.
  ///
  /// - Returns: bytes read, 0 at the end of git's output; nil if there was nothing to read.
  mutating func feed(
    _ input: [UInt8], _ sent: inout Int, into buffer: UnsafeMutableRawBufferPointer,
    waits: Bool = true
  ) throws(GitError) -> Int? {
    if sent == input.count { endInput() }
    let step = try input.withUnsafeBufferPointer { (bytes) throws(GitError) in
      try exchange(
        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[sent...])), into: buffer,
        waits: waits)
    }
    sent += step.written
    if sent == input.count { endInput() }
    return step.read
  }
}
