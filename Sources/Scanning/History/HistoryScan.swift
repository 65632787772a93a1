// `scan --history`: everything a repository stores, reachable or not. Each object is read and searched once; paths and
// commits are worked out only for findings.

import Bytes
import Detection
package import Findings
import GitStore
import Inputs
package import Platform

package struct HistoryScan {
  let options: ContentOptions
  let jobs: Int
  let showsProgress: Bool
  /// Whether whole keys are kept, for `--replace-text`.
  let collectsKeys: Bool
  /// Whether object stores are read that lie outside of the repository.
  let readsOutside: Bool
  package private(set) var results = ScanResults()
  /// What the repositories do not have on purpose, and how to get it.
  package private(set) var incomplete: [Problem] = []

  package init(
    _ options: ContentOptions, jobs: Int, showsProgress: Bool, collectsKeys: Bool, readsOutside: Bool = false
  ) {
    self.readsOutside = readsOutside
    self.options = options
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.collectsKeys = collectsKeys || options.collectsKeys
  }

  /// Scans the repository that is or contains a PATH of the command line.
  package mutating func scan(_ path: Path) {
    do throws(SystemError) {
      let real = try canonicalPath(path)
      do throws(StoreError) {
        let repository = try Repository(containing: real)
        scan(repository, prefix: "", bounds: repository.isAstray ? repository.gitFolder : repository.commonFolder)
      } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    } catch {
      results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
    }
  }

  /// Scans what is in a repository's own folder, and its objects.
  ///
  /// - Parameter shown: what reports call the folder.
  mutating func scan(gitFolder folder: Path, shown: Path) {
    do throws(StoreError) {
      let isDotGit = shown.lastComponent.elementsEqual(".git".utf8)
      let parent = shown.parent ?? ""
      scan(
        try Repository(gitFolder: folder, top: nil), prefix: parent, storePrefix: isDotGit ? parent : shown,
        bounds: folder)
    } catch {
      results.problems.append(Problem(path: shown, message: error.reason))
    }
  }

  /// - Parameters:
  ///   - prefix: stands in front of every path: a submodule's name.
  ///   - storePrefix: stands in front of the paths in commits (default: `prefix`).
  ///   - bounds: the folder in which object stores have to lie.
  private mutating func scan(
    _ repository: Repository, prefix: Path, storePrefix: Path? = nil, bounds: Path
  ) {
    var own = scanStore(repository, bounds)
    let files = HistoryFiles(repository)
    let stored = own.findings.count
    own.merge(scanTree(files.work, options, allFiles: true, jobs: jobs, showsProgress: showsProgress))
    own.problems += files.problems
    // Folders outside of the repository name some problems, and any name may hold a key.
    var scanner = Scanner(rules: options.rules)
    own.summary.unreadStores = Set(
      own.summary.unreadStores.map { String(decoding: scanner.redacted(Array($0.utf8)), as: UTF8.self) })
    for index in own.problems.indices {
      own.problems[index].path = Path(scanner.redacted(own.problems[index].path.bytes))
    }
    for index in incomplete.indices { incomplete[index].path = Path(scanner.redacted(incomplete[index].path.bytes)) }
    let inStore = Path(scanner.redacted((storePrefix ?? prefix).bytes))
    let inFiles = Path(scanner.redacted(prefix.bytes))
    for index in own.findings.indices {
      let shown = index < stored ? inStore : inFiles
      if !shown.bytes.isEmpty { own.findings[index].path = shown.appending(own.findings[index].path.bytes) }
    }
    results.merge(own)
    for (folder, name) in files.submodules {
      let path = prefix.appending(name.bytes)
      do throws(StoreError) {
        scan(try Repository(gitFolder: folder, top: nil), prefix: path, bounds: bounds)
      } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    }
  }

  private mutating func scanStore(_ repository: Repository, _ bounds: Path) -> ScanResults {
    if repository.isAstray && !readsOutside {
      var results = ScanResults()
      results.problems.append(
        Problem(
          path: repository.gitFolder.appending("commondir".utf8),
          message:
            "leads to another repository, \(text(repository.commonFolder)), which does not list this as a linked "
            + "worktree: not read; \(Self.wayOutside)"))
      return results
    }
    let named = tips(of: repository).filter { $0.kind <= .ref && !$0.id.isZero }.map(\.id)
    let store = ObjectStore(repository, within: readsOutside ? nil : bounds)
    var search = StoreSearch(
      store, options, jobs: jobs, showsProgress: showsProgress, collectsKeys: collectsKeys)
    search.run()
    var results = search.results
    for problem in store.problems {
      if problem.isMissingAlternate {
        incomplete.append(
          Problem(path: problem.path, message: "\(problem.reason); bring it back, then `git repack -ad`"))
      } else {
        results.problems.append(Problem(path: problem.path, message: problem.reason))
      }
    }
    for folder in store.outside { results.summary.unreadStores.insert(text(folder)) }
    noteMissing(repository, named, search, &results)
    if search.hits.isEmpty { return results }

    let hits = inOrder(search.hits)
    let spread = HistorySpread(hits, in: search.work, of: repository, jobs: jobs)
    let writer = HistoryFindings(
      options: options, format: repository.format, packs: search.packs, folders: store.folders,
      names: search.names)
    results.merge(writer.findings(spread, hits, jobs: jobs))
    if spread.isCut {
      results.problems.append(
        Problem(path: "", message: "the keys are at more paths than can be told apart; not all are listed"))
    }
    return results
  }

  private mutating func noteMissing(
    _ repository: Repository, _ named: [ObjectID], _ search: StoreSearch, _ results: inout ScanResults
  ) {
    let history = missingHistory(of: repository)
    if let history {
      incomplete.append(
        Problem(path: repository.commonFolder, message: "\(history.what); `\(history.remedy)` gets it"))
    }
    let missing = missingObjects(
      named, search.work, search.packs, search.seenLoose, repository.format, isShallow: history != nil, jobs: jobs)
    // The loss of a borrowed store is already reported.
    guard let first = missing.min(), !search.store.problems.contains(where: \.isMissingAlternate) else { return }
    let which = "\(counted(missing.count, "object")) not here, such as \(first.hex(repository.format))"
    if let store = search.store.outside.first {
      results.problems.append(
        Problem(
          path: repository.commonFolder,
          message: "\(which): they may be in an object store outside of this repository, \(text(store)), which was "
            + "not read; \(Self.wayOutside)"))
      return
    }
    if repository.isPartial || search.packs.contains(where: \.isPromised) {
      incomplete.append(
        Problem(
          path: repository.commonFolder,
          message: "this clone is partial: \(which); `git fetch --refetch --no-filter` gets them"))
    } else {
      results.problems.append(
        Problem(
          path: repository.commonFolder,
          message: "this repository is damaged: \(which); `git fsck` shows what needs them, "
            + "`git fetch --refetch` gets what the remote still has"))
    }
  }

  private static let wayOutside = "--outside-stores reads it, `git repack -ad` brings its objects in"

  private func text(_ path: Path) -> String { String(decoding: path.bytes, as: UTF8.self) }

  /// Files first, then trees; an object that is stored twice once.
  private func inOrder(_ hits: [ObjectHit]) -> [ObjectHit] {
    let kinds: [ObjectKind: Int] = [.blob: 0, .tree: 1, .commit: 2, .tag: 3]
    let sorted = hits.sorted { left, right in
      let ranks = (kinds[left.kind]!, left.id, left.place.rawValue)
      let others = (kinds[right.kind]!, right.id, right.place.rawValue)
      return ranks == others
        ? left.entryName.lexicographicallyPrecedes(right.entryName) : ranks < others
    }
    var unique: [ObjectHit] = []
    for hit in sorted {
      if let last = unique.last, last.id == hit.id, last.place == hit.place, last.entryName == hit.entryName {
        continue
      }
      unique.append(hit)
    }
    return unique
  }
}
