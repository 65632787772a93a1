// `scan --history`: everything a repository stores, reachable or not. Each object is read once and
// searched; only for what was found is it worked out where it stands and who brought it in.

package import Bytes
package import Detection
package import Findings
package import GitStore
package import Inputs
package import Platform

package struct HistoryScan {
  let options: ContentOptions
  let jobs: Int
  let showsProgress: Bool
  /// Whether whole keys are kept, for `--replace-text`.
  let collectsKeys: Bool
  package private(set) var results = ScanResults()
  /// What the repositories do not have on purpose, and how to get it.
  package private(set) var incomplete: [Problem] = []

  package init(_ options: ContentOptions, jobs: Int, showsProgress: Bool, collectsKeys: Bool) {
    self.options = options
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.collectsKeys = collectsKeys
  }

  /// Scans the repository that a PATH of the command line is or lies in.
  package mutating func scan(_ path: Path) {
    do throws(SystemError) {
      let real = try canonicalPath(path)
      do throws(StoreError) { scan(try Repository(containing: real), prefix: "") } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    } catch {
      results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
    }
  }

  /// - Parameter prefix: stands in front of every path: a submodule's name.
  private mutating func scan(_ repository: Repository, prefix: Path) {
    var own = scanStore(repository)
    let files = HistoryFiles(repository)
    own.merge(scanTree(files.work, options, allFiles: true, jobs: jobs, showsProgress: showsProgress))
    own.problems += files.problems
    // Folders outside of the repository name some problems, and any name may hold a key.
    var scanner = Scanner(rules: options.rules)
    for index in own.problems.indices {
      own.problems[index].path = Path(scanner.redacted(own.problems[index].path.bytes))
    }
    for index in incomplete.indices { incomplete[index].path = Path(scanner.redacted(incomplete[index].path.bytes)) }
    if !prefix.bytes.isEmpty {
      let shown = Path(scanner.redacted(prefix.bytes))
      for index in own.findings.indices {
        own.findings[index].path = shown.appending(own.findings[index].path.bytes)
      }
    }
    results.merge(own)
    for (folder, name) in files.submodules {
      let path = prefix.appending(name.bytes)
      do throws(StoreError) {
        scan(try Repository(gitFolder: folder, top: nil), prefix: path)
      } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    }
  }

  private mutating func scanStore(_ repository: Repository) -> ScanResults {
    let named = tips(of: repository).filter { $0.kind <= .ref && !$0.id.isZero }.map(\.id)
    let store = ObjectStore(repository)
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
    // What is in a borrowed store that is gone has been told of.
    guard let first = missing.min(), !search.store.problems.contains(where: \.isMissingAlternate) else { return }
    let which = "\(counted(missing.count, "object")) not here, such as \(first.hex(repository.format))"
    if repository.isPartial || search.packs.contains(where: \.isPromised) {
      incomplete.append(
        Problem(
          path: repository.commonFolder,
          message: "this clone is partial: \(which); `git fetch --refetch --no-filter` gets them"))
    } else {
      results.problems.append(
        Problem(
          path: repository.commonFolder,
          message: "this repository is damaged: \(which); `git fsck` tells what needs them, "
            + "`git fetch --refetch` gets what the remote still has"))
    }
  }

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
