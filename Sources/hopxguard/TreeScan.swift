// Scanning files and folders: a few workers over one stack of folders and lists of files. Inside a
// repository git says which files count; elsewhere every file does.

import Detection
import Git
import Inputs
import POSIX
import Reporting
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A PATH of the command line, found.
struct ScanRoot: Sendable {
  /// What reports call `folder`: empty for a repository's top, else as the user named it.
  let shown: Path
  /// Absolute, without links.
  let folder: Path

  func absolute(_ path: Path) -> Path { folder.appending(path.relative(to: shown).bytes) }
}

/// A piece of work. Paths are as reports show them.
enum TreeWork: Sendable {
  /// The working tree at `top`, below `folder`, as git lists it.
  case repository(ScanRoot, top: Folder, path: Path, below: Path)
  /// A folder by its name in an open one. `plain` when a `.git` in it is passed over.
  case folder(ScanRoot, in: Folder, name: Path, path: Path, plain: Bool)
  case entries(ScanRoot, in: Folder, [FolderEntry], path: Path)
  /// Files that git listed, relative to `top`.
  case listed(ScanRoot, top: Folder, path: Path, [ListedFile])
}

/// What all workers of a tree scan share.
final class TreeScan: Sendable {
  let stack: WorkStack<TreeWork>
  let files = Atomic<Int>(0)
  let bytes = Atomic<Int>(0)
  private let allFiles: Bool
  /// Files that have been scanned, where several PATHs could name one twice.
  private let seen = Mutex<Set<Path>>([])
  private let mayRepeat: Bool

  /// Entries that one piece of work holds.
  private static let batch = 64

  init(_ work: [TreeWork], allFiles: Bool, mayRepeat: Bool) {
    stack = WorkStack(work)
    self.allFiles = allFiles
    self.mayRepeat = mayRepeat
  }

  /// One worker: takes work until there is none.
  func work(_ scanner: inout ContentScanner) {
    while let item = stack.pop() {
      run(item, &scanner)
      stack.done()
    }
  }

  private func run(_ item: TreeWork, _ scanner: inout ContentScanner) {
    switch item {
    case .repository(let root, let top, let path, let below):
      list(root, top, path, below, &scanner)
    case .folder(let root, let parent, let name, let path, let plain):
      walk(root, parent, name, path, plain, &scanner)
    case .entries(let root, let folder, let entries, let path):
      // Devices, FIFOs and sockets are left alone: opening one can wait, or do something.
      for entry in entries where entry.kind != .special {
        let shown = path.appending(entry.name.bytes)
        scan(root, in: folder, entry.name, shown, mayBeAbsent: false, &scanner)
      }
    case .listed(let root, let top, let path, let files):
      scan(root, top, path, files, &scanner)
    }
  }

  // MARK: Folders

  private func walk(
    _ root: ScanRoot, _ parent: Folder, _ name: Path, _ path: Path, _ plain: Bool,
    _ scanner: inout ContentScanner
  ) {
    let folder: Folder
    var entries: [FolderEntry]
    do throws(SystemError) {
      folder = Folder(try .openFolder(name, in: parent.descriptor.number))
      entries = try POSIX.entries(of: folder.descriptor)
    } catch {
      scanner.addProblem(path, "the folder cannot be read: \(error)")
      return
    }
    let git = Path(".git")
    if !allFiles, entries.contains(where: { $0.name == git }) {
      if plain {
        entries.removeAll { $0.name == git }
      } else if isWorkTreeTop(folder.descriptor) {
        stack.push([.repository(root, top: folder, path: path, below: Path(""))])
        return
      }
    }
    var files: [FolderEntry] = []
    var folders: [TreeWork] = []
    for entry in entries {
      if entry.kind == .folder {
        let below = path.appending(entry.name.bytes)
        scanner.scanName(below)
        folders.append(.folder(root, in: folder, name: entry.name, path: below, plain: false))
      } else {
        files.append(entry)
      }
    }
    if !folders.isEmpty { stack.push(folders) }
    while files.count > Self.batch {
      stack.push([.entries(root, in: folder, Array(files.suffix(Self.batch)), path: path)])
      files.removeLast(Self.batch)
    }
    run(.entries(root, in: folder, files, path: path), &scanner)
  }

  // MARK: Repositories

  private func list(
    _ root: ScanRoot, _ top: Folder, _ path: Path, _ below: Path, _ scanner: inout ContentScanner
  ) {
    var count = 0
    var pending: [ListedFile] = []
    var failure: String?
    do throws(GitError) {
      try listWorkTree(top: root.absolute(path), below: below) { files in
        count += files.count
        pending += files
        while pending.count >= Self.batch {
          stack.push([.listed(root, top: top, path: path, Array(pending.prefix(Self.batch)))])
          pending.removeFirst(Self.batch)
        }
        // Whoever lists works too, so that the stack stays short with one worker.
        while stack.count > 256, let item = stack.popNow() {
          run(item, &scanner)
          stack.done()
        }
      }
    } catch { failure = error.reason }
    if !pending.isEmpty { run(.listed(root, top: top, path: path, pending), &scanner) }
    let folder = path.appending(below.bytes)
    if let failure {
      scanner.addProblem(
        folder, "git could not list the files, so all were scanned, ignored ones too: \(failure)")
    }
    // A folder that the user named and git ignores is scanned all the same.
    guard failure != nil || (count == 0 && !below.bytes.isEmpty) else { return }
    var chain = FolderChain(root: top)
    do throws(SystemError) {
      let parent = try below.bytes.isEmpty ? top : chain.folder(of: below)
      let name = below.bytes.isEmpty ? Path(".") : Path(below.lastComponent)
      stack.push([.folder(root, in: parent, name: name, path: folder, plain: true)])
    } catch {
      scanner.addProblem(folder, "the folder cannot be read: \(error)")
    }
  }

  private func scan(
    _ root: ScanRoot, _ top: Folder, _ path: Path, _ files: [ListedFile],
    _ scanner: inout ContentScanner
  ) {
    var chain = FolderChain(root: top)
    for file in files {
      let shown = path.appending(file.path.bytes)
      do throws(SystemError) {
        let folder = try chain.folder(of: file.path)
        scan(
          root, in: folder, Path(file.path.lastComponent), shown, mayBeAbsent: file.mayBeAbsent,
          &scanner)
      } catch {
        // A folder of a tracked file that is gone, or is a link or a file by now: git lists what
        // stands there in its place.
        if error.code != ENOENT && error.code != ELOOP && error.code != ENOTDIR {
          scanner.addProblem(shown, "cannot be read: \(error)")
        }
      }
    }
  }

  // MARK: Files

  private func scan(
    _ root: ScanRoot, in folder: Folder, _ name: Path, _ path: Path, mayBeAbsent: Bool,
    _ scanner: inout ContentScanner
  ) {
    if mayRepeat, !seen.withLock({ $0.insert(root.absolute(path)).inserted }) { return }
    scanner.scanName(path)
    do throws(SystemError) {
      try open(root, folder, name, path, &scanner)
    } catch {
      switch error.code {
      case ENXIO: break  // a socket
      case ENOENT where mayBeAbsent: break
      case ENOENT: scanner.addProblem(path, "vanished before it was read")
      default: scanner.addProblem(path, "cannot be read: \(error)")
      }
    }
  }

  private func open(
    _ root: ScanRoot, _ folder: Folder, _ name: Path, _ path: Path, _ scanner: inout ContentScanner
  ) throws(SystemError) {
    let file: Descriptor
    do throws(SystemError) {
      file = try .openFile(name, in: folder.descriptor.number)
    } catch {
      guard error.code == ELOOP else { throw error }
      var target = MemorySource(try linkTarget(name, in: folder.descriptor.number))
      scanner.scan(&target, path: path, place: .linkTarget)
      scanner.results.summary.files += 1
      return
    }
    let status = try file.status()
    switch status.kind {
    case .file:
      var source = FileSource(file, size: status.size)
      let count = scanner.scan(&source, path: path)
      scanner.results.summary.bytes += count
      scanner.results.summary.files += 1
      bytes.add(count, ordering: .relaxed)
      files.add(1, ordering: .relaxed)
    case .folder:
      stack.push([.folder(root, in: folder, name: name, path: path, plain: false)])
    case .link, .special: break
    }
  }
}

/// Scans files and folders with `jobs` threads.
func scanTree(
  _ work: [TreeWork], _ rules: RuleSet, allFiles: Bool, jobs: Int, showsProgress: Bool
) -> ScanResults {
  let scan = TreeScan(work, allFiles: allFiles, mayRepeat: work.count > 1)
  let pool = FindingPool()
  let shares = inParallel(scan.stack, jobs: jobs) {
    guard showsProgress && ProgressLine.isWanted else { return }
    var line = ProgressLine()
    while !scan.stack.waitUntilDone(seconds: ProgressLine.interval) {
      let files = scan.files.load(ordering: .relaxed)
      let bytes = scan.bytes.load(ordering: .relaxed)
      line.show("scanning: \(counted(files, "file")), \(byteCount(bytes))")
    }
    line.clear()
  } _: { _ in
    var scanner = ContentScanner(rules: rules)
    scanner.pool = pool
    scan.work(&scanner)
    return scanner.results
  }
  return shares.reduce(into: pool.results) { $0.merge($1) }
}
