// Scanning files and folders: a few workers over one stack of folders and lists of files. Inside a
// repository git says which files count; elsewhere every file does.

import Bytes
import Detection
import Findings
import GitCommand
import Inputs
import Linting
import Platform
import Synchronization

/// What all workers of a tree scan share.
final class TreeScan: Sendable {
  let stack: WorkStack<TreeWork>
  let files = Atomic<Int>(0)
  let progress = ReadingProgress()
  /// One file is all there is to scan.
  private let isOneFile: Bool
  let leftOut = LeftOutPaths()
  let secretsFiles = SecretsFiles()
  /// Repositories that were met where every file is scanned: their folders, and what reports call them.
  let repositories = Mutex<[(folder: Path, shown: Path)]>([])
  private let allFiles: Bool
  private let seen: SeenPaths?
  /// From this descriptor on no further folder is kept open for the work in it.
  private let highDescriptor: CInt

  /// Entries that one piece of work holds.
  private static let batch = 64
  /// Pieces of work that may wait before the worker that lists files scans some instead.
  private static let longStack = 256

  /// - Parameters:
  ///   - seen: nil when no file can be met twice.
  ///   - descriptors: files that may be open at a time.
  init(_ work: [TreeWork], allFiles: Bool, seen: SeenPaths?, descriptors: Int) {
    stack = WorkStack(work)
    if case .target(let target)? = work.first, work.count == 1 {
      isOneFile = target.kind == .file || target.kind == .linkedFile
    } else {
      isOneFile = false
    }
    self.allFiles = allFiles
    self.seen = seen
    highDescriptor = CInt(descriptors / 2)
  }

  /// One worker: takes work until there is none.
  func work(_ worker: inout ScanWorker) {
    while let item = stack.pop() {
      run(item, &worker)
      stack.done()
    }
  }

  private func run(_ item: TreeWork, _ worker: inout ScanWorker) {
    switch item {
    case .target(let target):
      do throws(SystemError) { try begin(target, &worker) } catch {
        worker.addProblem(target.given, "cannot be read: \(error)")
      }
    case .repository(let root, let top, let path, let below):
      list(root, top, path, below, &worker)
    case .folder(let root, let parent, let name, let path, let plain):
      walk(root, parent, name, path, plain, &worker)
    case .entries(let root, let folder, let entries, let path):
      // Devices, FIFOs and sockets are left alone: opening one can wait, or do something.
      for entry in entries where entry.kind != .special {
        let shown = path.appending(entry.name.bytes)
        scan(root, in: folder, entry.name, shown, below: (folder, entry.name), &worker)
      }
    case .listed(let root, let top, let path, let files):
      scan(root, top, path, files, &worker)
    }
  }

  private func begin(_ target: ScanTarget, _ worker: inout ScanWorker) throws(SystemError) {
    let root = target.root
    switch target.kind {
    case .folder:
      let folder = Folder(try .openFolder(target.absolute))
      walk(root, folder, ".", target.shown, false, &worker)
    case .workTree:
      list(root, Folder(try .openFolder(root.folder)), "", target.shown, &worker)
    case .file:
      let path = target.absolute
      let folder = Folder(try .openFolder(path.parent ?? "/"))
      let name = Path(path.lastComponent)
      scan(root, in: folder, name, target.shown, below: (folder, name), &worker)
    case .linkedFile:
      worker.scanName(target.shown)
      var text = MemorySource(try linkTarget(target.absolute))
      worker.scan(&text, path: target.shown, place: .linkTarget)
      let file = try Descriptor.open(
        target.given, flags: Descriptor.toReadAtOnce)
      let status = try file.status()
      guard status.kind == .file else { throw SystemError("open", SystemError.invalid) }
      read(file, size: status.size, target.shown, at: nil, &worker)
    }
  }

  // MARK: Folders

  private func walk(
    _ root: ScanRoot, _ parent: Folder, _ name: Path, _ path: Path, _ plain: Bool,
    _ worker: inout ScanWorker
  ) {
    // Known by another of its names already, and read to the ground then.
    if !plain, let seen, !seen.insert(folder: root.absolute(path)) { return }
    let folder: Folder
    let entries: [FolderEntry]
    do throws(SystemError) {
      var chain = FolderChain(root: parent)
      let holder = try chain.folder(of: name)
      folder = Folder(try .openFolder(Path(name.lastComponent), in: holder.descriptor.number))
      entries = try Platform.entries(of: folder.descriptor)
    } catch {
      worker.addProblem(path, "the folder cannot be read: \(error)")
      return
    }
    let git = Path(".git")
    let holdsGit = !allFiles && entries.contains { $0.name == git }
    if holdsGit, !plain, isWorkTreeTop(folder.descriptor) {
      list(root, folder, path, "", &worker)
      return
    }
    if allFiles, ["HEAD", "objects", "refs"].allSatisfy({ name in entries.contains { $0.name == Path(name) } }) {
      repositories.withLock { $0.append((root.absolute(path), path)) }
      return
    }
    // Where a tree is so deep that its open folders become too many, what is in this one is reached
    // from the last that is kept open.
    let isKept = folder.descriptor.number < highDescriptor
    let (anchor, lead) = isKept ? (folder, Path("")) : (parent, name)
    var files: [FolderEntry] = []
    var folders: [TreeWork] = []
    for entry in entries where !(holdsGit && plain && entry.name == git) {
      let below = path.appending(entry.name.bytes)
      if let listed = root.listed, listed.contains(below) { continue }
      if entry.kind == .folder, root.skips(below) { continue }
      if entry.kind == .folder {
        worker.scanName(below)
        folders.append(
          .folder(
            root, in: anchor, name: lead.appending(entry.name.bytes), path: below, plain: false))
      } else {
        files.append(entry)
      }
    }
    if !folders.isEmpty { stack.push(folders) }
    while files.count > Self.batch {
      stack.push([.entries(root, in: folder, Array(files.suffix(Self.batch)), path: path)])
      files.removeLast(Self.batch)
    }
    run(.entries(root, in: folder, files, path: path), &worker)
  }

  // MARK: Repositories

  private func list(
    _ root: ScanRoot, _ top: Folder, _ path: Path, _ below: Path, _ worker: inout ScanWorker
  ) {
    var pending: [ListedFile] = []
    var listed: [PathDigest] = []
    var failure: String?
    let folder = path.appending(below.bytes)
    do throws(GitError) {
      let warnings = try listWorkTree(top: root.absolute(path), below: below) { files in
        for file in files { listed.append(PathDigest(file.path)) }
        pending += files
        while pending.count >= Self.batch {
          let part = TreeWork.listed(root, top: top, path: path, Array(pending.prefix(Self.batch)))
          pending.removeFirst(Self.batch)
          // The worker that lists scans too, so that the stack stays short with one worker; but on these files
          // only: a repository begun meanwhile would keep one more git waiting.
          if stack.count < Self.longStack { stack.push([part]) } else { run(part, &worker) }
        }
      }
      if !warnings.isEmpty {
        worker.addProblem(folder, "git could not look at everything: \(warnings)")
      }
      for (rule, count) in try filesHiddenLocally(top: root.absolute(path), below: below) {
        let name = rule == .unknown ? "rules of .git/info/exclude" : "\(shown(rule.source, root)):\(rule.line)"
        let pattern = rule == .unknown ? "" : " (\(String(decoding: rule.pattern, as: UTF8.self)))"
        let shown = worker.redacted("\(name)\(pattern)")
        worker.count { $0.hidden[shown, default: 0] += count }
      }
    } catch { failure = error.reason }
    if !pending.isEmpty { run(.listed(root, top: top, path: path, pending), &worker) }
    var root = root
    if let failure {
      worker.addProblem(
        folder, "git could not list the files, so all were scanned, ignored ones too: \(failure)")
      root.listed = ListedPaths(listed, prefix: path)
    }
    // A folder that the user named and git ignores is scanned all the same.
    guard failure != nil || (listed.isEmpty && !below.bytes.isEmpty) else { return }
    stack.push([
      .folder(root, in: top, name: below.bytes.isEmpty ? "." : below, path: folder, plain: true)
    ])
  }

  /// What reports call a file that git has named.
  private func shown(_ file: Path, _ root: ScanRoot) -> String {
    let path = file.isWithin(root.folder) ? root.shown.appending(file.relative(to: root.folder).bytes) : file
    return String(decoding: path.bytes, as: UTF8.self)
  }

  private func scan(
    _ root: ScanRoot, _ top: Folder, _ path: Path, _ files: [ListedFile],
    _ worker: inout ScanWorker
  ) {
    var chain = FolderChain(root: top)
    for file in files {
      let shown = path.appending(file.path.bytes)
      guard file.isSound else {
        worker.addProblem(
          shown, "not scanned: git's index names it, but it is no path in the working tree")
        continue
      }
      do throws(SystemError) {
        let folder = try chain.folder(of: file.path)
        if file.isLeftOut {
          _ = try FileStatus.of(Path(file.path.lastComponent), in: folder.descriptor.number)
        }
        scan(
          root, in: folder, Path(file.path.lastComponent), shown, below: (top, file.path),
          mayBeAbsent: file.mayBeAbsent, &worker)
      } catch {
        switch error.code {
        case SystemError.noSuchFile where file.isLeftOut, SystemError.isLink where file.isLeftOut,
          SystemError.notFolder where file.isLeftOut:
          if !root.skips(shown) { leftOut.insert(file.path, of: root, shown: path) }
        case SystemError.noSuchFile where file.mayBeAbsent: break
        case SystemError.noSuchFile: worker.addProblem(shown, "vanished before it was read; scan again")
        // A folder of a tracked file that is a link or a file by now: git lists what is there instead.
        case SystemError.isLink, SystemError.notFolder: break
        default: worker.addProblem(shown, "cannot be read: \(error)")
        }
      }
    }
  }

  // MARK: Files

  /// - Parameters:
  ///   - name: of the file in the open folder.
  ///   - anchor: where it is found should it be a folder.
  private func scan(
    _ root: ScanRoot, in folder: Folder, _ name: Path, _ path: Path,
    below anchor: (folder: Folder, name: Path), mayBeAbsent: Bool = false,
    _ worker: inout ScanWorker
  ) {
    if root.skips(path) { return }
    if let seen, !seen.insert(root.absolute(path)) { return }
    do throws(SystemError) {
      if try !open(root, folder, name, path, &worker) {
        stack.push([
          .folder(root, in: anchor.folder, name: anchor.name, path: path, plain: false)
        ])
      }
    } catch {
      switch error.code {
      case SystemError.noDevice: break  // a socket
      case SystemError.noSuchFile where mayBeAbsent: return
      case SystemError.noSuchFile: worker.addProblem(path, "vanished before it was read; scan again")
      default: worker.addProblem(path, "cannot be read: \(error)")
      }
    }
    worker.scanName(path)
  }

  /// - Returns: false, and nothing is scanned, when it is a folder.
  private func open(
    _ root: ScanRoot, _ folder: Folder, _ name: Path, _ path: Path, _ worker: inout ScanWorker
  ) throws(SystemError) -> Bool {
    let file: Descriptor
    do throws(SystemError) {
      file = try .openFile(name, in: folder.descriptor.number)
    } catch {
      guard error.code == SystemError.isLink else { throw error }
      var target = MemorySource(try linkTarget(name, in: folder.descriptor.number))
      worker.scan(&target, path: path, place: .linkTarget)
      worker.count { $0.files += 1 }
      return true
    }
    let status = try file.status()
    switch status.kind {
    case .file: read(file, size: status.size, path, at: root.absolute(path), &worker)
    case .folder: return false
    case .link, .special: break
    }
    return true
  }

  /// - Parameter absolute: where the file is, through no link; nil when a link led to it.
  private func read(
    _ file: consuming Descriptor, size: Int, _ path: Path, at absolute: Path?, _ worker: inout ScanWorker
  ) {
    if isOneFile { progress.expect(size) }
    if size > Linter.longestFile, worker.leavesUnlinted(path) {
      worker.addProblem(
        path, "not linted: it has \(byteCount(size)) and no more than 8 MB are read; leave it out with skip in [lint]")
    }
    let before = worker.results.findings.count
    let count =
      worker.mayLint(path) && size <= Linter.longestFile
      ? scanAndLint(file, size: size, path, &worker) : scan(file, size: size, path, &worker)
    if worker.results.findings.count != before, let absolute, Exposure.dependsOnGit(path) {
      secretsFiles.insert(absolute, shown: path)
    }
    worker.count {
      $0.bytes += count
      $0.files += 1
    }
    files.add(1, ordering: .relaxed)
  }

  private func scan(
    _ file: consuming Descriptor, size: Int, _ path: Path, _ worker: inout ScanWorker
  ) -> Int {
    var source = FileSource(file, size: size, progress: progress)
    return worker.scan(&source, path: path)
  }

  /// Code is read as a whole, for a value is followed through all of its file.
  private func scanAndLint(
    _ file: consuming Descriptor, size: Int, _ path: Path, _ worker: inout ScanWorker
  ) -> Int {
    do throws(SystemError) {
      let text = try readAll(file, limit: size + 65_536)
      text.withUnsafeBytes { bytes in
        worker.lint(bytes, path: path)
        var source = BorrowedSource(bytes)
        worker.scan(&source, path: path)
      }
      progress.add(text.count)
      return text.count
    } catch {
      worker.addProblem(path, "cannot be read: \(error)")
      return 0
    }
  }
}

/// Scans files and folders with `jobs` threads.
package func scanTree(
  _ work: [TreeWork], _ options: ContentOptions, allFiles: Bool, jobs: Int, showsProgress: Bool,
  seen: SeenPaths? = nil
) -> ScanResults {
  let descriptors = Descriptor.raiseLimit()
  let scan = TreeScan(work, allFiles: allFiles, seen: seen, descriptors: descriptors)
  // What one worker has open at most: a chain of folders, a file, and a git.
  let jobs = min(jobs, max(1, descriptors / 2 / (FolderChain.longest + 16)))
  let pool = FindingPool()
  let shares = inParallel(scan.stack, jobs: jobs) {
    guard showsProgress && ProgressLine.isWanted else { return }
    var line = ProgressLine()
    while !scan.stack.waitUntilDone(seconds: ProgressLine.interval) {
      let files = scan.files.load(ordering: .relaxed)
      line.show("scanning: \(counted(files, "file")), \(scan.progress.text)")
    }
    line.clear()
  } _: { _ in
    var worker = ScanWorker(options, pool: pool)
    scan.work(&worker)
    return worker.results
  }
  var results = shares.reduce(into: pool.results) { $0.merge($1) }
  scan.secretsFiles.addStandings(to: &results.findings)
  let repositories = scan.repositories.withLock { $0.sorted { $0.folder < $1.folder } }
  if !repositories.isEmpty {
    var history = HistoryScan(options, jobs: jobs, showsProgress: showsProgress, collectsKeys: options.collectsKeys)
    for (folder, shown) in repositories { history.scan(gitFolder: folder, shown: shown) }
    results.merge(history.results.without(results.findings))
    results.noteOrigins(history.results.findings)
  }
  let trees = scan.leftOut.trees
  if trees.isEmpty { return results }
  return inParallel(trees, jobs: min(jobs, trees.count)) { stack in
    var worker = ScanWorker(options)
    while let tree = stack.pop() {
      tree.scan(&worker)
      stack.done()
    }
    return worker.results
  }.reduce(into: results) { $0.merge($1) }
}
