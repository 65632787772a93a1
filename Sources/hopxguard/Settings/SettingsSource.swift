// The source of the project's own files: the folder of the settings, or a revision that the change under review
// cannot alter. Either way they come from a repository and may be hostile: none may lead out of it, block the run or
// fill the memory.

import Bytes
import GitCommand
import GitStore
import Inputs
import Platform
import Reporting
import Scanning

/// Why settings cannot be used.
struct SettingsError: Error {
  /// A file, or an option or variable.
  let source: String
  /// From 1.
  var line: Int?
  let reason: String

  var text: String { "\(source):\(line.map { "\($0):" } ?? "") \(reason)" }
}

enum SettingsSource: Sendable {
  /// nil where there is no repository: nothing is there.
  case folder(Path?)
  case revision(ObjectID, GitRepository)

  /// The bytes of a file; nil if it does not exist.
  ///
  /// - Parameters:
  ///   - name: relative to the folder, or to the top of the revision's tree.
  ///   - limit: bytes.
  func read(_ name: String, limit: Int) throws(SettingsError) -> [UInt8]? {
    if let objection = objection(to: name) { throw SettingsError(source: name, reason: objection) }
    switch self {
    case .folder(let folder):
      guard let folder else { return nil }
      do throws(SystemError) {
        var chain = FolderChain(root: Folder(try .openFolder(folder)))
        let path = Path(name)
        let holder = try chain.folder(of: path)
        let file = try Descriptor.openFile(Path(path.lastComponent), in: holder.descriptor.number)
        guard try file.status().kind == .file else { throw SystemError("open", SystemError.invalid) }
        return try readAll(file, limit: limit)
      } catch {
        if error.code == SystemError.noSuchFile { return nil }
        throw SettingsError(source: name, reason: "cannot be read: \(words(error, limit))")
      }
    case .revision(let commit, let repository):
      do throws(GitError) { return try readObject(in: repository, "\(commit):\(name)", limit) } catch {
        throw SettingsError(source: "\("\(commit)".prefix(12)):\(name)", reason: "cannot be read: \(explained(error))")
      }
    }
  }

  private func words(_ error: SystemError, _ limit: Int) -> String {
    switch error.code {
    case SystemError.isLink, SystemError.notFolder: "it is a symbolic link or below one; use the file itself"
    case SystemError.invalid: "it is not a regular file"
    case SystemError.tooLarge: "it is longer than \(byteCount(limit))"
    default: "\(error)"
    }
  }

  private func readObject(in repository: GitRepository, _ name: String, _ limit: Int) throws(GitError) -> [UInt8]? {
    var batch = try ObjectBatch(in: repository)
    batch.request(names: [name])
    guard case .object(_, let kind, let size) = try batch.next() else {
      // Either the file does not exist, or a partial clone lacks its content.
      let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
      let listed = try GitProcess.output(
        of: repository, ["ls-tree", "--full-tree", "--", parts[0], parts[1]])
      if listed.isEmpty { return nil }
      throw GitError("its content is not in this partial clone; git fetch --refetch --no-filter gets it")
    }
    if kind != "blob" { throw GitError("it is not a file there") }
    if size > limit { throw GitError("it is longer than \(byteCount(limit))") }
    let bytes = try batch.readStart(size)
    try batch.finish()
    return bytes
  }

  private func objection(to name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains(where: { $0.isEmpty || $0 == ".." || $0 == "." }) {
      return "a file name is relative to the folder of the settings, without '..'"
    }
    return name.utf8.contains { $0 < 0x20 } ? "the name has a control character" : nil
  }

  /// The revision that a caller trusts.
  ///
  /// - Throws: `SettingsError` when it is no commit here.
  static func at(_ revision: String, in repository: GitRepository) throws(SettingsError) -> SettingsSource {
    do throws(GitError) {
      let answer = try GitProcess.output(
        of: repository, ["rev-parse", "--verify", "--end-of-options", "\(revision)^{commit}"])
      guard let id = ObjectID(digits: answer.utf8) else { throw GitError("git rev-parse gave an unexpected answer") }
      return .revision(id, repository)
    } catch {
      throw SettingsError(
        source: "--allow-from \(revision)", reason: explained(error))
    }
  }
}
