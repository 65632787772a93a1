// git's own text files: configuration, logs, refs, hooks, the message of the last commit. They are scanned like any
// other files. Objects are left out, because they have a reader of their own, and so are the stores of submodules,
// which are repositories of their own.
// Source: gitrepository-layout(5).

import Bytes
import Findings
import GitStore
import Inputs
import Platform

/// What is in a repository's folder besides its objects.
struct HistoryFiles {
  private var root: ScanRoot
  private(set) var work: [TreeWork] = []
  /// Repositories of submodules, and what they are called: mostly the path of their working tree.
  private(set) var submodules: [(folder: Path, name: Path)] = []
  private(set) var problems: [Problem] = []

  private static let deepest = 64

  init(_ repository: Repository) {
    let folder = repository.isAstray ? repository.gitFolder : repository.commonFolder
    root = ScanRoot(shown: Path(folder.lastComponent), folder: folder)
    take(folder, shown: root.shown)
    // A linked worktree's folder is among those of the repository, unless somebody moved it.
    let own = repository.gitFolder
    if !own.isWithin(folder) {
      root = ScanRoot(shown: Path(own.lastComponent), folder: own)
      take(own, shown: root.shown)
    }
  }

  private mutating func take(_ path: Path, shown: Path) {
    list(path, shown) { files, name, folder in
      switch String(decoding: name.bytes, as: UTF8.self) {
      case "objects":
        let objects = shown.appending(name.bytes)
        files.list(path.appending(name.bytes), objects) { files, name, folder in
          let isObjects = name == "pack" || (name.bytes.count == 2 && name.bytes.allSatisfy { hexValue($0) != nil })
          if !isObjects { files.walk(name, folder, objects.appending(name.bytes)) }
        }
      case "modules":
        files.takeModules(path.appending(name.bytes), shown.appending(name.bytes), name: "", depth: 0)
      case "worktrees":
        files.list(path.appending(name.bytes), shown.appending(name.bytes)) { files, tree, folder in
          // A linked worktree has what is its own here, and modules too.
          files.take(
            path.appending(name.bytes).appending(tree.bytes),
            shown: shown.appending(name.bytes).appending(tree.bytes))
        }
      default: files.walk(name, folder, shown.appending(name.bytes))
      }
    }
  }

  /// `modules/NAME` is a repository, and NAME may have slashes.
  private mutating func takeModules(_ path: Path, _ shown: Path, name: Path, depth: Int) {
    list(path, shown) { files, entry, folder in
      let below = path.appending(entry.bytes)
      let called = name.appending(entry.bytes)
      if Repository.isGitFolder(below) {
        files.submodules.append((below, called))
      } else if depth < Self.deepest {
        files.takeModules(below, shown.appending(entry.bytes), name: called, depth: depth + 1)
      } else {
        files.walk(entry, folder, shown.appending(entry.bytes))
      }
    }
  }

  /// Takes the files of a folder as work and gives its folders to `visit`.
  private mutating func list(
    _ path: Path, _ shown: Path, listsFiles: Bool = true,
    _ visit: (inout HistoryFiles, Path, Folder) -> Void
  ) {
    do throws(SystemError) {
      let folder = Folder(try .openFolder(path))
      var files: [FolderEntry] = []
      for entry in try entries(of: folder.descriptor) {
        var kind = entry.kind
        if kind == nil { kind = try FileStatus.of(entry.name, in: folder.descriptor.number).kind }
        if kind == .folder { visit(&self, entry.name, folder) } else { files.append(entry) }
      }
      if listsFiles { work.append(.entries(root, in: folder, files, path: shown)) }
    } catch {
      problems.append(Problem(path: shown, message: "the folder cannot be read: \(error)"))
    }
  }

  private mutating func walk(_ name: Path, _ folder: Folder, _ shown: Path) {
    work.append(.folder(root, in: folder, name: name, path: shown, plain: false))
  }
}
