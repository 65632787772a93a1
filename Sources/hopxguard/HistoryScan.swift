// `scan --history`: everything a repository stores, reachable or not. Each object is read once and
// searched; only for what was found is it worked out where it stands and who brought it in.

import Detection
import Git
import Inputs
import POSIX
import Reporting
import Synchronization

func scanHistory(_ paths: [String], rules: RuleSet, jobs: Int, showsProgress: Bool) -> ScanResults {
  var results = ScanResults()
  for text in paths {
    do throws(SystemError) {
      let path = try canonicalPath(Path(text))
      do throws(StoreError) {
        let scan = HistoryScan(
          repository: try Repository(containing: path), rules: rules, jobs: jobs,
          showsProgress: showsProgress)
        results.merge(scan.run())
      } catch {
        results.problems.append(Problem(path: Path(text), message: error.reason))
      }
    } catch {
      results.problems.append(Problem(path: Path(text), message: "cannot be read: \(error)"))
    }
  }
  return results
}

struct HistoryScan {
  let repository: Repository
  let rules: RuleSet
  let jobs: Int
  let showsProgress: Bool

  /// Times that the store is listed again because something was added to it meanwhile.
  private static let mostRounds = 8

  func run() -> ScanResults {
    let store = ObjectStore(repository)
    let search = StoreSearch(store, rules: rules, jobs: jobs, showsProgress: showsProgress)
    search.run()
    return search.results
  }
}

/// The search of all of a store's objects, however often git rearranges them meanwhile.
final class StoreSearch {
  private let store: ObjectStore
  private let rules: RuleSet
  private let jobs: Int
  private let showsProgress: Bool
  private let names = KeyNames()
  private let progress = HistoryProgress()
  private var seenPacks: Set<Path> = []
  private var seenLoose: Set<ObjectID> = []
  private(set) var packs: [PackFile] = []
  private(set) var results = ScanResults()
  private(set) var hits: [ObjectHit] = []
  private var vanished: [ObjectID] = []
  private let gate = Gate()

  init(_ store: ObjectStore, rules: RuleSet, jobs: Int, showsProgress: Bool) {
    self.store = store
    self.rules = rules
    self.jobs = jobs
    self.showsProgress = showsProgress
  }

  func run() {
    let listing = store.list()
    var work: [StoreWork] = listing.loose.map { .loose($0) }
    for path in listing.packs {
      do throws(StoreError) {
        let pack = try store.open(path)
        packs.append(pack)
        work += StoreWork.all(of: pack)
      } catch {
        results.problems.append(Problem(path: path, message: error.reason))
      }
    }
    search(work)
  }

  private func search(_ work: [StoreWork]) {
    let stack = WorkStack(work)
    let merged = Mutex<(ScanResults, [ObjectHit])>((ScanResults(), []))
    let (format, rules, names, progress, gate) = (store.format, rules, names, progress, gate)
    let body: @Sendable () -> Void = {
      var reader = ObjectReader(format, gate: gate)
      var visitor = HistoryVisitor(rules: rules, format: format, names: names, progress: progress)
      while let item = stack.pop() {
        reader.visit(item, &visitor)
        stack.done()
      }
      visitor.finish()
      var results = visitor.content.results
      results.summary.objects = visitor.objects
      results.summary.commits = visitor.commits
      results.summary.bytes = visitor.bytes
      let hits = visitor.hits
      merged.withLock {
        $0.0.merge(results)
        $0.1 += hits
      }
    }
    var threads = ThreadGroup()
    for _ in 0..<jobs where !threads.start(body) { break }
    if threads.isEmpty { body() }
    threads.join()
    let (found, hits) = merged.withLock { $0 }
    results.merge(found)
    self.hits += hits
  }
}
