// Where a repository keeps its files, found without asking git: a hostile repository's configuration has no
// influence here, and git refuses repositories of other users. Source: gitrepository-layout(5).

package import Platform

/// A repository on disk.
package struct Repository: Sendable {
  /// The top of the working tree; nil for a bare repository.
  package let top: Path?
  /// `.git`, or of a linked worktree its own folder: HEAD and index are here.
  package let gitFolder: Path
  /// Objects, refs and configuration are here; the same folder, but for linked worktrees.
  package let commonFolder: Path
  package let format: ObjectFormat
  /// A server promised objects that need not be here (a partial clone).
  package let isPartial: Bool

  /// The repository that is or contains `path`, absolute and without links.
  ///
  /// - Throws: `StoreError` if there is none, or its configuration cannot be read.
  package init(containing path: Path) throws(StoreError) {
    var candidate: Path? = path
    while let folder = candidate {
      if let git = Self.pointedFolder(folder.appending(".git".utf8)), Self.isGitFolder(git) {
        try self.init(gitFolder: git, top: folder)
        return
      }
      if Self.isGitFolder(folder) {
        let isDotGit = folder.lastComponent.elementsEqual(".git".utf8)
        try self.init(gitFolder: folder, top: isDotGit ? folder.parent ?? "/" : nil)
        return
      }
      candidate = folder.parent ?? (folder == "/" ? nil : "/")
    }
    throw StoreError("is in no git repository: name one, or a folder in one")
  }

  /// - Throws: `StoreError` when the configuration cannot be read.
  package init(gitFolder: Path, top: Path?) throws(StoreError) {
    self.top = top
    self.gitFolder = gitFolder
    commonFolder = Self.commonFolder(of: gitFolder)
    let config: Configuration
    do throws(SystemError) {
      config = Configuration(
        try readRegularFileIfAny(commonFolder.appending("config".utf8), limit: 16 << 20) ?? [])
    } catch { throw StoreError("its config cannot be read: \(error)") }
    switch config.last("extensions", "objectformat") {
    case nil, "sha1": format = .sha1
    case "sha256": format = .sha256
    case let other?: throw StoreError("its object format '\(other)' is not known")
    }
    isPartial =
      config.last("extensions", "partialclone") != nil
      || config.values("remote", "promisor").contains { $0 != "false" }
  }

  /// Whether `commondir` leads to another repository that does not have this one for a linked worktree.
  package var isAstray: Bool {
    gitFolder != commonFolder && gitFolder.parent != commonFolder.appending("worktrees".utf8)
  }

  /// Whether git would call it a repository: it has HEAD, and objects and refs of its own or shared ones.
  package static func isGitFolder(_ folder: Path) -> Bool {
    let common = commonFolder(of: folder)
    func isThere(_ name: String, in folder: Path) -> Bool {
      (try? FileStatus.of(folder.appending(name.utf8))) != nil
    }
    return isThere("HEAD", in: folder) && isThere("objects", in: common)
      && isThere("refs", in: common)
  }

  package static func commonFolder(of gitFolder: Path) -> Path {
    guard let text = try? readRegularFile(gitFolder.appending("commondir".utf8), limit: 65_536) else {
      return gitFolder
    }
    return resolved(text, against: gitFolder) ?? gitFolder
  }

  /// `.git` itself, or where its text `gitdir: FOLDER` points.
  package static func pointedFolder(_ path: Path) -> Path? {
    guard let status = try? FileStatus.of(path) else { return nil }
    if status.kind != .file { return try? canonicalPath(path) }
    guard let text = try? readRegularFile(path, limit: 65_536), text.starts(with: "gitdir: ".utf8),
      let folder = path.parent
    else { return nil }
    return resolved(Array(text.dropFirst(8)), against: folder)
  }

  /// A path in a file of git's: relative to `folder`, its line end not part of it.
  private static func resolved(_ text: [UInt8], against folder: Path) -> Path? {
    var name = text[...]
    while let last = name.last, last == 0x0A || last == 0x0D { name.removeLast() }
    let path = name.first == UInt8(ascii: "/") ? Path(name) : folder.appending(name)
    return try? canonicalPath(path)
  }
}
