// The commits of a range, a block at a time: a range may have a million of them, and only a block is in
// memory. Source: git-rev-list(1).

package import GitStore
package import Platform

/// Commits that are reachable from some revisions and not from others.
package struct CommitRange: Sendable {
  /// For git's standard input: revisions, one a line. There may be more of them than arguments can hold.
  let revisions: [UInt8]
  /// Options for refs; everything reachable from them is excluded from the range.
  let excludedRefs: [String]
  /// How a person calls it.
  package let name: String
  /// Why the text is not a range; nil if it is one.
  let flaw: String?

  /// `A..B`, `A...B`, or any other that git knows, such as `A` for all up to A; any bytes.
  package init(_ text: [UInt8]) {
    name = String(decoding: text, as: UTF8.self)
    revisions = text + [0x0A]
    excludedRefs = []
    // git would obey the first, and take the second for two.
    flaw = text.first == UInt8(ascii: "-") || text.contains(0x0A) ? "'\(name)' is no revision" : nil
  }

  /// What `tips` reach, and neither `known` nor the refs of `excludedRefs` do.
  ///
  /// - Parameters:
  ///   - known: objects that the repository has; like `tips` in hex digits.
  ///   - excludedRefs: such as `--all`.
  package init(tips: [String], known: [String], excludedRefs: [String], name: String) {
    var revisions: [UInt8] = []
    for tip in tips { revisions += Array("\(tip)\n".utf8) }
    for id in known { revisions += Array("^\(id)\n".utf8) }
    self.revisions = revisions
    self.excludedRefs = excludedRefs.isEmpty ? [] : ["--not"] + excludedRefs
    self.name = name
    flaw = nil
  }
}

/// The commits of a range as git lists them.
package struct RangeReader: ~Copyable {
  private var listing: RevisionListing
  private let shallow: Set<String>
  private let tags: [String: [String]]

  /// Commits that were read.
  package private(set) var count = 0
  /// How many of them have parents that a shallow clone does not have.
  package private(set) var cut = 0
  /// Annotated tags that point to commits that were read, and those that the range ends in; hex digits.
  package private(set) var tagsMet: [String] = []

  /// Commits that are read together.
  private static let block = 1024

  /// - Parameter readsTags: collects `tagsMet`.
  /// - Throws: `GitError` when git cannot be started, or there is no repository.
  package init(_ range: CommitRange, readsTags: Bool) throws(GitError) {
    if let flaw = range.flaw { throw GitError(flaw) }
    let shallow = try shallowCommits()
    let tags = readsTags ? try annotatedTags() : [:]
    let listing = try RevisionListing(range, options: ["--topo-order", "--reverse"])
    if readsTags { tagsMet = try tagsAtEnd(of: range) }
    self.shallow = shallow
    self.tags = tags
    self.listing = listing
  }

  /// The next commits, parents before children; empty at the end.
  ///
  /// - Throws: `GitError`: an unknown revision, a missing object.
  package mutating func next() throws(GitError) -> [String] {
    var commits: [String] = []
    do throws(GitError) {
      while commits.count < Self.block, let line = try listing.next() {
        commits.append(String(decoding: line, as: UTF8.self))
      }
    } catch {
      throw GitError(error.reason + (shallow.isEmpty ? "" : "; " + unshallow), status: error.status)
    }
    count += commits.count
    for commit in commits {
      if shallow.contains(commit) { cut += 1 }
      if !tags.isEmpty, let tags = tags[commit] { tagsMet += tags }
    }
    return commits
  }
}

/// What gets a shallow clone the commits it lacks.
package let unshallow =
  "this clone is shallow: git fetch --unshallow (in GitHub Actions: fetch-depth: 0)"

/// Trees and blobs that are reachable from `roots` and not from what `range` leaves out.
package func newObjects(
  from roots: [String], known: [String], excludedRefs: [String]
) throws(GitError) -> Set<ObjectID> {
  let range = CommitRange(tips: roots, known: known, excludedRefs: excludedRefs, name: "")
  // Without the last option git looks into no excluded commit where no commit is asked for.
  var listing = try RevisionListing(range, options: ["--objects", "--objects-edge-aggressive"])
  var objects: Set<ObjectID> = []
  while let line = try listing.next() {
    // `-ID` is a commit at the border; what follows an ID is a name.
    if let id = ObjectID(digits: line.prefix { $0 != 0x20 }) { objects.insert(id) }
  }
  return objects
}

/// The lines of a `git rev-list`.
private struct RevisionListing: ~Copyable {
  private var git: GitProcess
  private let input: [UInt8]
  private var sent = 0
  private let buffer: UnsafeMutableRawBufferPointer
  private var lines: [UInt8] = []
  private var at = 0
  private var isOver = false

  init(_ range: CommitRange, options: [String]) throws(GitError) {
    git = try GitProcess.start(
      ["rev-list"] + options + ["--stdin"] + range.excludedRefs, in: ".", inherited: .fromHook,
      takesInput: true)
    input = range.revisions
    buffer = .allocate(byteCount: 65_536, alignment: 1)
  }

  deinit { buffer.deallocate() }

  mutating func next() throws(GitError) -> ArraySlice<UInt8>? {
    var searched = at
    while true {
      if let end = lines[searched...].firstIndex(of: 0x0A) {
        defer { at = end + 1 }
        return lines[at..<end]
      }
      if isOver { return nil }
      lines.removeFirst(at)
      at = 0
      searched = lines.count
      guard let count = try git.feed(input, &sent, into: buffer) else { continue }
      lines.append(contentsOf: buffer[..<count])
      if count == 0 {
        try git.finish()
        isOver = true
      }
    }
  }
}

private func shallowCommits() throws(GitError) -> Set<String> {
  var answer = try GitProcess.outputBytes(["rev-parse", "--is-shallow-repository", "--git-path", "shallow"])[...]
  if answer.last == 0x0A { answer.removeLast() }
  let lines = answer.split(separator: 0x0A, maxSplits: 1)
  guard lines.count == 2, lines[0].elementsEqual("true".utf8) else { return [] }
  do throws(SystemError) {
    let text = try readRegularFile(Path(lines[1]), limit: 64 << 20)
    return Set(text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) })
  } catch { throw GitError("the list of shallow commits cannot be read: \(error)") }
}

/// The annotated tags among the included ends of a range, not the excluded ones.
private func tagsAtEnd(of range: CommitRange) throws(GitError) -> [String] {
  // Only what git takes as an argument unchanged; `git rev-list` says what is wrong with a revision.
  guard !range.name.utf8.contains(0), Array((range.name + "\n").utf8) == range.revisions,
    let answer = try? GitProcess.output(["rev-parse", "--revs-only", range.name, "--"])
  else { return [] }
  let ids = answer.split(separator: "\n").map(String.init)
  let ends = ids.filter { !$0.hasPrefix("^") && !ids.contains("^" + $0) }
  if ends.isEmpty { return [] }
  var kinds = try ObjectBatch(content: false)
  kinds.request(ends)
  var tags: [String] = []
  for id in ends {
    if case .object(_, "tag", _) = try kinds.next() { tags.append(id) }
  }
  try kinds.finish()
  return tags
}

/// The annotated tags that lead to each commit, or to anything else.
private func annotatedTags() throws(GitError) -> [String: [String]] {
  let listing = try GitProcess.output([
    "for-each-ref", "--format=%(objecttype) %(objectname)", "refs/tags",
  ])
  let tags = listing.split(separator: "\n").filter { $0.hasPrefix("tag ") }.map { $0.dropFirst(4) }
  if tags.isEmpty { return [:] }
  // `%(*objectname)` is only the next object where a tag points to a tag, in git before 2.45.
  var batch = try ObjectBatch(content: false)
  batch.request(tags.lazy.map { "\($0)^{}" })
  var result: [String: [String]] = [:]
  for tag in tags {
    guard case .object(let target, _, _) = try batch.next() else { continue }
    result[target, default: []].append(String(tag))
  }
  try batch.finish()
  return result
}
