// `scan --history`: everything a repository stores, reachable or not. Each object is read once and
// searched; only for what was found is it worked out where it stands and who brought it in.

import Detection
import Git
import Inputs
import POSIX
import Reporting

struct HistoryScan {
  let rules: RuleSet
  let jobs: Int
  let showsProgress: Bool
  /// Whether whole keys are kept, for `--replace-text`.
  let collectsKeys: Bool
  private(set) var results = ScanResults()
  private(set) var keys: [String: [UInt8]] = [:]

  init(rules: RuleSet, jobs: Int, showsProgress: Bool, collectsKeys: Bool) {
    self.rules = rules
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.collectsKeys = collectsKeys
  }

  /// Scans the repository that a PATH of the command line is or lies in.
  mutating func scan(_ path: Path) {
    do throws(SystemError) {
      let real = try canonicalPath(path)
      do throws(StoreError) { scan(try Repository(containing: real)) } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    } catch {
      results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
    }
  }

  private mutating func scan(_ repository: Repository) {
    let store = ObjectStore(repository)
    results.problems += store.problems.map { Problem(path: $0.path, message: $0.reason) }
    var search = StoreSearch(
      store, rules: rules, jobs: jobs, showsProgress: showsProgress, collectsKeys: collectsKeys)
    search.run()
    results.merge(search.results)
    keys.merge(search.keys) { first, _ in first }
    if search.hits.isEmpty { return }

    let hits = inOrder(search.hits)
    let spread = HistorySpread(hits, in: search.work, of: repository, jobs: jobs)
    let writer = HistoryFindings(
      rules: rules, format: repository.format, packs: search.packs, folders: store.folders,
      names: search.names)
    results.merge(writer.findings(spread, hits, jobs: jobs))
    if spread.isCut {
      results.problems.append(
        Problem(path: "", message: "the keys are at more paths than can be told apart; not all are listed"))
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
