// Patterns of paths: those of our own settings, and of the tools that build from a folder (.dockerignore,
// `files` of package.json, MANIFEST.in, pyproject.toml). They differ in what they do with a match; what
// matches is near enough the same.

package import Bytes

/// A path pattern that counts from a folder: `*` and `?` stay within a component, `**` does not.
package struct PathGlob: Sendable {
  /// nil is `**`; never two of them in a row.
  private let components: [Glob?]
  private static let anyDepth = Array("**".utf8)

  package init(components: [Glob?]) { self.components = components }

  /// `./`, a leading `/` and a trailing `/` make no difference; nothing left is the folder itself.
  package init(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

  package init(_ text: [UInt8]) {
    var components: [Glob?] = []
    for component in text.split(separator: UInt8(ascii: "/")) where !component.elementsEqual(".".utf8) {
      if !component.elementsEqual(Self.anyDepth) {
        components.append(Glob(component))
      } else if components.isEmpty || components[components.count - 1] != nil {
        components.append(nil)
      }
    }
    self.components = components
  }

  /// Whether the pattern matches the path or, unless it has to be the `whole` path, a folder above it.
  package func takes(_ path: Path, whole: Bool = false) -> Bool {
    takes(path.bytes.split(separator: UInt8(ascii: "/")), whole: whole)
  }

  /// Walks the path once, with the set of all possible positions in the pattern. Each name adds at most one position:
  /// patterns come from the repository, and one with many `**` must not take forever.
  package func takes(_ names: [ArraySlice<UInt8>], whole: Bool = false) -> Bool {
    var places = [0]
    passOver(&places)
    for name in names {
      if !whole && places.last == components.count { return true }
      var next: [Int] = []
      for place in places where place < components.count {
        if let glob = components[place] {
          if glob.matches(name) { add(place + 1, &next) }
        } else {
          add(place, &next)
          if place == components.count - 1 { add(components.count, &next) }
        }
      }
      passOver(&next)
      places = next
    }
    return places.last == components.count
  }

  /// `**` may match nothing, unless it is the last.
  private func passOver(_ places: inout [Int]) {
    var all: [Int] = []
    for place in places {
      add(place, &all)
      if place < components.count - 1, components[place] == nil { add(place + 1, &all) }
    }
    places = all
  }

  /// Keeps positions in order; a new one is never before the last.
  private func add(_ place: Int, _ places: inout [Int]) {
    if let last = places.last, last >= place {
      if !places.contains(place) {
        places.append(place)
        places.sort()
      }
      return
    }
    places.append(place)
  }
}
