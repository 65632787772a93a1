// What a repository lacks: the history before a shallow clone and the promised objects of a partial clone, both on
// purpose; anything else was lost. Sources: gitrepository-layout(5), "shallow"; partial-clone(7).

import Platform

/// Something that belongs to a repository and is not in it.
package struct MissingPart: Sendable {
  package let what: String
  /// The command that gets it.
  package let remedy: String
}

/// What is missing of a shallow clone; nil for any other repository.
package func missingHistory(of repository: Repository) -> MissingPart? {
  guard let text = try? readRegularFile(repository.commonFolder.appending("shallow".utf8), limit: 64 << 20)
  else { return nil }
  let count = text.split(separator: 0x0A).count
  if count == 0 { return nil }
  return MissingPart(
    what: "this clone is shallow: the history before \(count) of its commits is not here",
    remedy: "git fetch --unshallow")
}

/// Objects that refs, commits, trees and tags name and that are not there.
///
/// - Parameters:
///   - work: all of a store.
///   - named: by refs, read before the store was listed.
///   - isShallow: the parents of some commits are left out on purpose.
package func missingObjects(
  _ named: [ObjectID], _ work: [StoreWork], _ packs: [PackFile], _ loose: Set<ObjectID>, _ format: ObjectFormat,
  isShallow: Bool,
  jobs: Int
) -> Set<ObjectID> {
  let memory = ObjectMemory(jobs: jobs)
  let shares = inParallel(work, jobs: jobs) { stack in
    var reader = ObjectReader(format, memory: memory)
    var visitor = LinkChecker(packs, loose, format, isShallow: isShallow)
    while let item = stack.pop() {
      reader.visit(item, blobs: false, &visitor)
      stack.done()
    }
    return visitor.missing
  }
  var checker = LinkChecker(packs, loose, format, isShallow: isShallow)
  for id in named { checker.check(id) }
  return shares.reduce(into: checker.missing) { $0.formUnion($1) }
}

private struct LinkChecker: ObjectVisitor, ~Copyable {
  private let packs: [PackFile]
  private let loose: Set<ObjectID>
  private let format: ObjectFormat
  private let isShallow: Bool
  private(set) var missing = Set<ObjectID>()
  /// What was checked last of the IDs that begin alike: most of a tree is as it was in the one before.
  private var checked: [ObjectID?] = Array(repeating: nil, count: Self.slots)

  private static let slots = 1 << 15

  init(_ packs: [PackFile], _ loose: Set<ObjectID>, _ format: ObjectFormat, isShallow: Bool) {
    self.packs = packs
    self.loose = loose
    self.format = format
    self.isShallow = isShallow
  }

  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    switch kind {
    case .commit:
      guard let header = CommitHeader(bytes, format) else { return }
      check(header.tree)
      if !isShallow { for parent in header.parents { check(parent) } }
    case .tag: if let header = TagHeader(bytes, format) { check(header.target) }
    case .tree:
      eachTreeEntry(bytes, format) { mode, _, id in
        if TreeEntryKind(mode: mode) != .submodule { check(ObjectID(id, format)) }
      }
    case .blob: break
    }
  }

  mutating func check(_ id: ObjectID) {
    let slot = Int(truncatingIfNeeded: id.words[0]) & (Self.slots - 1)
    if checked[slot] == id { return }
    checked[slot] = id
    if packs.contains(where: { $0.holds(id) }) || loose.contains(id) { return }
    missing.insert(id)
  }

  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {}
  mutating func failed(_ failure: ObjectFailure) {}
}
