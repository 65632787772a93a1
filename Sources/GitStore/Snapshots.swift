// What the commits hold of the objects that were looked for, and at which paths. Thousands of commits
// mostly hold the same, so what a tree holds is a set that is made once and named by a number.

package import Platform

/// An object that was looked for, at a path.
package struct Sighting: Hashable, Sendable {
  /// A number for `Snapshots.path(_:)`.
  package let path: Int32
  /// The place of the object in the list that was looked for.
  package let object: Int32
  /// A symbolic link's target, rather than a file's content.
  package let isLink: Bool
}

/// A state of the tree that some commits share.
package struct Snapshot: Sendable {
  package var sightings: [Sighting] = []
  /// Commits in this state, as `CommitGraph` numbers them: how many, and the first.
  package var commits = 0
  package var first: Int?
  /// The first that can be reached from a ref.
  package var firstReachable: Int?
}

package struct Snapshots {
  private let search: TreeSearch
  /// The edges of tree n are `edges[firstEdge[n]..<firstEdge[n + 1]]`.
  private var edges: [TreeSearch.Edge] = []
  private var firstEdge: [Int] = []
  /// Whether the node is an entry of another.
  private var hasParent: [Bool]
  /// Names in trees that were looked for as themselves: by node, which object and which name.
  private let entryNames: [Int32: [(object: Int32, name: [UInt8])]]
  private let objectCount: Int

  private var paths: [(parent: Int32, name: [UInt8])] = []
  private var pathNumbers: [PathKey: Int32] = [:]
  private struct PathKey: Hashable {
    let parent: Int32
    let name: [UInt8]
  }

  /// A sighting, or another set.
  private enum Member: Hashable {
    case sighting(Sighting)
    case set(Int32)
  }
  private var sets: [[Member]] = []
  private var setNumbers: [[Member]: Int32] = [:]
  /// By node and path; nil while it is being made, which only a tree that contains itself encounters.
  private var known: [UInt64: Int32?] = [:]

  /// Of each commit the number of its snapshot; -1 where it holds nothing.
  package private(set) var ofCommit: [Int32] = []
  package private(set) var all: [Snapshot] = []
  private var snapshotOfSet: [Int32: Int32] = [:]

  /// Whether there were too many paths: a hostile tree that contains itself ten times, ten levels deep, has as many as
  /// there are bytes in memory.
  package private(set) var isCut = false
  private static let mostPaths = 100_000

  private static let root: Int32 = -1
  /// Folders in folders.
  private static let deepest = 1000

  /// - Parameters:
  ///   - entryNames: indices of objects that are trees with a searched name.
  ///   - reachable: for each commit, whether it can be reached from a ref.
  package init(
    _ search: TreeSearch, objectCount: Int,
    entryNames: [(object: Int32, tree: ObjectID, name: [UInt8])], reachable: [Bool]
  ) {
    self.search = search
    self.objectCount = objectCount
    hasParent = Array(repeating: false, count: search.nodes.count)
    var byNode: [Int32: [(object: Int32, name: [UInt8])]] = [:]
    for entry in entryNames {
      if let node = search.numbers[entry.tree] { byNode[node, default: []].append((entry.object, entry.name)) }
    }
    self.entryNames = byNode
    sortEdges()
    let graph = search.graph
    ofCommit = Array(repeating: -1, count: graph.count)
    for commit in 0..<graph.count {
      guard let node = search.numbers[graph.trees[commit]],
        let snapshot = snapshot(of: node)
      else { continue }
      ofCommit[commit] = snapshot
      all[Int(snapshot)].commits += 1
      if all[Int(snapshot)].first == nil { all[Int(snapshot)].first = commit }
      if reachable[commit] && all[Int(snapshot)].firstReachable == nil {
        all[Int(snapshot)].firstReachable = commit
      }
    }
  }

  private mutating func sortEdges() {
    var counts = [Int](repeating: 0, count: search.nodes.count + 1)
    for edge in search.edges {
      counts[Int(edge.tree) + 1] += 1
      hasParent[Int(edge.child)] = true
    }
    for node in 1..<counts.count { counts[node] += counts[node - 1] }
    firstEdge = counts
    edges = search.edges.sorted { ($0.tree, $0.name, $0.child) < ($1.tree, $1.name, $1.child) }
  }

  /// The places of objects that are in no commit but in a tree that no other tree and no commit contains. Objects in no
  /// tree at all are not returned.
  ///
  /// - Parameter seen: for each object, whether a commit contains it.
  package mutating func orphans(_ seen: [Bool]) -> [(root: ObjectID, snapshot: Snapshot)] {
    var result: [(root: ObjectID, snapshot: Snapshot)] = []
    let commitTrees = Set(search.graph.trees)
    for node in search.nodes.indices where !hasParent[node] {
      let isTree = firstEdge[node] < firstEdge[node + 1] || entryNames[Int32(node)] != nil
      guard isTree, !commitTrees.contains(search.nodes[node]), let set = set(of: Int32(node), Self.root, 0)
      else { continue }
      let sightings = expand(set).filter { !seen[Int($0.object)] }
      if !sightings.isEmpty {
        result.append((search.nodes[node], Snapshot(sightings: sightings)))
      }
    }
    // Nodes are numbered as the workers met them; reports are the same for any number of workers.
    return result.sorted { $0.root < $1.root }
  }

  /// Relative to the top.
  package func path(_ number: Int32) -> Path {
    var components: [[UInt8]] = []
    var at = number
    while at != Self.root {
      components.append(paths[Int(at)].name)
      at = paths[Int(at)].parent
    }
    return Path(Array(components.reversed().joined(separator: [UInt8(ascii: "/")])))
  }

  private mutating func snapshot(of tree: Int32) -> Int32? {
    guard let set = set(of: tree, Self.root, 0) else { return nil }
    if let number = snapshotOfSet[set] { return number }
    let number = Int32(all.count)
    all.append(Snapshot(sightings: expand(set)))
    snapshotOfSet[set] = number
    return number
  }

  /// What a tree at a path holds; nil for nothing.
  private mutating func set(of tree: Int32, _ path: Int32, _ depth: Int) -> Int32? {
    let key = UInt64(UInt32(bitPattern: tree)) << 32 | UInt64(UInt32(bitPattern: path))
    if let known = known[key] { return known }
    if depth > Self.deepest { return nil }
    known[key] = .some(nil)
    var members: [Member] = []
    for edge in edges[firstEdge[Int(tree)]..<firstEdge[Int(tree) + 1]] {
      guard let below = number(of: search.names[Int(edge.name)], in: path) else { break }
      if edge.kind == .folder {
        if let set = set(of: edge.child, below, depth + 1) { members.append(.set(set)) }
      } else if edge.kind != .submodule && edge.child < objectCount {
        members.append(
          .sighting(Sighting(path: below, object: edge.child, isLink: edge.kind == .link)))
      }
    }
    for entry in entryNames[tree] ?? [] {
      guard let below = number(of: entry.name, in: path) else { break }
      members.append(.sighting(Sighting(path: below, object: entry.object, isLink: false)))
    }
    if members.isEmpty { return nil }
    let number: Int32
    if let other = setNumbers[members] {
      number = other
    } else {
      number = Int32(sets.count)
      sets.append(members)
      setNumbers[members] = number
    }
    known[key] = number
    return number
  }

  private mutating func number(of name: [UInt8], in parent: Int32) -> Int32? {
    let key = PathKey(parent: parent, name: name)
    if let number = pathNumbers[key] { return number }
    guard paths.count < Self.mostPaths else {
      isCut = true
      return nil
    }
    let number = Int32(paths.count)
    paths.append((parent, name))
    pathNumbers[key] = number
    return number
  }

  private func expand(_ set: Int32) -> [Sighting] {
    var result: [Sighting] = []
    var stack = [set]
    while let next = stack.popLast() {
      for member in sets[Int(next)] {
        switch member {
        case .sighting(let sighting): result.append(sighting)
        case .set(let set): stack.append(set)
        }
      }
    }
    return result
  }
}
