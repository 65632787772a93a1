// The contents of a working tree's folder that matter for coverage, read through open folders and no
// symbolic links.

import GitCommand
import Inputs
import Platform

/// A file on the disk that an entry is about.
struct ExistingFile: Sendable {
  let path: Path
  let match: EntryMatch
}

/// A `.gitignore` as it is on the disk.
struct IgnoreFileOnDisk: Sendable {
  let path: Path
  /// nil for a symbolic link, which git does not follow, and for what could not be read.
  let content: [UInt8]?
  let status: FileStatus?
  let isLink: Bool
}

/// Reads folders, in the order of their paths if it is to be quick.
struct FolderSurvey: ~Copyable {
  private let top: Path
  private let entries: [CoverageEntry]
  private var chain: FolderChain
  private var matcher: EntryMatcher

  /// Files that are there and must not get into git.
  private(set) var existing: [ExistingFile] = []
  /// What to ask git about: names that must be covered, with the entry each is of.
  private(set) var probes: [(path: Path, entry: Int)] = []
  /// The same for paths that lead through a link or a file here, or are a folder: what git says about
  /// them in this place is not what it says in others.
  private(set) var unaskable: [(path: Path, entry: Int)] = []
  /// Those of them that are asked about because of a line that takes paths back in.
  var extra: Set<Path> = []
  /// `.gitignore` files on the disk, in folders that hold tracked files.
  private(set) var ignoreFiles: [IgnoreFileOnDisk] = []
  /// Files that say what is built from a folder.
  private(set) var buildFiles: [Path] = []
  /// Folders that hold no tracked file.
  private var unlisted: [Path] = []
  /// Where a repository of its own begins.
  private(set) var nested: [Path] = []
  /// Why git must not be asked.
  private(set) var obstacle: GitError?
  private(set) var problems: [(path: Path, reason: String)] = []

  /// Bytes of a `.gitignore`.
  private static let longest = 16 << 20

  init(top: Path, root: Folder, entries: [CoverageEntry]) {
    self.top = top
    self.entries = entries
    chain = FolderChain(root: root)
    matcher = EntryMatcher(entries)
  }

  /// Reads `folder`, which is relative to the top.
  ///
  /// - Parameters:
  ///   - tracked: folders with tracked files.
  ///   - submodules: folders for which git stores a commit and no contents.
  ///   - isProbed: whether probes are placed in `folder`.
  mutating func read(_ folder: Path, tracked: Set<Path>, submodules: Set<Path>, isProbed: Bool) {
    var found: [FolderEntry] = []
    do throws(SystemError) {
      if submodules.contains(folder) {
        nested.append(folder)
        return
      }
      let open = try chain.folder(of: folder.appending("x".utf8))
      found = try Platform.entries(of: open.descriptor)
      if !isProbed && found.contains(where: { $0.name == ".git" }) && isOtherRepository(top.appending(folder.bytes)) {
        nested.append(folder)
        return
      }
      for index in found.indices where found[index].kind == nil {
        let name = found[index].name
        let kind = try FileStatus.of(name, in: open.descriptor.number).kind
        found[index] = FolderEntry(name: name, kind: kind)
      }
      for entry in found where entry.name.bytes.elementsEqual(ignoreFileName) && entry.kind != .folder {
        readIgnoreFile(folder.appending(ignoreFileName), in: open, isProbed)
      }
    } catch {
      switch error.code {
      case SystemError.noSuchFile: break  // tracked, and not in the working tree
      case SystemError.isLink, SystemError.notFolder:  // a link or a file by now
        if isProbed { addProbes(folder, nil) }
        return
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
      if isProbed && entry.kind == .file && BuildFile.isOne(name) { buildFiles.append(folder.appending(name)) }
    case .special, nil: break
    }
  }

  private mutating func readIgnoreFile(_ path: Path, in folder: Folder, _ isProbed: Bool) {
    var file = IgnoreFileOnDisk(path: path, content: nil, status: nil, isLink: true)
    do throws(SystemError) {
      let open = try Descriptor.openFile(Path(ignoreFileName), in: folder.descriptor.number)
      let status = try open.status()
      guard status.kind == .file else {
        obstacle = GitError("\(shown(path)) is not a regular file, and git would block on it")
        return
      }
      let content = try readAll(open, limit: min(Self.longest, max(status.size, 4095)))
      if let line = IgnoreLines.endless(content) {
        obstacle = GitError("\(shown(path)): git would not finish with line \(line), which has too many '**'")
      }
      file = IgnoreFileOnDisk(path: path, content: content, status: status, isLink: false)
    } catch {
      if error.code == SystemError.noDevice || error.code == SystemError.noDriver {
        obstacle = GitError("\(shown(path)) is not a regular file, and git would block on it")
      } else if error.code != SystemError.isLink {
        let isLarge = error.code == SystemError.tooLarge
        problems.append((path, isLarge ? "it is larger than 16 MiB" : "it cannot be read: \(error)"))
        file = IgnoreFileOnDisk(path: path, content: nil, status: nil, isLink: false)
      }
    }
    if isProbed { ignoreFiles.append(file) }
  }

  /// All probes at the top, elsewhere the first of each entry: where a `.gitignore` takes something
  /// back in, more are added for the line that does.
  ///
  /// - Parameter found: what is in the folder; nil where a link or a file is in its place.
  private mutating func addProbes(_ folder: Path, _ found: [FolderEntry]?) {
    let isTop = folder.bytes.isEmpty
    for (index, entry) in entries.enumerated() {
      if (entry.pattern.isRooted || entry.grade == .suggested) && !isTop { continue }
      for probe in isTop ? entry.tries[...] : entry.tries.prefix(1) {
        let path = folder.appending(probe.bytes)
        guard let found else {
          unaskable.append((path, index))
          continue
        }
        let first = probe.bytes.prefix { $0 != UInt8(ascii: "/") }
        let isThere = found.contains { $0.name.bytes.count == first.count && $0.name.bytes.elementsEqual(first) }
        if isThere { addChecked(path, index) } else { probes.append((path, index)) }
      }
    }
  }

  /// Adds a path about which nothing is known yet.
  mutating func addChecked(_ path: Path, _ entry: Int) {
    var isAskable = true
    do throws(SystemError) {
      let folder = try chain.folder(of: path)
      isAskable = try FileStatus.of(Path(path.lastComponent), in: folder.descriptor.number).kind != .folder
    } catch {
      isAskable = error.code != SystemError.isLink && error.code != SystemError.notFolder
    }
    if isAskable { probes.append((path, entry)) } else { unaskable.append((path, entry)) }
  }

  /// Reads the folders without tracked files that git would look into, and those that are about
  /// secrets.
  mutating func readUnlisted(
    _ tracked: Set<Path>, _ submodules: Set<Path>, _ check: inout IgnoreCheck
  ) throws(GitError) {
    while !unlisted.isEmpty {
      let folders = unlisted.sorted()
      unlisted.removeAll()
      for (folder, rule) in zip(folders, try check.rules(for: folders)) {
        if let rule, !rule.isNegated, !isAboutSecrets(folder) { continue }
        read(folder, tracked: tracked, submodules: submodules, isProbed: false)
        if let obstacle { throw obstacle }
      }
    }
  }

  /// Whether an entry is about all that is in the folder.
  private func isAboutSecrets(_ folder: Path) -> Bool { matcher.match(folder: folder) != nil }
}

/// The names of files that say what is built from a folder.
enum BuildFile {
  static func isOne(_ name: ArraySlice<UInt8>) -> Bool {
    isContainerFile(name)
      || ["package.json", "MANIFEST.in", "pyproject.toml"]
        .contains { name.elementsEqual($0.utf8) }
  }

  static func isContainerFile(_ name: ArraySlice<UInt8>) -> Bool {
    guard
      name.suffix(4).elementsEqual("file".utf8) || name.first == UInt8(ascii: "D")
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
