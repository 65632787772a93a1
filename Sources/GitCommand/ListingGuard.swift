// Checks before git lists a working tree: no file that git opens may block it, the right repository answers, and
// the repository does not choose its user's ignore rules.

import GitStore
import Platform

/// Checks the repository with the working tree `top`, an absolute path.
///
/// - Returns: options for git that make `core.excludesFile` the user's, not the repository's: the latter would
///   hide files with a list outside the working tree.
/// - Throws: `GitError` if git cannot be trusted to list it.
func prepareListing(of top: Path) throws(GitError) -> [String] {
  let dotGit = top.appending(".git".utf8)
  guard let folder = Repository.pointedFolder(dotGit) else { return [] }
  let common = Repository.commonFolder(of: folder)
  let opened = [
    folder.appending("HEAD".utf8), folder.appending("index".utf8),
    folder.appending("config.worktree".utf8), common.appending("config".utf8),
    common.appending("info/exclude".utf8), top.appending(".gitignore".utf8),
  ]
  for path in opened {
    if let kind = try? FileStatus.of(path).kind, kind == .special {
      throw GitError(
        "\(String(decoding: path.relative(to: top).bytes, as: UTF8.self)) is not a regular file, and git would "
          + "block on it"
      )
    }
  }
  try checkWhoAnswers(top, dotGit)
  let configurations = [common.appending("config".utf8), folder.appending("config.worktree".utf8)]
  return configurations.contains { mayBeSet("excludesfile", in: $0) } ? try userExcludes(top) : []
}

/// The folders above are out of bounds for git, but a list of such folders cannot name one with a
/// colon in it. There git is asked whom it takes to be at `top`.
private func checkWhoAnswers(_ top: Path, _ dotGit: Path) throws(GitError) {
  guard top.bytes.contains(UInt8(ascii: ":")), (try? FileStatus.of(dotGit).kind) == .folder else {
    return
  }
  // Relative, when it is found in the working folder and not above.
  let answer = try ask(["rev-parse", "--git-dir"], in: top)
  if answer != Array(".git\n".utf8) { throw GitError("git does not recognise .git as a repository") }
}

/// Whether a configuration file may set the variable, named in lower case, itself or through a file that it
/// includes.
func mayBeSet(_ variable: String, in path: Path) -> Bool {
  if path == "/dev/null" { return false }
  do throws(SystemError) {
    let text = try readRegularFile(path, limit: 1 << 20)
    let lower = String(decoding: text, as: UTF8.self).lowercased()
    return lower.contains(variable) || lower.contains("include")
  } catch {
    return error.code != SystemError.noSuchFile
  }
}

/// Pins `core.excludesFile` to what the system's and the user's configuration say, or to git's
/// default. Source: git-config(1), gitignore(5).
private func userExcludes(_ top: Path) throws(GitError) -> [String] {
  let answer = try ask(
    ["config", "--show-scope", "-z", "--type=path", "--get-all", "core.excludesFile"], in: top)
  let fields = answer.split(separator: 0, omittingEmptySubsequences: false)
  var value: String?
  for at in stride(from: 0, to: fields.count - 1, by: 2) {
    let scope = String(decoding: fields[at], as: UTF8.self)
    if scope == "local" || scope == "worktree" { continue }
    value = String(decoding: fields[at + 1], as: UTF8.self)
  }
  return ["-c", "core.excludesFile=\(value ?? defaultExcludes)"]
}

private var defaultExcludes: String {
  func text(_ path: Path) -> String { String(decoding: path.bytes, as: UTF8.self) }
  if let folder = environmentVariable("XDG_CONFIG_HOME"), !folder.bytes.isEmpty { return text(folder) + "/git/ignore" }
  guard let home = environmentVariable("HOME") else { return "/dev/null" }
  return text(home) + "/.config/git/ignore"
}

/// What git answers; nothing when it ends with status 1, which says that there is no answer.
private func ask(_ arguments: [String], in top: Path) throws(GitError) -> [UInt8] {
  var git = try GitProcess.start(in: .workTree(top), arguments)
  let output = try git.readAll(limit: 1 << 20)
  do throws(GitError) { try git.finish() } catch {
    guard error.status == 1 else { throw error }
  }
  return output
}
