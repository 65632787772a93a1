// A tree may contain itself many times over: ten folders that are all the same tree, ten levels deep, are ten
// billion paths in eleven objects. git would list them all before it says the first. The paths are counted here
// tree by tree, each once, when git takes long.

import GitStore
import Platform

/// Paths that one commit may have.
private let mostPaths = 10_000_000
/// Folders in folders that are counted.
private let deepestFolder = 1000

/// Fails when one of some trees has more paths than can be scanned.
///
/// - Parameter names: trees, in hex digits or as `COMMIT^{tree}`.
func checkPathCounts(in repository: GitRepository, _ names: [String]) throws(GitError) {
  var trees: [ObjectID: (files: Int, folders: [ObjectID])] = [:]
  var roots: [(name: String, id: ObjectID)] = []
  var wanted = names
  var depth = 0
  while !wanted.isEmpty {
    guard depth < deepestFolder else { throw tooMany(names[0]) }
    var found: [ObjectID] = []
    var batch = try ObjectBatch(in: repository)
    batch.request(names: wanted)
    for name in wanted {
      guard case .object(let id, "tree", let size) = try batch.next() else { continue }
      if depth == 0 { roots.append((name, id)) }
      let tree = try batch.readStart(size).withUnsafeBytes { treeContents($0, id.format) }
      trees[id] = tree
      found += tree.folders
    }
    try batch.finish()
    var asked: Set<ObjectID> = []
    wanted = found.filter { trees[$0] == nil && asked.insert($0).inserted }.map(\.description)
    depth += 1
  }
  var counts: [ObjectID: Int] = [:]
  for (name, id) in roots where count(id, trees, &counts) > mostPaths { throw tooMany(name) }
}

private func tooMany(_ name: String) -> GitError {
  GitError("\(name) has more than \(mostPaths) paths, as a tree has that contains itself, and cannot be scanned")
}

/// The paths below a tree, or any number above the limit.
private func count(
  _ root: ObjectID, _ trees: [ObjectID: (files: Int, folders: [ObjectID])], _ counts: inout [ObjectID: Int]
) -> Int {
  var stack = [root]
  while let id = stack.last {
    let (files, folders) = trees[id] ?? (0, [])
    let open = folders.filter { counts[$0] == nil }
    if open.isEmpty {
      counts[id] = folders.reduce(files) { min($0 + counts[$1]!, mostPaths + 1) }
      stack.removeLast()
    } else {
      stack += open
    }
  }
  return counts[root]!
}
