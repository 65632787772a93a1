// What stands in a folder of the working tree that matters for coverage, read through open folders
// and no symbolic link.

import Git
import Inputs
import POSIX

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file on the disk that an entry is about.
struct ExistingFile: Sendable {
  let path: Path
  let match: EntryMatch
}

/// Reads folders, in the order of their paths if it is to be quick.
struct FolderSurvey: ~Copyable {
  private let entries: [CoverageEntry]
  private var chain: FolderChain
  private var matcher: EntryMatcher

  /// Files that are there and must not get into git.
  private(set) var existing: [ExistingFile] = []
  /// What to ask git about: names that must be covered, with the entry each is of.
  private(set) var probes: [(path: Path, entry: Int)] = []
  /// `.gitignore` files on the disk, in folders that hold tracked files; nil where git reads none,
  /// because it is a link.
  private(set) var ignoreFiles: [(path: Path, content: [UInt8]?)] = []
  /// Files that say what is built from a folder.
  private(set) var buildFiles: [Path] = []
  /// Folders that hold no tracked file.
  var unlisted: [Path] = []
  /// Probed folders, other than the top, with a `.gitignore` in them or above them that may take
  /// something back in.
  private var governed: Set<Path> = []
  /// Where a repository of its own begins.
  private(set) var nested: [Path] = []
  /// Some probe is a folder here, so that git's answer about the file cannot be had in this place.
  private(set) var isHampered = false
  private(set) var problems: [(path: Path, reason: String)] = []

  init(root: Folder, entries: [CoverageEntry]) {
    self.entries = entries
    chain = FolderChain(root: root)
    matcher = EntryMatcher(entries)
  }

  /// Reads `folder`, relative to the top.
  ///
  /// - Parameters:
  ///   - tracked: the folders that hold tracked files.
  ///   - isProbed: it is one of them.
  mutating func read(_ folder: Path, tracked: Set<Path>, isProbed: Bool) {
    var found: [FolderEntry] = []
    do throws(SystemError) {
      let open = try chain.folder(of: folder.appending("x".utf8))
      if !isProbed && isWorkTreeTop(open.descriptor) {
        nested.append(folder)
        return
      }
      found = try POSIX.entries(of: open.descriptor)
      for index in found.indices where found[index].kind == nil {
        let name = found[index].name
        let kind = try FileStatus.of(name, in: open.descriptor.number).kind
        found[index] = FolderEntry(name: name, kind: kind)
      }
    } catch {
      switch error.code {
      case ENOENT: break  // tracked, and not in the working tree
      case ELOOP, ENOTDIR: return  // a link or a file by now: git adds nothing below it
      default:
        problems.append((folder, "the folder cannot be read: \(error)"))
        return
      }
    }
    for entry in found { note(entry, in: folder, tracked, isProbed) }
    if isProbed { addProbes(folder, found) }
  }

  private mutating func note(
    _ entry: FolderEntry, in folder: Path, _ tracked: Set<Path>, _ isProbed: Bool
  ) {
    let name = entry.name.bytes[...]
    switch entry.kind {
    case .folder:
      if name.elementsEqual(".git".utf8) { return }
      let path = folder.appending(name)
      if !tracked.contains(path) { unlisted.append(path) }
    case .file, .link:
      if let match = matcher.match(name, in: folder) {
        existing.append(ExistingFile(path: folder.appending(name), match: match))
      }
      guard isProbed else { return }
      if name.elementsEqual(ignoreFileName) {
        let path = folder.appending(name)
        ignoreFiles.append((path, readRegular(path, &chain)))
      }
      if entry.kind == .file && BuildFile.isOne(name) { buildFiles.append(folder.appending(name)) }
    case .special, nil: break
    }
  }

  /// All probes at the top and where a `.gitignore` of its own may take something back in, elsewhere
  /// the first of each entry: a file without `!` can only ignore more, so all names of an entry fall
  /// to the top's rules. Files that exist are asked about by themselves.
  private mutating func addProbes(_ folder: Path, _ found: [FolderEntry]) {
    let isTop = folder.bytes.isEmpty
    let isGoverned =
      !isTop
      && (governed.contains(folder.parent ?? Path(""))
        || (ignoreFiles.last.map { $0.path.parent == folder && $0.content?.contains(UInt8(ascii: "!")) ?? true }
          ?? false))
    if isGoverned { governed.insert(folder) }
    for (index, entry) in entries.enumerated() {
      if entry.pattern.isRooted && !isTop { continue }
      for probe in isTop || isGoverned ? entry.probes[...] : entry.probes.prefix(1) {
        let first = probe.bytes.prefix { $0 != UInt8(ascii: "/") }
        let path = folder.appending(probe.bytes)
        if let there = found.first(where: { $0.name.bytes.elementsEqual(first) }) {
          if first.count == probe.bytes.count {
            if there.kind == .folder { isHampered = true }
          } else if !isReachable(path) {
            continue
          }
        }
        probes.append((path, index))
      }
    }
  }

  /// Whether an entry is about all that is in the folder.
  func isAboutSecrets(_ folder: Path) -> Bool { matcher.match(folder: folder) != nil }

  /// Whether a path leads through no link: git refuses to look beyond one.
  private mutating func isReachable(_ path: Path) -> Bool {
    do throws(SystemError) {
      _ = try chain.folder(of: path)
      return true
    } catch {
      return error.code != ELOOP && error.code != ENOTDIR
    }
  }
}

/// The names of files that say what is built from a folder.
enum BuildFile {
  static func isOne(_ name: ArraySlice<UInt8>) -> Bool {
    isContainerFile(name) || ["package.json", "MANIFEST.in", "pyproject.toml"]
      .contains { name.elementsEqual($0.utf8) }
  }

  static func isContainerFile(_ name: ArraySlice<UInt8>) -> Bool {
    guard name.suffix(4).elementsEqual("file".utf8) || name.first == UInt8(ascii: "D")
      || name.first == UInt8(ascii: "C")
    else { return false }
    let text = String(decoding: name, as: UTF8.self)
    if text.hasSuffix(".dockerignore") { return false }
    return ["Dockerfile", "Containerfile"].contains {
      text == $0 || text.hasPrefix($0 + ".") || text.hasSuffix("." + $0)
        || text.hasSuffix("." + $0.lowercased())
    }
  }
}
