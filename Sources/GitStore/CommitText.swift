// What a commit or a tag object says in its header.
// Source: git's user manual, "Object storage format"; gitformat-signature(5) for lines that go on.

/// The header of a commit.
package struct CommitHeader: Sendable {
  package let tree: ObjectID
  package let parents: [ObjectID]
  package let author: Signature
  package let committer: Signature

  /// nil when there is no tree, as in no commit that git makes.
  package init?(_ commit: UnsafeRawBufferPointer, _ format: ObjectFormat) {
    var tree: ObjectID?
    var parents: [ObjectID] = []
    var author = Signature()
    var committer = Signature()
    for line in HeaderLines(commit) {
      if line.key.elementsEqual("tree".utf8) {
        tree = tree ?? ObjectID(hex: line.value, format)
      } else if line.key.elementsEqual("parent".utf8) {
        if let parent = ObjectID(hex: line.value, format) { parents.append(parent) }
      } else if line.key.elementsEqual("author".utf8) {
        author = Signature(line.value)
      } else if line.key.elementsEqual("committer".utf8) {
        committer = Signature(line.value)
      }
    }
    guard let tree else { return nil }
    self.tree = tree
    self.parents = parents
    self.author = author
    self.committer = committer
  }
}

/// The header of a tag.
package struct TagHeader: Sendable {
  package let target: ObjectID
  /// Any bytes.
  package let name: [UInt8]
  package let tagger: Signature

  package init?(_ tag: UnsafeRawBufferPointer, _ format: ObjectFormat) {
    var target: ObjectID?
    var name: [UInt8] = []
    var tagger = Signature()
    for line in HeaderLines(tag) {
      if line.key.elementsEqual("object".utf8) {
        target = target ?? ObjectID(hex: line.value, format)
      } else if line.key.elementsEqual("tag".utf8) {
        name = Array(line.value)
      } else if line.key.elementsEqual("tagger".utf8) {
        tagger = Signature(line.value)
      }
    }
    guard let target else { return nil }
    self.target = target
    self.name = name
    self.tagger = tagger
  }
}

/// Who did something, and when: `NAME <ADDRESS> SECONDS ZONE`.
package struct Signature: Sendable {
  /// `NAME <ADDRESS>`; any bytes.
  package var person: [UInt8] = []
  /// Since 1970, UTC.
  package var seconds = 0

  init() {}

  init(_ text: Slice<UnsafeRawBufferPointer>) {
    let end = text.lastIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? text.endIndex
    person = Array(text[..<end])
    for digit in text[end...].drop(while: { $0 == 0x20 }) {
      guard (0x30...0x39).contains(digit), seconds < 1 << 50 else { break }
      seconds = seconds * 10 + Int(digit - 0x30)
    }
  }
}

/// The lines of a header, up to the empty one. Lines that begin with a space continue a value and are skipped.
struct HeaderLines: Sequence, IteratorProtocol {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ object: UnsafeRawBufferPointer) { rest = object[...] }

  mutating func next() -> (key: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>)? {
    let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
    let line = rest[..<end]
    if line.isEmpty { return nil }
    rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
    let space = line.firstIndex(of: 0x20) ?? line.endIndex
    return (line[..<space], space == line.endIndex ? line[space...] : line[(space + 1)...])
  }
}
