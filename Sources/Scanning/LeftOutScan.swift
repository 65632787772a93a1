// Scans the tracked files that a sparse checkout leaves out of the working tree, from the objects that the
// index names. They are tracked like all others, and a baseline or an allow-list speaks of them too.

import Bytes
import Findings
import GitCommand
import Inputs
import Platform
import Synchronization

/// Tracked files that were not found in their working trees, by the top of each.
final class LeftOutPaths: Sendable {
  struct Tree: Sendable {
    let root: ScanRoot
    /// What reports call the working tree's top.
    let shown: Path
    var paths: Set<Path>
  }

  private let state = Mutex<[Path: Tree]>([:])

  /// The trees in the order of their tops.
  var trees: [Tree] { state.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

  func insert(_ path: Path, of root: ScanRoot, shown: Path) {
    state.withLock { trees in
      _ = trees[root.absolute(shown), default: Tree(root: root, shown: shown, paths: [])].paths.insert(path)
    }
  }
}

extension LeftOutPaths.Tree {
  /// Scans the files of one working tree.
  func scan(_ worker: inout ScanWorker) {
    let top = root.absolute(shown)
    do throws(GitError) {
      let listed = try leftOutFiles(in: .workTree(top)).filter { paths.contains($0.path) }
      if listed.count < paths.count { throw GitError("the index changed meanwhile; scan again") }
      let files = listed.filter { !$0.isSubmodule }
      var batch = try ObjectBatch(in: .workTree(top))
      batch.request(files.lazy.map(\.id))
      for file in files {
        let path = shown.appending(file.path.bytes)
        guard case .object(_, "blob", _) = try batch.next() else { throw GitError("object \(file.id) is missing") }
        worker.scanName(path)
        var source = BlobSource(batch: batch)
        let count = worker.scan(&source, path: path, place: file.isLink ? .linkTarget : .content)
        batch = source.batch
        worker.count {
          $0.files += 1
          $0.bytes += count
        }
      }
      try batch.finish()
    } catch {
      worker.addProblem(
        shown,
        "not all of \(counted(paths.count, "file")) that the sparse checkout leaves out could be read: "
          + "\(explained(error)); `hopxguard scan FOLDER` needs only what is checked out there")
    }
  }
}
