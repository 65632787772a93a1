// Searches all objects of a store: opens its packs, distributes the work, and checks afterwards whether git has
// rearranged anything meanwhile.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Platform
import Synchronization

struct StoreSearch {
  let store: ObjectStore
  private let options: ContentOptions
  private let jobs: Int
  private let showsProgress: Bool
  private let collectsKeys: Bool
  private let memory: ObjectMemory
  private let progress = HistoryProgress()
  private let keyNames = KeyNames()
  private var seenPacks: Set<Path> = []
  private(set) var seenLoose: Set<ObjectID> = []
  /// Packs that git removed before they were opened.
  private var gonePacks: [Path] = []
  private var vanished: [ObjectID] = []
  /// All that has been read.
  private(set) var work: [StoreWork] = []
  private(set) var packs: [PackFile] = []
  private(set) var hits: [ObjectHit] = []
  private(set) var results = ScanResults()

  /// Times that the store is listed again because something was added to it meanwhile.
  private static let mostRounds = 10

  /// What keys are called, by number.
  var names: [String] { keyNames.all }

  init(_ store: ObjectStore, _ options: ContentOptions, jobs: Int, showsProgress: Bool, collectsKeys: Bool) {
    self.store = store
    self.options = options
    memory = ObjectMemory(limit: options.archives.memory, jobs: jobs)
    self.jobs = jobs
    self.showsProgress = showsProgress
    self.collectsKeys = collectsKeys
  }

  /// Reads and searches everything.
  mutating func run() {
    for round in 0... {
      let listing = store.list()
      let fresh = takeNew(listing)
      if fresh.isEmpty || round == Self.mostRounds {
        // A pack without its index may be one that git is just writing, or deleting: only what is
        // still so when nothing moves any more counts.
        results.problems += listing.problems.map { Problem(path: $0.path, message: $0.reason) }
        tellStrays(listing.strays)
        if !fresh.isEmpty {
          results.problems.append(Problem(path: "", message: "git keeps changing the object store; scan again"))
        }
        break
      }
      search(fresh)
      work += fresh
    }
    conclude()
  }

  private mutating func tellStrays(_ strays: [Path]) {
    guard let first = strays.min() else { return }
    let others = strays.count == 1 ? "" : ", and so are \(grouped(strays.count - 1)) others here"
    results.problems.append(
      Problem(
        path: first,
        message: "is none of git's objects, packs or indexes\(others): git leaves such files when it is interrupted, "
          + "and `git prune` takes away those; others do not belong here"))
  }

  /// What the listing has that has not been read.
  private mutating func takeNew(_ listing: StoreListing) -> [StoreWork] {
    var fresh: [StoreWork] = []
    for folder in listing.loose {
      let new = folder.filter(store.format) { seenLoose.insert($0).inserted }
      if new.count > 0 { fresh.append(.loose(new)) }
    }
    let paths = listing.packs.filter { seenPacks.insert($0).inserted }
    let store = store
    let opened = inParallel(paths, jobs: min(jobs, paths.count)) { stack in
      var results: [(Path, Result<PackFile, StoreError>)] = []
      while let path = stack.pop() {
        do throws(StoreError) { results.append((path, .success(try store.open(path)))) } catch {
          results.append((path, .failure(error)))
        }
        stack.done()
      }
      return results
    }
    for (path, result) in opened.joined().sorted(by: { $0.0 < $1.0 }) {
      switch result {
      case .success(let pack):
        packs.append(pack)
        gonePacks.removeAll()
        fresh += StoreWork.all(of: pack)
      case .failure(let error) where error.isGone: gonePacks.append(path)
      case .failure(let error): results.problems.append(Problem(path: path, message: error.reason))
      }
    }
    return fresh
  }

  private mutating func search(_ work: [StoreWork]) {
    let (format, options, names, progress, memory) = (store.format, options, keyNames, progress, memory)
    let collectsKeys = collectsKeys
    let total = progress.objects.load(ordering: .relaxed) + work.reduce(0) { $0 + $1.objects }
    let stack = WorkStack(work)
    let shares = inParallel(stack, jobs: jobs) {
      if showsProgress && ProgressLine.isWanted { show(progress, of: total, until: stack) }
    } _: { stack in
      var reader = ObjectReader(format, memory: memory)
      var visitor = HistoryVisitor(options, format: format, names: names, progress: progress)
      if collectsKeys { visitor.content.keys = [:] }
      while let item = stack.pop() {
        reader.visit(item, &visitor)
        stack.done()
      }
      visitor.finish()
      for problem in reader.problems { visitor.addProblem(problem.path, problem.reason) }
      return visitor.share(vanished: reader.vanished)
    }
    for share in shares {
      results.merge(share.results)
      hits += share.hits
      vanished += share.vanished
    }
  }

  private func show(_ progress: HistoryProgress, of total: Int, until stack: WorkStack<StoreWork>) {
    var line = ProgressLine()
    let started = monotonicSeconds()
    let before = progress.objects.load(ordering: .relaxed)
    while !stack.waitUntilDone(seconds: ProgressLine.interval) {
      let objects = progress.objects.load(ordering: .relaxed)
      let bytes = progress.bytes.load(ordering: .relaxed)
      var text = "scanning: \(counted(objects, "object")) of \(grouped(total)), \(byteCount(bytes))"
      let elapsed = monotonicSeconds() - started
      if objects > before, elapsed > 1 {
        let left = elapsed / Double(objects - before) * Double(max(0, total - objects))
        text += ", \(Int(left.rounded(.up))) s to go"
      }
      line.show(text)
    }
    line.clear()
  }

  /// Adds problems about what could not be read in the end.
  private mutating func conclude() {
    for pack in packs {
      let failures = pack.failures
      for failure in failures.prefix(100) {
        var text = "object \(failure.id.hex(store.format)): \(failure.reason)"
        if failure.dependents > 0 { text += "; so do \(counted(failure.dependents, "more object"))" }
        text += brokenObjectAdvice
        results.problems.append(Problem(path: pack.path, message: text))
      }
      if failures.count > 100 {
        results.problems.append(
          Problem(path: pack.path, message: "\(counted(failures.count - 100, "more object")) cannot be read"))
      }
      if pack.wasCutShort {
        results.problems.append(Problem(path: pack.path, message: "was cut short while it was read; scan again"))
      }
    }
    for path in gonePacks {
      results.problems.append(
        Problem(path: path, message: "was removed before it was read, and no new pack has come; scan again"))
    }
    // git packs loose objects and removes their files: they were read from the pack then.
    let lost = vanished.filter { id in !packs.contains { $0.holds(id) } }
    if let first = lost.first {
      results.problems.append(
        Problem(
          path: "",
          message: "\(counted(lost.count, "loose object")) removed before being read, such as "
            + "\(first.hex(store.format)); scan again"))
    }
  }
}
