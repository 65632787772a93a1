// git's raw diff format, the one that names objects and no attribute, driver or setting can touch.
// Source: git-diff-index(1) and git-diff-tree(1), "RAW OUTPUT FORMAT" and "DIFF FORMAT FOR MERGES".

package import GitStore
package import Platform

/// What a commit, or the index, makes of one path.
package struct Change: Equatable, Sendable {
  /// Relative to the repository's top.
  package let path: Path
  /// The previous blobs, one for each parent; empty if the path did not exist.
  package var old: [ObjectID]
  /// The new blob; nil if the path was deleted or is a submodule.
  package let new: ObjectID?
  /// The new blob is a symbolic link's target.
  package let isLink: Bool
  /// git's status letter; `U` for an unmerged path. Of a merge the first parent's.
  package let status: UInt8

  package init(path: Path, old: [ObjectID], new: ObjectID?, isLink: Bool, status: UInt8) {
    self.path = path
    self.old = old
    self.new = new
    self.isLink = isLink
    self.status = status
  }
}

/// The changes of one commit; of the index when there is no commit.
package struct ChangeSet: Sendable {
  package let commit: ObjectID?
  package var changes: [Change]
  /// For the index: the revisions that it is compared with.
  package var bases: [String] = []

  package init(commit: ObjectID?, changes: [Change]) {
    self.commit = commit
    self.changes = changes
  }
}

/// Turns raw diffs, in whatever pieces they arrive, into changes.
struct RawDiffParser {
  private var record: [UInt8] = []
  /// The record that a path has to follow.
  private var pending: [UInt8]?
  private(set) var sets: [ChangeSet] = []
  /// Changes in `sets`.
  private(set) var count = 0
  /// Changes of the last set, those that were handed out too.
  private var countOfLast = 0

  /// Changes of a commit that are handed out together.
  private static let longestPart = 65_536
  /// Paths that a commit may change. A tree that holds itself ten times over, ten levels deep, has more
  /// than anybody can wait for.
  private static let mostChanges = 10_000_000

  /// - Throws: `GitError` for what is no raw diff.
  mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(GitError) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0) {
      record.append(contentsOf: rest[..<end])
      rest = rest[(end + 1)...]
      try take()
      record.removeAll(keepingCapacity: true)
    }
    record.append(contentsOf: rest)
  }

  /// - Throws: `GitError` when the diff ends in the middle of a record.
  func finish() throws(GitError) {
    if pending != nil || !record.isEmpty { throw GitError("git's diff ends in the middle") }
  }

  /// Hands out the sets to which nothing more will be added, and a part of one that is very long.
  ///
  /// - Parameter isOver: nothing follows.
  mutating func takeSets(isOver: Bool) -> [ChangeSet] {
    var taken: [ChangeSet] = []
    swap(&taken, &sets)
    if !isOver, let last = taken.last {
      if last.changes.count < Self.longestPart {
        taken.removeLast()
        sets = [last]
      } else {
        sets = [ChangeSet(commit: last.commit, changes: [])]
      }
    }
    count = sets.first?.changes.count ?? 0
    return taken
  }

  private mutating func take() throws(GitError) {
    if let header = pending {
      pending = nil
      if sets.isEmpty { sets.append(ChangeSet(commit: nil, changes: [])) }
      let change = try Self.change(header, path: Path(record))
      sets[sets.count - 1].changes.append(change)
      count += 1
      countOfLast += 1
      if countOfLast > Self.mostChanges {
        throw GitError("\(sets.last?.commit?.description ?? "a tree") has more paths than can be scanned")
      }
    } else if record.first == UInt8(ascii: ":") {
      pending = record
    } else {
      guard let commit = ObjectID(digits: record) else { throw GitError("git's diff names a commit by what is no ID") }
      sets.append(ChangeSet(commit: commit, changes: []))
      countOfLast = 0
    }
  }

  /// `:MODE MODE ID ID STATUS`, with one more colon, mode, ID and status letter for each further parent.
  private static func change(_ header: [UInt8], path: Path) throws(GitError) -> Change {
    let parents = header.prefix { $0 == UInt8(ascii: ":") }.count
    let fields = header.dropFirst(parents).split(separator: 0x20)
    guard fields.count == 2 * (parents + 1) + 1, let status = fields.last?.first else {
      throw GitError("git's diff has a record that no raw diff has")
    }
    let modes = fields[...parents].map { String(decoding: $0, as: UTF8.self) }
    let ids = fields[(parents + 1)..<(2 * parents + 2)].map { ObjectID(digits: $0) }
    var old: [ObjectID] = []
    for (mode, id) in zip(modes.dropLast(), ids) where isBlob(mode) { old.append(try blob(id)) }
    let mode = modes[parents]
    let new = isBlob(mode) ? try blob(ids[parents]) : nil
    return Change(path: path, old: old, new: new, isLink: mode == "120000", status: status)
  }

  private static func blob(_ id: ObjectID?) throws(GitError) -> ObjectID {
    guard let id else { throw GitError("git's diff names a blob by what is no ID") }
    return id
  }

  /// A file or a link; not a submodule, and not nothing.
  private static func isBlob(_ mode: String) -> Bool { mode.hasPrefix("100") || mode == "120000" }
}
