// The commits of a range, and what each adds to its parents.

import POSIX

/// Commits that are reachable from some revisions and not from others.
public struct CommitRange: Sendable {
  /// As git-rev-list(1) takes them.
  public let revisions: [String]
  /// How a person calls it.
  public let name: String
  /// Somebody typed the revisions.
  private let isTyped: Bool

  /// `A..B`, `A...B`, or any other that git knows, such as `A` for all up to A.
  public init(_ text: String) {
    revisions = [text]
    name = text
    isTyped = true
  }

  public init(from: String, to: String) { self.init("\(from)..\(to)") }

  /// What `tips` reach and `excluded` do not: arguments such as `--not`, `--all` may be among the latter.
  public init(tips: [String], excluded: [String], name: String) {
    revisions = tips + ["--not"] + excluded
    self.name = name
    isTyped = false
  }

  /// An option among the revisions that somebody typed: git would obey it.
  var strayOption: String? { isTyped ? revisions.first { $0.hasPrefix("-") } : nil }
}

/// A range, read.
public struct RangeChanges: Sendable {
  /// Every commit in the range, parents before children; hex digits.
  public let commits: [String]
  /// What each changes, in that order, those that change nothing left out. Of a merge: what is as in
  /// none of its parents.
  public let sets: [ChangeSet]
  /// Annotated tags that point into the range; hex digits.
  public let tags: [String]
  /// Commits of the range whose parents a shallow clone does not have.
  public let cut: [String]
}

/// Reads what the commits of a range change.
///
/// - Throws: `GitError`: an unknown revision, a missing object, no repository.
public func changes(in range: CommitRange) throws(GitError) -> RangeChanges {
  if let option = range.strayOption { throw GitError("'\(option)' is no revision") }
  let shallow = try shallowCommits()
  let listing: String
  do throws(GitError) {
    listing = try GitProcess.output(
      ["rev-list", "--topo-order", "--reverse"] + range.revisions + ["--"])
  } catch {
    let hint = shallow.isEmpty ? "" : "; " + unshallow
    throw GitError(error.reason + hint, status: error.status)
  }
  let commits = listing.split(separator: "\n").map(String.init)
  let members = Set(commits)
  var git = try GitProcess.start(
    [
      "diff-tree", "--stdin", "-r", "--root", "-c", "--raw", "-z", "--no-abbrev", "--no-renames",
      "--no-relative", "--ignore-submodules=none",
    ], in: ".", inherited: .fromHook, takesInput: true)
  let sets = try feed(commits, to: &git)
  return RangeChanges(
    commits: commits, sets: sets, tags: try tags(into: members),
    cut: commits.filter { shallow.contains($0) })
}

/// What gets a shallow clone the commits it lacks.
public let unshallow =
  "this clone is shallow: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"

private func feed(_ commits: [String], to git: inout GitProcess) throws(GitError) -> [ChangeSet] {
  let input = Array(commits.map { $0 + "\n" }.joined().utf8)
  var parser = RawDiffParser()
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  defer { buffer.deallocate() }
  var sent = 0
  var isOver = false
  if input.isEmpty { git.endInput() }
  while !isOver {
    var result: Result<Int?, GitError>?
    input.withUnsafeBytes { bytes in
      do throws(GitError) {
        let step = try git.exchange(UnsafeRawBufferPointer(rebasing: bytes[sent...]), into: buffer)
        sent += step.written
        result = .success(step.read)
      } catch { result = .failure(error) }
    }
    if sent == input.count { git.endInput() }
    guard let count = try result!.get() else { continue }
    isOver = count == 0
    try parser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }
  try git.finish()
  try parser.finish()
  return parser.sets
}

private func shallowCommits() throws(GitError) -> Set<String> {
  let answer = try GitProcess.output(["rev-parse", "--is-shallow-repository", "--git-path", "shallow"])
  let lines = answer.split(separator: "\n", maxSplits: 1)
  guard lines.first == "true", lines.count == 2 else { return [] }
  do throws(SystemError) {
    let text = try readWhole(Path(String(lines[1])), limit: 64 << 20)
    return Set(text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) })
  } catch { throw GitError("the list of shallow commits cannot be read: \(error)") }
}

/// Annotated tags whose target, peeled, is one of `commits`.
private func tags(into commits: Set<String>) throws(GitError) -> [String] {
  let listing = try GitProcess.output([
    "for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname)", "refs/tags",
  ])
  var tags: [String] = []
  for line in listing.split(separator: "\n") {
    let fields = line.split(separator: " ")
    guard fields.count == 4, fields[0] == "tag" else { continue }
    var target = String(fields[3])
    if fields[2] == "tag" {
      // git before 2.45 peels one tag only.
      target = (try? GitProcess.output(["rev-parse", "--verify", "--quiet", "\(target)^{}"])) ?? ""
    }
    if commits.contains(target) { tags.append(String(fields[1])) }
  }
  return tags
}
