// Turns hits into places: which keys are at which paths, in how many commits and versions, which commit added them, and
// from where they can still be reached. Computed once for all hits together.

import Findings
import GitStore
import Platform

/// A key at a path: a finding that is not written out yet.
struct KeyAtPath: Sendable {
  let key: Int32
  let path: Path
  let place: Finding.Place
  /// The hit that is shown: the first version.
  var shown: Int32 = -1
  /// The commit that brought it in, as the graph numbers them.
  var commit: Int?
  /// The last commit on the way to what is checked out that took it out of the path.
  var departure: Int?
  var isReachable = false
  var commits = 0
  var objects = 0
  var reach = History.Reach.unreachable
  var refs: [Path] = []
  var refCount = 0
}

struct HistorySpread {
  private let hits: [ObjectHit]
  private let format: ObjectFormat
  private let search: TreeSearch
  private let tips: [(tip: Tip, object: ObjectID, commit: Int?)]
  private var snapshots: Snapshots
  private let reachable: [Bool]
  private let staged: [ObjectID: Path]
  private(set) var all: [KeyAtPath] = []
  private var numbers: [Name: Int32] = [:]
  /// What has been made of each sighting: snapshots have most of theirs in common.
  private var known: [Sighting: [Int32]] = [:]
  private var objects = Set<UInt64>()
  /// Of each snapshot, and of each commit by itself, what it holds; ascending.
  private var ofSnapshot: [[Int32]] = []
  private var ofCommit: [Int: [Int32]] = [:]
  private var seen: [Bool]

  private struct Name: Hashable {
    let path: Path
    let place: Finding.Place
    let key: Int32
  }

  var graph: CommitGraph { search.graph }
  /// Whether some places are missing because there are too many.
  var isCut: Bool { snapshots.isCut }

  /// - Parameters:
  ///   - hits: those of files first, then those of trees; none twice.
  ///   - work: all of the store.
  init(_ hits: [ObjectHit], in work: [StoreWork], of repository: Repository, jobs: Int) {
    self.hits = hits
    format = repository.format
    let blobs = hits.prefix { $0.kind == .blob }.map(\.id)
    let named = hits.indices.filter { hits[$0].kind == .tree }
    let trees = Set(named.map { hits[$0].id }).sorted()
    search = TreeSearch(for: blobs + trees, in: work, repository.format, jobs: jobs)
    let (tags, graph) = (search.tags, search.graph)
    tips = GitStore.tips(of: repository).map { tip in
      var object = tip.id
      for _ in 0..<16 { object = tags[object] ?? object }
      return (tip, object, graph.number(of: object))
    }
    reachable = graph.reachable(
      from: tips.filter { $0.tip.kind <= .ref }.compactMap(\.commit))
    snapshots = Snapshots(
      search, objectCount: blobs.count,
      entryNames: named.map { (Int32($0), hits[$0].id, hits[$0].entryName) }, reachable: reachable)
    seen = Array(repeating: false, count: hits.count)
    staged = GitStore.stagedPaths(of: repository)
    takeSnapshots()
    takeCommitsAndTags()
    findReach()
    takeOrphans()
    for index in all.indices where all[index].objects == 0 { all[index].objects = 1 }
  }

  // MARK: What commits hold

  private mutating func takeSnapshots() {
    for snapshot in snapshots.all {
      var here: [Int32] = []
      for sighting in snapshot.sightings {
        for number in take(sighting) {
          if let commit = snapshot.firstReachable ?? snapshot.first {
            note(number, commit, sighting.object)
          }
          here.append(number)
        }
      }
      here.sort()
      var unique: [Int32] = []
      for number in here where unique.last != number {
        unique.append(number)
        all[Int(number)].commits += snapshot.commits
      }
      ofSnapshot.append(unique)
    }
  }

  /// The places that a sighting adds a version to.
  private mutating func take(_ sighting: Sighting) -> [Int32] {
    if let known = known[sighting] { return known }
    let hit = hits[Int(sighting.object)]
    seen[Int(sighting.object)] = true
    let path = snapshots.path(sighting.path)
    let place: Finding.Place = hit.kind == .tree ? .fileName : sighting.isLink ? .linkTarget : .content
    let numbers = hit.keys.map { number(of: $0, path, place, sighting.object) }
    known[sighting] = numbers
    return numbers
  }

  private mutating func number(
    of key: Int32, _ path: Path, _ place: Finding.Place, _ hit: Int32
  ) -> Int32 {
    let name = Name(path: path, place: place, key: key)
    let number: Int32
    if let known = numbers[name] {
      number = known
    } else {
      number = Int32(all.count)
      numbers[name] = number
      all.append(KeyAtPath(key: key, path: path, place: place))
    }
    if objects.insert(UInt64(number) << 32 | UInt64(hit)).inserted { all[Int(number)].objects += 1 }
    if all[Int(number)].shown < 0 { all[Int(number)].shown = hit }
    return number
  }

  /// Prefers the commit that can be reached from a ref, then the one that comes first.
  private mutating func note(_ number: Int32, _ commit: Int, _ hit: Int32) {
    let index = Int(number)
    let isReachable = reachable[commit]
    if let other = all[index].commit,
      all[index].isReachable == isReachable ? other <= commit : all[index].isReachable
    {
      return
    }
    all[index].commit = commit
    all[index].isReachable = isReachable
    all[index].shown = hit
  }

  private mutating func takeCommitsAndTags() {
    for (index, hit) in hits.enumerated() where hit.kind == .commit {
      guard let commit = graph.number(of: hit.id) else { continue }
      seen[index] = true
      for key in hit.keys {
        let number = number(of: key, Path("<\(hit.place.rawValue)>"), hit.place, Int32(index))
        note(number, commit, Int32(index))
        all[Int(number)].commits += 1
        ofCommit[commit, default: []].append(number)
      }
    }
    for (index, hit) in hits.enumerated() where hit.kind == .tag {
      seen[index] = true
      for key in hit.keys {
        let number = number(of: key, Path("<tag \(hit.id.hex(format))>"), .tag, Int32(index))
        var object = hit.id
        for _ in 0..<16 { object = search.tags[object] ?? object }
        all[Int(number)].commit = graph.number(of: object)
        lead(number, from: [hit.id])
      }
    }
  }

  // MARK: What leads to them

  /// Sixty-four at a time: marks go from the commits that hold them down to the tips.
  private mutating func findReach() {
    let checkedOut = graph.reachable(from: tips.filter { $0.tip.kind == .head }.compactMap(\.commit))
    var cursors = [Int](repeating: 0, count: ofSnapshot.count)
    for start in stride(from: 0, to: all.count, by: 64) {
      let end = min(start + 64, all.count)
      let masks = ofSnapshot.indices.map { snapshot -> UInt64 in
        var mask: UInt64 = 0
        while cursors[snapshot] < ofSnapshot[snapshot].count, ofSnapshot[snapshot][cursors[snapshot]] < end {
          mask |= 1 << UInt64(Int(ofSnapshot[snapshot][cursors[snapshot]]) - start)
          cursors[snapshot] += 1
        }
        return mask
      }
      var marks = snapshots.ofCommit.map { $0 < 0 ? 0 : masks[Int($0)] }
      let own = marks
      for (bit, commit) in graph.departures(of: own, among: checkedOut).prefix(end - start).enumerated() {
        all[start + bit].departure = commit
      }
      for (commit, numbers) in ofCommit {
        for number in numbers where (start..<end).contains(Int(number)) {
          marks[commit] |= 1 << UInt64(Int(number) - start)
        }
      }
      graph.inherit(&marks)
      for (tip, _, commit) in tips {
        guard let commit else { continue }
        var mask = marks[commit]
        while mask != 0 {
          let bit = mask.trailingZeroBitCount
          mask &= mask - 1
          lead(start + bit, tip, isHeld: tip.kind == .head && own[commit] >> UInt64(bit) & 1 != 0)
        }
      }
    }
    for index in all.indices where all[index].reach == .head { all[index].departure = nil }
  }

  private mutating func lead(_ number: Int32, from objects: [ObjectID]) {
    for (tip, object, _) in tips where objects.contains(tip.id) || objects.contains(object) {
      lead(Int(number), tip, isHeld: false)
    }
  }

  /// Notes that `tip` leads to a key; what says more than what is known already replaces it.
  private mutating func lead(_ index: Int, _ tip: Tip, isHeld: Bool) {
    let reach: History.Reach =
      switch tip.kind {
      case .head: isHeld ? .head : .refs
      case .ref: .refs
      case .stash: .stash
      case .reflog: .reflog
      }
    let isPublic = { (reach: History.Reach) in reach == .head || reach == .refs }
    let old = all[index].reach
    if Self.rank(reach) < Self.rank(old) {
      all[index].reach = reach
      if !(isPublic(reach) && isPublic(old)) {
        all[index].refs = []
        all[index].refCount = 0
      }
    } else if old != reach && !(isPublic(reach) && isPublic(old)) {
      return
    }
    if all[index].refs.last == tip.name { return }
    all[index].refCount += 1
    if all[index].refs.count < History.mostRefs { all[index].refs.append(tip.name) }
  }

  private static func rank(_ reach: History.Reach) -> Int {
    switch reach {
    case .head: 0
    case .refs: 1
    case .stash: 2
    case .reflog: 3
    case .index: 4
    case .unreachable: 5
    }
  }

  // MARK: What no commit holds

  private mutating func takeOrphans() {
    for (root, snapshot) in snapshots.orphans(seen) {
      for sighting in snapshot.sightings {
        for number in take(sighting) { lead(number, from: [root]) }
      }
    }
    for (index, hit) in hits.enumerated() where !seen[index] {
      let path = staged[hit.id]
      for key in hit.keys {
        let number = number(
          of: key, path ?? Path("<\(hit.kind) \(hit.id.hex(format))>"), hit.place, Int32(index))
        lead(number, from: [hit.id])
        if path != nil && all[Int(number)].reach == .unreachable { all[Int(number)].reach = .index }
      }
    }
  }

}
