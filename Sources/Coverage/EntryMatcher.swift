// Which entry a path falls under, for many paths that come folder by folder.

import POSIX

/// What was matched, and whether only git's `core.ignoreCase` makes it so.
struct EntryMatch: Sendable {
  /// Index of the entry.
  let entry: Int
  let isExact: Bool
}

struct EntryMatcher: Sendable {
  private let entries: [CoverageEntry]
  private let rooted: [Int]
  private var folder = Path("")
  private var folderMatch: EntryMatch?

  init(_ entries: [CoverageEntry]) {
    self.entries = entries
    rooted = entries.indices.filter { entries[$0].pattern.isRooted }
  }

  /// The first entry that is about the file `name` in `folder`, exact matches first.
  mutating func match(_ name: ArraySlice<UInt8>, in folder: Path) -> EntryMatch? {
    if folder != self.folder {
      self.folder = folder
      folderMatch = match(folder: folder)
    }
    return match(name, foldingCase: false) ?? match(name, foldingCase: true)
  }

  /// The entry that is about everything in `folder`.
  func match(folder: Path) -> EntryMatch? {
    if folder.bytes.isEmpty { return nil }
    for folds in [false, true] {
      let index = entries.firstIndex { $0.pattern.covers(folder, isFolder: true, foldingCase: folds) }
      if let index { return EntryMatch(entry: index, isExact: !folds) }
    }
    return nil
  }

  private func match(_ name: ArraySlice<UInt8>, foldingCase: Bool) -> EntryMatch? {
    for index in entries.indices {
      let entry = entries[index]
      let isNamed = entry.pattern.matches(name: name, isFolder: false, foldingCase: foldingCase)
      let isBelow = folderMatch.map { $0.entry == index && (foldingCase || $0.isExact) } ?? false
      if (isNamed || isBelow) && !entry.spares(name) {
        return EntryMatch(entry: index, isExact: !foldingCase)
      }
    }
    for index in rooted where entries[index].covers(folder.appending(name), foldingCase: foldingCase) {
      return EntryMatch(entry: index, isExact: !foldingCase)
    }
    return nil
  }
}
