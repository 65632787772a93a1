// What a survey keeps of git's list of tracked files: the folders with tracked files, and the files that an
// entry is about.

import GitCommand
import Platform

struct TrackedIndex {
  private(set) var count = 0
  /// The top, which is the empty path, and every folder with a tracked file in it or below it.
  private(set) var folders: [Path] = [Path("")]
  private(set) var folderSet: Set<Path> = [Path("")]
  /// Tracked files that must not be tracked.
  private(set) var matches: [(file: TrackedFile, match: EntryMatch)] = []
  private var matcher: EntryMatcher
  private var folder = Path("")

  private init(_ entries: [CoverageEntry]) { matcher = EntryMatcher(entries) }

  static func read(top: Path, entries: [CoverageEntry]) throws(GitError) -> TrackedIndex {
    var index = TrackedIndex(entries)
    try listTracked(top: top) { index.add($0) }
    return index
  }

  private mutating func add(_ file: TrackedFile) {
    count += 1
    let name = file.path.lastComponent
    let isSameFolder =
      folder.bytes.isEmpty
      ? name.startIndex == 0
      : name.startIndex == folder.bytes.count + 1 && file.path.bytes.starts(with: folder.bytes)
    if !isSameFolder {
      folder = file.path.parent ?? Path("")
      var missing: [Path] = []
      var ancestor: Path? = folder
      while let path = ancestor, folderSet.insert(path).inserted {
        missing.append(path)
        ancestor = path.parent
      }
      folders += missing.reversed()
    }
    if let match = matcher.match(name, in: folder) { matches.append((file, match)) }
  }
}

let ignoreFileName = Array(".gitignore".utf8)
