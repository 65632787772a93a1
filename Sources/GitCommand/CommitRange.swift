// The commits of a range, a block at a time: a range may have a million of them, and only a block is in
// memory. Source: git-rev-list(1).

package import GitStore
import Platform

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
  ///   - known: objects that the repository has.
  ///   - excludedRefs: such as `--all`.
  package init(tips: [ObjectID], known: [ObjectID], excludedRefs: [String], name: String) {
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
  private let shallow: Set<ObjectID>
  private let tags: [ObjectID: [ObjectID]]

  /// Commits that were read.
  package private(set) var count = 0
  /// How many of them have parents that a shallow clone does not have.
  package private(set) var cut = 0
  /// Annotated tags that point to commits that were read, and those that the range ends in.
  package private(set) var tagsMet: [ObjectID] = []

  /// Commits that are read together.
  private static let block = 1024

  /// - Parameter readsTags: collects `tagsMet`.
  /// - Throws: `GitError` when git cannot be started, or there is no repository.
  package init(in repository: GitRepository, _ range: CommitRange, readsTags: Bool) throws(GitError) {
    if let flaw = range.flaw { throw GitError(flaw) }
    let shallow = try shallowCommits(of: repository)
    let tags = readsTags ? try annotatedTags(of: repository) : [:]
    let listing = try RevisionListing(repository, range, options: ["--topo-order", "--reverse"])
    if readsTags { tagsMet = try tagsAtEnd(of: range, in: repository) }
    self.shallow = shallow
    self.tags = tags
    self.listing = listing
  }

  /// The next commits, parents before children; empty at the end.
  ///
  /// - Throws: `GitError`: an unknown revision, a missing object.
  package mutating func next() throws(GitError) -> [ObjectID] {
    var commits: [ObjectID] = []
    do throws(GitError) {
      while commits.count < Self.block, let line = try listing.next() {
        guard let commit = ObjectID(digits: line) else { throw GitError("git listed a commit by what is no ID") }
        commits.append(commit)
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
  in repository: GitRepository, from roots: [ObjectID], known: [ObjectID], excludedRefs: [String]
) throws(GitError) -> Set<ObjectID> {
  let range = CommitRange(tips: roots, known: known, excludedRefs: excludedRefs, name: "")
  // Without the last option git looks into no excluded commit where no commit is asked for.
  var listing = try RevisionListing(repository, range, options: ["--objects", "--objects-edge-aggressive"])
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

  init(_ repository: GitRepository, _ range: CommitRange, options: [String]) throws(GitError) {
    git = try GitProcess.start(
      in: repository, ["rev-list"] + options + ["--stdin"] + range.excludedRefs, takesInput: true)
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

private func shallowCommits(of repository: GitRepository) throws(GitError) -> Set<ObjectID> {
  var answer = try GitProcess.outputBytes(
    of: repository, ["rev-parse", "--is-shallow-repository", "--git-path", "shallow"])[...]
  if answer.last == 0x0A { answer.removeLast() }
  let lines = answer.split(separator: 0x0A, maxSplits: 1)
  guard lines.count == 2, lines[0].elementsEqual("true".utf8) else { return [] }
  do throws(SystemError) {
    let text = try readRegularFile(repository.path(lines[1]), limit: 64 << 20)
    return Set(text.split(separator: 0x0A).compactMap { ObjectID(digits: $0) })
  } catch { throw GitError("the list of shallow commits cannot be read: \(error)") }
}

/// The annotated tags among the included ends of a range, not the excluded ones.
private func tagsAtEnd(of range: CommitRange, in repository: GitRepository) throws(GitError) -> [ObjectID] {
  // Only what git takes as an argument unchanged; `git rev-list` says what is wrong with a revision.
  guard !range.name.utf8.contains(0), Array((range.name + "\n").utf8) == range.revisions,
    let answer = try? GitProcess.output(of: repository, ["rev-parse", "--revs-only", range.name, "--"])
  else { return [] }
  let ids = answer.split(separator: "\n")
  let ends = ids.filter { !$0.hasPrefix("^") && !ids.contains("^" + $0) }.compactMap { ObjectID(digits: $0.utf8) }
  if ends.isEmpty { return [] }
  var kinds = try ObjectBatch(in: repository, content: false)
  kinds.request(ends)
  var tags: [ObjectID] = []
  for id in ends {
    if case .object(_, "tag", _) = try kinds.next() { tags.append(id) }
  }
  try kinds.finish()
  return tags
}

/// The annotated tags that lead to each commit, or to anything else.
private func annotatedTags(of repository: GitRepository) throws(GitError) -> [ObjectID: [ObjectID]] {
  let listing = try GitProcess.output(
    of: repository, ["for-each-ref", "--format=%(objecttype) %(objectname)", "refs/tags"])
  let tags = listing.split(separator: "\n").filter { $0.hasPrefix("tag ") }.compactMap {
    ObjectID(digits: $0.dropFirst(4).utf8)
  }
  if tags.isEmpty { return [:] }
  // `%(*objectname)` is only the next object where a tag points to a tag, in git before 2.45.
  var batch = try ObjectBatch(in: repository, content: false)
  batch.request(names: tags.lazy.map { "\($0)^{}" })
  var result: [ObjectID: [ObjectID]] = [:]
  for tag in tags {
    guard case .object(let target, _, _) = try batch.next() else { continue }
    result[target, default: []].append(tag)
  }
  try batch.finish()
  return result
}
