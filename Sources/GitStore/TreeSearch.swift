// Which trees hold an object, and which trees hold those, up to the roots. Trees know their entries
// and not where they are entries themselves, so every pass over all trees goes up one level: a pass
// costs a fraction of the scan, and a repository has a handful of levels.

import Platform

/// What one pass over commits, trees and tags collects; a worker's share of it.
struct TreeSearchShare: Sendable {
  var commits: [CommitNode] = []
  var tags: [(id: ObjectID, target: ObjectID)] = []
  /// Trees that hold something of the frontier.
  var trees: [ObjectID] = []
  /// `tree` is a place in `trees`, `name` in `names`.
  var edges: [(tree: Int32, child: Int32, name: Int32, kind: TreeEntryKind)] = []
  var names: [[UInt8]] = []
}

/// The objects that a pass looks for: a table that rejects nearly all other IDs, then a dictionary.
struct Frontier: Sendable {
  private var numbers: [ObjectID: Int32] = [:]
  private var table: [UInt64]
  private let shift: UInt64

  init(_ objects: [(id: ObjectID, number: Int32)]) {
    // Sixteen bits an object or more, so that one in sixteen others goes further at most.
    var bits: UInt64 = 12
    while bits < 28 && 1 << bits < objects.count * 16 { bits += 1 }
    shift = 64 - bits
    table = Array(repeating: 0, count: 1 << Int(bits - 6))
    for object in objects {
      numbers[object.id] = object.number
      let slot = object.id.words[0] >> shift
      table[Int(slot >> 6)] |= 1 << (slot & 63)
    }
  }

  @inline(__always)
  func number(at id: UnsafeRawPointer, _ format: ObjectFormat) -> Int32? {
    let slot = UInt64(bigEndian: id.loadUnaligned(as: UInt64.self)) >> shift
    if table[Int(slot >> 6)] & 1 << (slot & 63) == 0 { return nil }
    return numbers[ObjectID(id, format)]
  }
}

/// Looks for the frontier in the trees of a store, and on the first pass for commits and tags.
struct TreeSearchVisitor: ObjectVisitor, ~Copyable {
  private let frontier: Frontier
  private let format: ObjectFormat
  private let isFirst: Bool
  private(set) var share = TreeSearchShare()
  /// The name that each object had when it was last met: mostly the same.
  private var lastName: [Int32: Int32] = [:]

  init(_ frontier: Frontier, _ format: ObjectFormat, isFirst: Bool) {
    self.frontier = frontier
    self.format = format
    self.isFirst = isFirst
  }

  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    switch kind {
    case .tree: visitTree(bytes, id)
    case .commit where isFirst:
      guard let header = CommitHeader(bytes, format) else { return }
      share.commits.append(
        CommitNode(
          id: id(), tree: header.tree, seconds: header.committer.seconds, parents: header.parents))
    case .tag where isFirst:
      if let header = TagHeader(bytes, format) { share.tags.append((id(), header.target)) }
    default: break
    }
  }

  private mutating func visitTree(_ bytes: UnsafeRawBufferPointer, _ id: () -> ObjectID) {
    var isListed = false
    eachTreeEntry(bytes, format) { mode, name, child in
      guard let number = frontier.number(at: child, format) else { return }
      if !isListed {
        share.trees.append(id())
        isListed = true
      }
      share.edges.append(
        (Int32(share.trees.count - 1), number, self.number(of: name, number), TreeEntryKind(mode: mode)))
    }
  }

  private mutating func number(of name: UnsafeRawBufferPointer, _ child: Int32) -> Int32 {
    if let last = lastName[child], share.names[Int(last)].elementsEqual(name) { return last }
    share.names.append(Array(name))
    let number = Int32(share.names.count - 1)
    lastName[child] = number
    return number
  }

  // Unreadable objects were reported when the store was scanned.
  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {}
  mutating func failed(_ failure: ObjectFailure) {}
}

/// Runs passes until they lead no higher.
package struct TreeSearch {
  package private(set) var graph = CommitGraph([])
  /// What each tag object is of.
  package private(set) var tags: [ObjectID: ObjectID] = [:]
  /// The objects that were looked for, then the trees that lead to them.
  private(set) var nodes: [ObjectID]
  private(set) var numbers: [ObjectID: Int32] = [:]
  private(set) var edges: [Edge] = []
  private(set) var names: [[UInt8]] = []
  private var nameNumbers: [[UInt8]: Int32] = [:]

  struct Edge {
    let tree: Int32
    let child: Int32
    let name: Int32
    let kind: TreeEntryKind
  }

  /// Folders in folders; where they go deeper, paths begin in the middle.
  private static let deepest = 256

  /// - Parameters:
  ///   - objects: what to look for; each once.
  ///   - work: all of a store.
  ///   - jobs: threads.
  package init(for objects: [ObjectID], in work: [StoreWork], _ format: ObjectFormat, jobs: Int) {
    nodes = objects
    for (number, id) in objects.enumerated() { numbers[id] = Int32(number) }
    var frontier = 0..<nodes.count
    var level = 0
    repeat {
      let wanted = Frontier(frontier.map { (nodes[$0], Int32($0)) })
      let isFirst = level == 0
      let shares = Self.pass(work, wanted, format, isFirst: isFirst, jobs: jobs)
      if isFirst {
        graph = CommitGraph(shares.flatMap(\.commits))
        for tag in shares.lazy.flatMap(\.tags) { tags[tag.id] = tag.target }
      }
      let before = nodes.count
      merge(shares)
      frontier = before..<nodes.count
      level += 1
    } while !frontier.isEmpty && level < Self.deepest
  }

  private static func pass(
    _ work: [StoreWork], _ frontier: Frontier, _ format: ObjectFormat, isFirst: Bool, jobs: Int
  ) -> [TreeSearchShare] {
    let memory = ObjectMemory(jobs: jobs)
    return inParallel(work, jobs: jobs) { stack in
      var reader = ObjectReader(format, memory: memory)
      var visitor = TreeSearchVisitor(frontier, format, isFirst: isFirst)
      while let item = stack.pop() {
        reader.visit(item, blobs: false, &visitor)
        stack.done()
      }
      return visitor.share
    }
  }

  private mutating func merge(_ shares: [TreeSearchShare]) {
    // A tree that is stored twice was met twice, with the same entries.
    var merged = Set<ObjectID>()
    for share in shares {
      let trees: [Int32?] = share.trees.map { merged.insert($0).inserted ? node($0) : nil }
      let names = share.names.map { number(ofName: $0) }
      for edge in share.edges {
        guard let tree = trees[Int(edge.tree)] else { continue }
        edges.append(
          Edge(tree: tree, child: edge.child, name: names[Int(edge.name)], kind: edge.kind))
      }
    }
  }

  private mutating func node(_ id: ObjectID) -> Int32 {
    if let number = numbers[id] { return number }
    let number = Int32(nodes.count)
    nodes.append(id)
    numbers[id] = number
    return number
  }

  mutating func number(ofName name: [UInt8]) -> Int32 {
    if let number = nameNumbers[name] { return number }
    let number = Int32(names.count)
    names.append(name)
    nameNumbers[name] = number
    return number
  }
}
