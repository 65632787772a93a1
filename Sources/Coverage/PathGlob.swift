// Patterns of the tools that build from a folder (.dockerignore, `files` of package.json, MANIFEST.in,
// pyproject.toml). They differ in what they do with a match; what matches is near enough the same.

import POSIX

/// A path pattern that counts from a folder: `*` and `?` stay within a component, `**` does not.
struct PathGlob {
  private let components: [[UInt8]]
  private static let anyDepth = Array("**".utf8)

  /// `./`, a leading `/` and a trailing `/` make no difference; nothing left is the folder itself.
  init(_ text: some StringProtocol) {
    components = text.split { $0 == "/" }.map { Array($0.utf8) }.filter { $0 != [UInt8(ascii: ".")] }
  }

  /// Whether the pattern matches the path or, unless it has to be the `whole` path, a folder above it.
  ///
  /// Goes through the path once, with all places in the pattern at which it could be: patterns come
  /// from the repository, and one with many `**` must not take for ever.
  func takes(_ path: Path, whole: Bool = false) -> Bool {
    var places = closure([0])
    for name in path.bytes.split(separator: UInt8(ascii: "/")) {
      if !whole && places.contains(components.count) { return true }
      var next: Set<Int> = []
      for place in places where place < components.count {
        if components[place] == Self.anyDepth {
          next.insert(place)
          if place == components.count - 1 { next.insert(components.count) }
        } else if globMatches(components[place], name) {
          next.insert(place + 1)
        }
      }
      places = closure(next)
    }
    return places.contains(components.count)
  }

  /// `**` may match nothing, unless it is the last.
  private func closure(_ places: Set<Int>) -> Set<Int> {
    var all = places
    for place in places {
      var here = place
      while here < components.count - 1, components[here] == Self.anyDepth {
        here += 1
        all.insert(here)
      }
    }
    return all
  }
}

/// A line of a file and its number, from 1, without its line end and the blanks at its ends.
func numberedLines(_ content: [UInt8]) -> [(number: Int, text: String)] {
  content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().map { index, line in
    var text = Substring(String(decoding: line, as: UTF8.self))
    if index == 0, text.first == "\u{FEFF}" { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return (index + 1, String(text.drop(while: \.isWhitespace)))
  }
}
