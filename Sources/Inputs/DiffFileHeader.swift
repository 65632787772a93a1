// The lines above a file's first hunk: the file's name, whether it is new, and whether it has readable content.

import Platform

struct DiffFileHeader {
  /// The two names of `diff --git`, still in one piece.
  private var gitLine: [UInt8]?
  private var oldName: [UInt8]?
  private var newName: [UInt8]?
  /// From `rename to` and `copy to`, which have no prefix, and from `diff --cc`.
  private var plainName: [UInt8]?
  private var isNewFile = false
  private var isDeleted = false
  /// Why what is added cannot be read here.
  var unreadable: String?
  /// The file has been counted.
  var isCounted = false

  /// Whether a line begins another file's header.
  static func begins(with line: [UInt8]) -> Bool {
    line.starts(with: "diff --git ".utf8) || line.starts(with: "diff --cc ".utf8)
      || line.starts(with: "diff --combined ".utf8) || line.starts(with: "* Unmerged path ".utf8)
  }

  var hasNames: Bool { gitLine != nil || plainName != nil || newName != nil }

  var isNewName: Bool {
    isNewFile || oldName.map(isNull) == true
      || (plainName != nil && gitLine != nil)
  }

  /// Takes in a line of the header.
  ///
  /// - Returns: whether it is one that only a diff has.
  mutating func take(_ line: [UInt8]) -> Bool {
    if let rest = line.after("diff --git ") {
      gitLine = rest
    } else if let rest = line.after("diff --cc ") ?? line.after("diff --combined ") {
      plainName = unquoted(rest)
    } else if let rest = line.after("--- ") {
      oldName = unquoted(withoutTime(rest))
      return false
    } else if let rest = line.after("+++ "), oldName != nil {
      newName = unquoted(withoutTime(rest))
    } else if gitLine != nil || plainName != nil, let rest = line.after("rename to ") ?? line.after("copy to ") {
      plainName = unquoted(rest)
    } else if line.starts(with: "new file mode ".utf8) {
      isNewFile = true
    } else if line.starts(with: "deleted file mode ".utf8) {
      isDeleted = true
    } else if line.starts(with: "Binary files ".utf8), line.hasEnding(" differ") {
      let isRemoved = gitLine != nil ? isDeleted : line.hasEnding(" and /dev/null differ")
      if !isRemoved {
        unreadable = "is binary, and the diff does not show what it holds: scan the file itself"
      }
      if plainName == nil && gitLine == nil { plainName = binaryName(line) }
    } else if line.starts(with: "Files ".utf8), line.hasEnding(" differ") {
      unreadable = "the diff says only that the files differ (\(String(decoding: line, as: UTF8.self)))"
    } else if line.starts(with: "Only in ".utf8), line.contains(UInt8(ascii: ":")) {
      unreadable = "the diff does not show a file (\(String(decoding: line, as: UTF8.self))): diff -N does"
    } else if line.starts(with: "File ".utf8), line[...].lastRange(of: " while file ") != nil {
      unreadable = "the diff says only that one is no file (\(String(decoding: line, as: UTF8.self)))"
    } else if let rest = line.after("* Unmerged path ") {
      plainName = unquoted(rest)
      unreadable = "is unmerged, and the diff does not show what it holds: scan the file itself"
    } else if line == Array("GIT binary patch".utf8) {
      if !isDeleted {
        unreadable = "is a binary patch (base85), which cannot be read as text: scan the file itself"
      }
    } else {
      return false
    }
    return true
  }

  /// The file's new name without git's prefix; nil as long as there is none.
  var newPath: Path? {
    if let newName {
      if isNull(newName) { return oldName.map { Path(withoutPrefix($0)) } }
      return Path(withoutPrefix(newName))
    }
    if let plainName { return Path(plainName) }
    guard let gitLine, let names = halves(gitLine) else { return nil }
    return Path(isPrefixed(names.old, names.new) ? names.new.dropFirst(2) : names.new)
  }

  // MARK: Prefixes

  /// `b/name` without its prefix, if it has one. The two names of a file show it: `a/` and `b/` (or `i/`
  /// and `w/`, with mnemonic prefixes) differ, while a folder named `b` stands in both.
  private func withoutPrefix(_ name: [UInt8]) -> ArraySlice<UInt8> {
    let isOurs: Bool
    if let oldName, let newName, !isNull(oldName), !isNull(newName) {
      isOurs = isPrefixed(oldName[...], newName[...])
    } else if let gitLine, let names = halves(gitLine) {
      isOurs = isPrefixed(names.old, names.new)
    } else {
      // Of a combined diff, whose names always have one, unless told otherwise.
      isOurs = plainName.map { name.count == $0.count + 2 && name.hasEnding($0) } ?? false
    }
    return isOurs ? name.dropFirst(2) : name[...]
  }

  private func isPrefixed(_ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>) -> Bool {
    let letters = Array("abciow12".utf8)
    guard old.count > 2, new.count > 2, let first = old.first, let second = new.first,
      old.dropFirst().first == UInt8(ascii: "/"), new.dropFirst().first == UInt8(ascii: "/")
    else { return false }
    return first != second && letters.contains(first) && letters.contains(second)
  }

  /// The two names of `diff --git`: quoted ones end where their quotes do, of others the same name
  /// is there twice (for a renamed file, whose names differ, other lines name them).
  private func halves(_ line: [UInt8]) -> (old: ArraySlice<UInt8>, new: ArraySlice<UInt8>)? {
    if line.first == UInt8(ascii: "\"") || line.last == UInt8(ascii: "\"") {
      if line.first == UInt8(ascii: "\"") {
        var end = 1
        while end < line.count, line[end] != UInt8(ascii: "\"") {
          end += line[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end + 2 < line.count else { return nil }
        return (unquoted(Array(line[...end]))[...], unquoted(Array(line[(end + 2)...]))[...])
      }
      guard let start = line.dropLast().lastRange(of: " \"") else { return nil }
      return (line[..<start], unquoted(Array(line[(start + 1)...]))[...])
    }
    guard line.count >= 5, line.count % 2 == 1 else { return nil }
    let middle = line.count / 2
    guard line[middle] == 0x20 else { return nil }
    let old = line[..<middle]
    let new = line[(middle + 1)...]
    let same = old == new || old.dropFirst(2) == new.dropFirst(2)
    return same ? (old, new) : nil
  }

  /// The second name of `Binary files A and B differ`, as `diff -r` prints it.
  private func binaryName(_ line: [UInt8]) -> [UInt8]? {
    guard let start = line.dropLast(" differ".utf8.count).lastRange(of: " and ") else { return nil }
    return Array(line[(start + 5)..<(line.count - " differ".utf8.count)])
  }
}

// MARK: Names

private func isNull(_ name: [UInt8]) -> Bool { name == Array("/dev/null".utf8) }

/// A name without the time that `diff -u` puts after it, and without the tab that git puts after a
/// name with spaces.
private func withoutTime(_ name: [UInt8]) -> [UInt8] {
  guard name.first != UInt8(ascii: "\""), let tab = name.firstIndex(of: 0x09) else { return name }
  return Array(name[..<tab])
}

/// A name as C quotes it, or as it is (git-config(1), `core.quotePath`).
private func unquoted(_ name: [UInt8]) -> [UInt8] {
  guard name.count >= 2, name.first == UInt8(ascii: "\""), let end = name.lastIndex(of: UInt8(ascii: "\"")), end > 0
  else { return name }
  var result: [UInt8] = []
  var at = 1
  while at < end {
    guard name[at] == UInt8(ascii: "\\"), at + 1 < end else {
      result.append(name[at])
      at += 1
      continue
    }
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
      UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
    ]
    let octal = name[(at + 1)..<min(at + 4, end)].prefix { (0x30...0x37).contains($0) }
    if octal.count == 3 {
      result.append(UInt8(truncatingIfNeeded: octal.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
      at += 4
    } else {
      result.append(escapes[name[at + 1]] ?? name[at + 1])
      at += 2
    }
  }
  return result
}

extension [UInt8] {
  fileprivate func after(_ start: String) -> [UInt8]? {
    starts(with: start.utf8) ? Array(dropFirst(start.utf8.count)) : nil
  }

  fileprivate func hasEnding(_ end: String) -> Bool { hasEnding(Array(end.utf8)) }
  fileprivate func hasEnding(_ end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}

extension ArraySlice<UInt8> {
  /// Where `text` begins for the last time.
  fileprivate func lastRange(of text: String) -> Int? {
    let wanted = Array(text.utf8)
    guard count >= wanted.count else { return nil }
    var at = endIndex - wanted.count
    while at >= startIndex {
      if self[at...].starts(with: wanted) { return at }
      at -= 1
    }
    return nil
  }
}
