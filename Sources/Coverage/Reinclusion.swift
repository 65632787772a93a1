// The `.gitignore` lines that re-include paths, and the names that test each of them: names that match both the
// line and an entry, in the folders where the line applies. Git judges every name, so one too many does no
// harm. Source: gitignore(5).

import Bytes
import Platform

/// A name that no `.gitignore` lists by chance, used in place of a `*`: lines for exactly the probed names must
/// not look like a pattern.
enum Unguessable {
  static let name: [UInt8] = {
    var generator = SystemRandomNumberGenerator()
    let digits = (0..<20).map { _ in UInt8.random(in: 0x30...0x39, using: &generator) }
    return Array("_".utf8) + digits + Array("_".utf8)
  }()

  /// The path as a report shows it, the same in each run.
  static func hidden(in path: Path) -> Path {
    let names = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return Path(Array(names.map(hidden).joined(separator: [UInt8(ascii: "/")])))
  }

  private static func hidden(_ name: ArraySlice<UInt8>) -> [UInt8] {
    guard name.count >= Self.name.count else { return Array(name) }
    for start in name.startIndex...(name.endIndex - Self.name.count)
    where name[start...].starts(with: Self.name) {
      return name[..<start] + Array("*".utf8) + hidden(name[(start + Self.name.count)...])
    }
    return Array(name)
  }
}

/// A line that begins with `!`.
struct Reinclusion: Sendable {
  /// Of the `.gitignore`, relative to the top.
  let folder: Path
  /// The folders of the pattern; nil is `**`. A name alone counts at any depth.
  let folders: [Glob?]
  let last: Glob
  let isNameAlone: Bool
  let isForFolders: Bool
}

/// What is of matter in a `.gitignore`.
enum IgnoreLines {
  /// Runs of stars that may cross folders; each multiplies the time that a match can take.
  private static let mostDepths = 6

  /// The lines that begin with `!`.
  ///
  /// - Parameter foldingCase: git takes upper for lower case here.
  static func reinclusions(_ content: [UInt8], in folder: Path, foldingCase: Bool) -> [Reinclusion] {
    // Most files have no `!`, and their lines need no parsing.
    guard content.contains(UInt8(ascii: "!")) else { return [] }
    var rest = content[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    return rest.split(separator: 0x0A).compactMap { raw in
      let line = trimmed(raw)
      return line.first == UInt8(ascii: "!") ? Reinclusion(line.dropFirst(), folder: folder, foldingCase) : nil
    }
  }

  /// The first line, from 1, with more `**` than git's matcher gets done with.
  static func endless(_ content: [UInt8]) -> Int? {
    if !hasDepth(content) { return nil }
    let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
    return lines.firstIndex { depths($0) > mostDepths }.map { $0 + 1 }
  }

  /// Without a CR at the end and the spaces that git drops.
  private static func trimmed(_ raw: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = raw.last == 0x0D ? raw.dropLast() : raw
    while line.last == 0x20, line.dropLast().last != UInt8(ascii: "\\") { line = line.dropLast() }
    return line
  }

  private static func hasDepth(_ content: [UInt8]) -> Bool {
    var last: UInt8 = 0
    for byte in content {
      if byte == UInt8(ascii: "*") && last == byte { return true }
      last = byte
    }
    return false
  }

  private static func depths(_ line: ArraySlice<UInt8>) -> Int {
    var count = 0
    var stars = 0
    for byte in line {
      stars = byte == UInt8(ascii: "*") ? stars + 1 : 0
      if stars == 2 { count += 1 }
    }
    return count
  }
}

extension Reinclusion {
  /// - Parameter text: the pattern after the `!`. Returns nil if it can match nothing.
  fileprivate init?(_ text: ArraySlice<UInt8>, folder: Path, _ foldingCase: Bool) {
    var text = text
    isForFolders = text.last == UInt8(ascii: "/")
    if isForFolders { text = text.dropLast() }
    isNameAlone = !text.contains(UInt8(ascii: "/"))
    if text.first == UInt8(ascii: "/") { text = text.dropFirst() }
    let names = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let strays = ["", ".", "..", ".git"].map { Array($0.utf8) }
    guard let last = names.last, !names.contains(where: { strays.contains(Array($0)) }), names.count <= 64
    else { return nil }
    self.folder = folder
    let anyDepth = Array("**".utf8)
    let depth: [Glob?] = [nil]
    folders =
      (isNameAlone
        ? depth : names.dropLast().map { $0.elementsEqual(anyDepth) ? nil : Glob($0, foldingCase: foldingCase) })
    self.last = Glob(last, foldingCase: foldingCase)
    if self.last.shortest > Glob.longestName { return nil }
  }

  /// Whether the folder, which is tracked, is one of those that the pattern's folders mean.
  func means(_ path: Path) -> Bool {
    guard folder.bytes.isEmpty || path.isWithin(folder) else { return false }
    let below = folder.bytes.isEmpty ? path : path.relative(to: folder)
    return PathGlob(components: folders).takes(below, whole: true)
      || (folders.allSatisfy { $0 == nil } && below.bytes.isEmpty)
  }

  /// The pattern's folders are some and not one.
  var isWide: Bool { folders.contains { $0?.literal == nil } }

  /// Folders that the pattern's folders mean, whether they are there or not.
  var places: [Path] {
    guard isWide else { return [place(depth: [])].compactMap { $0 } }
    return [place(depth: []), folders.contains { $0 == nil } ? place(depth: Unguessable.name) : nil].compactMap { $0 }
  }

  /// - Parameters:
  ///   - depth: replaces a `**`.
  ///   - instead: replaces one of the folders.
  func place(depth: [UInt8], instead: (index: Int, name: [UInt8])? = nil) -> Path? {
    var path = folder
    for (index, glob) in folders.enumerated() {
      if let instead, instead.index == index {
        path = path.appending(instead.name)
      } else if let glob {
        guard let name = glob.common(.all, filler: Unguessable.name) else { return nil }
        path = path.appending(name)
      } else {
        path = path.appending(depth)
      }
    }
    return path
  }
}
