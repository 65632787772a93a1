// Everything that keeps objects alive, or did: refs, HEADs, the stash, reflogs. Read as files, because
// git would refuse another user's repository. Sources: gitrepository-layout(5), git-pack-refs(1),
// git-stash(1).

package import Platform

/// Something that leads to an object.
package struct Tip: Sendable {
  /// From the one that says most about who can see the object to the one that says least.
  package enum Kind: Int, Sendable, Comparable {
    case head, ref, stash, reflog
    package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
  }

  package let kind: Kind
  /// A full name such as `refs/heads/main`; of a reflog the name of its ref. Any bytes.
  package let name: Path
  package let id: ObjectID
}

/// All tips of a repository, those of its linked worktrees too, in the order of their names.
package func tips(of repository: Repository) -> [Tip] {
  var reader = TipReader(format: repository.format)
  reader.readPackedRefs(repository.commonFolder)
  reader.read(repository.commonFolder, prefix: "")
  let worktrees = repository.commonFolder.appending("worktrees".utf8)
  for entry in reader.entries(worktrees) {
    let name = Path("worktrees").appending(entry.name.bytes)
    reader.read(worktrees.appending(entry.name.bytes), prefix: name)
  }
  return reader.finish()
}

private struct TipReader {
  let format: ObjectFormat
  private var refs: [Path: ObjectID] = [:]
  private var symbolic: [(name: Path, target: Path)] = []
  private var tips: [Tip] = []

  /// Folders in `refs` and `logs`; more are no git's.
  private static let deepest = 64
  /// Bytes of a reflog or of `packed-refs`.
  private static let longestFile = 256 << 20

  init(format: ObjectFormat) { self.format = format }

  func entries(_ folder: Path) -> [FolderEntry] {
    guard let open = try? Descriptor.openFolder(folder) else { return [] }
    return (try? Platform.entries(of: open)) ?? []
  }

  mutating func readPackedRefs(_ common: Path) {
    guard let text = text(common.appending("packed-refs".utf8)) else { return }
    for line in text.split(separator: 0x0A) {
      let words = line.split(separator: 0x20, maxSplits: 1)
      if words.count == 2, let id = ObjectID(hex: words[0], format) { refs[Path(words[1])] = id }
    }
  }

  /// Reads HEAD and its like, refs and reflogs of one folder of git's.
  mutating func read(_ folder: Path, prefix: Path) {
    for entry in entries(folder) where entry.kind == .file {
      // HEAD, ORIG_HEAD, FETCH_HEAD, MERGE_HEAD, CHERRY_PICK_HEAD, AUTO_MERGE and whatever comes.
      let isPseudoRef = entry.name.bytes.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x5F }
      guard isPseudoRef, let text = text(folder.appending(entry.name.bytes)) else { continue }
      let name = prefix.appending(entry.name.bytes)
      if entry.name == "HEAD" {
        take(text, name: name)
      } else {
        for line in text.split(separator: 0x0A) {
          if let id = ObjectID(hex: line.prefix(format.length * 2), format) {
            tips.append(Tip(kind: .reflog, name: name, id: id))
          }
        }
      }
    }
    readRefs(folder.appending("refs".utf8), name: prefix.appending("refs".utf8), depth: 0)
    readLogs(folder.appending("logs".utf8), name: prefix, depth: 0)
  }

  private mutating func readRefs(_ folder: Path, name: Path, depth: Int) {
    if depth > Self.deepest { return }
    for entry in entries(folder) {
      let path = folder.appending(entry.name.bytes)
      let below = name.appending(entry.name.bytes)
      if entry.kind == .folder {
        readRefs(path, name: below, depth: depth + 1)
      } else if entry.kind == .file, let text = text(path) {
        take(text, name: below)
      }
    }
  }

  /// The text of a ref: an ID, or `ref: NAME`.
  private mutating func take(_ text: [UInt8], name: Path) {
    let line = text.prefix { $0 != 0x0A }
    if line.starts(with: "ref: ".utf8) {
      symbolic.append((name, Path(line.dropFirst(5))))
    } else if let id = ObjectID(hex: line.prefix(format.length * 2), format) {
      refs[name] = id
    }
  }

  /// A line of a reflog: the ID before, the ID after, and who and why.
  private mutating func readLogs(_ folder: Path, name: Path, depth: Int) {
    if depth > Self.deepest { return }
    for entry in entries(folder) {
      let path = folder.appending(entry.name.bytes)
      let below = name.appending(entry.name.bytes)
      if entry.kind == .folder {
        readLogs(path, name: below, depth: depth + 1)
        continue
      }
      guard entry.kind == .file, let text = text(path) else { continue }
      let kind: Tip.Kind = below == "refs/stash" ? .stash : .reflog
      var last = ObjectID?.none
      for line in text.split(separator: 0x0A) {
        for word in line.split(separator: 0x20, maxSplits: 2).prefix(2) {
          guard let id = ObjectID(hex: word, format), !id.isZero, id != last else { continue }
          tips.append(Tip(kind: kind, name: below, id: id))
          last = id
        }
      }
    }
  }

  private func text(_ path: Path) -> [UInt8]? {
    try? readRegularFile(path, limit: Self.longestFile)
  }

  consuming func finish() -> [Tip] {
    for (name, target) in symbolic {
      if let id = refs[target] { tips.append(Tip(kind: Self.kind(of: name), name: name, id: id)) }
    }
    for (name, id) in refs { tips.append(Tip(kind: Self.kind(of: name), name: name, id: id)) }
    return tips.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
  }

  private static func kind(of name: Path) -> Tip.Kind {
    if name == "refs/stash" { return .stash }
    return name.lastComponent.elementsEqual("HEAD".utf8) && !name.bytes.starts(with: "refs/".utf8)
      ? .head : .ref
  }
}
