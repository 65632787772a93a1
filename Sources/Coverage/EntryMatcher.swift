// Finds the entry that a path belongs to, for many paths in folder order.

import Bytes
import Platform

/// What was matched, and whether only git's `core.ignoreCase` makes it so.
struct EntryMatch: Sendable {
  /// Index of the entry.
  let entry: Int
  let isExact: Bool
}

struct EntryMatcher: Sendable {
  private let entries: [CoverageEntry]
  private let rooted: [Int]
  /// Bytes that a name begins and ends with which some entry means by itself, whatever the case.
  private let ends: [(first: ByteSet, last: ByteSet)]
  private var folder = Path("")
  private var folderMatch: EntryMatch?

  init(_ entries: [CoverageEntry]) {
    self.entries = entries
    rooted = entries.indices.filter { entries[$0].pattern.isRooted }
    ends = entries.map(\.pattern).filter { !$0.isRooted && !$0.isForFolders }.map { pattern in
      (pattern.components[0].firstBytes.foldingCase, pattern.components[0].lastBytes.foldingCase)
    }
  }

  /// The first entry that is about the file `name` in `folder`, exact matches first.
  mutating func match(_ name: ArraySlice<UInt8>, in folder: Path) -> EntryMatch? {
    if folder != self.folder {
      self.folder = folder
      folderMatch = match(folder: folder)
    }
    // Of nearly every name this is all that has to be known.
    if folderMatch == nil, rooted.isEmpty, let first = name.first, let last = name.last,
      !ends.contains(where: { $0.first.contains(first) && $0.last.contains(last) })
    {
      return nil
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
      let isNamed = entries[index].pattern.matches(name: name, isFolder: false, foldingCase: foldingCase)
      let isBelow = folderMatch.map { $0.entry == index && (foldingCase || $0.isExact) } ?? false
      if (isNamed || isBelow) && !entries[index].spares(name) {
        return EntryMatch(entry: index, isExact: !foldingCase)
      }
    }
    for index in rooted where entries[index].covers(folder.appending(name), foldingCase: foldingCase) {
      return EntryMatch(entry: index, isExact: !foldingCase)
    }
    return nil
  }
}
