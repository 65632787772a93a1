// The commits of a store and how they hang together, for telling who brought something in and from
// where it can still be reached.

/// A commit as the graph knows it.
struct CommitNode: Sendable {
  let id: ObjectID
  let tree: ObjectID
  /// When it was committed, in seconds since 1970.
  let seconds: Int
  let parents: [ObjectID]
}

/// Commits by number, parents before children; of those that no parent binds, the older first.
package struct CommitGraph: Sendable {
  package private(set) var ids: [ObjectID] = []
  private(set) var trees: [ObjectID] = []
  private let numbers: [ObjectID: Int32]
  /// The parents of commit n are `parents[firstParent[n]..<firstParent[n + 1]]`.
  private var parents: [Int32] = []
  private var firstParent: [Int32] = [0]

  package var count: Int { ids.count }

  /// - Parameter found: in any order; one that is stored twice may be there twice.
  init(_ found: [CommitNode]) {
    let nodes = found.sorted { ($0.seconds, $0.id) < ($1.seconds, $1.id) }
    var places: [ObjectID: Int] = [:]
    for (place, node) in nodes.enumerated() { places[node.id] = place }
    // Depth first to the parents. A commit that is met on the way to itself (only where IDs were
    // forged) counts as placed.
    var numbers: [ObjectID: Int32] = [:]
    var started = Set<Int>()
    var order: [Int] = []
    for place in nodes.indices where places[nodes[place].id] == place && started.insert(place).inserted {
      var stack = [(place: place, parent: 0)]
      while let top = stack.indices.last {
        let node = nodes[stack[top].place]
        if stack[top].parent < node.parents.count {
          let parent = places[node.parents[stack[top].parent]]
          stack[top].parent += 1
          if let parent, started.insert(parent).inserted { stack.append((parent, 0)) }
        } else {
          numbers[node.id] = Int32(order.count)
          order.append(stack.removeLast().place)
        }
      }
    }
    for place in order {
      ids.append(nodes[place].id)
      trees.append(nodes[place].tree)
      let own = Int32(ids.count - 1)
      // Parents that are not there (a shallow clone) and circles are left out.
      parents += nodes[place].parents.compactMap { numbers[$0] }.filter { $0 < own }
      firstParent.append(Int32(parents.count))
    }
    self.numbers = numbers
  }

  package func number(of id: ObjectID) -> Int? { numbers[id].map(Int.init) }

  private func parents(of commit: Int) -> ArraySlice<Int32> {
    parents[Int(firstParent[commit])..<Int(firstParent[commit + 1])]
  }

  /// Of each commit whether one of `tips` leads to it.
  package func reachable(from tips: [Int]) -> [Bool] {
    var reached = [Bool](repeating: false, count: count)
    for tip in tips { reached[tip] = true }
    for commit in (0..<count).reversed() where reached[commit] {
      for parent in parents(of: commit) { reached[Int(parent)] = true }
    }
    return reached
  }

  /// Of sixty-four marks the last commit, if any, that does not have it although a parent does.
  ///
  /// - Parameter counts: of each commit, whether it may be one of them.
  package func departures(of marks: [UInt64], among counts: [Bool]) -> [Int?] {
    var last = [Int?](repeating: nil, count: 64)
    var open = UInt64.max
    for commit in (0..<count).reversed() where counts[commit] && open != 0 {
      var before: UInt64 = 0
      for parent in parents(of: commit) { before |= marks[Int(parent)] }
      var left = before & ~marks[commit] & open
      open &= ~left
      while left != 0 {
        last[left.trailingZeroBitCount] = commit
        left &= left - 1
      }
    }
    return last
  }

  /// Hands marks down from each commit to all that come after it: every commit ends up with the
  /// marks of all that it can be reached from. Sixty-four things at a time.
  package func inherit(_ marks: inout [UInt64]) {
    for commit in 0..<count {
      var own = marks[commit]
      for parent in parents(of: commit) { own |= marks[Int(parent)] }
      marks[commit] = own
    }
  }
}
