// Whether git ignores case in a repository (git-config(1), core.ignoreCase). git is asked only if a
// configuration file may set it.

import GitStore
package import Platform

/// What git says of `core.ignoreCase`. It is asked only if some configuration file may set that.
package func ignoresCase(top: Path) throws(GitError) -> Bool {
  if !configurations(top: top).contains(where: { mayBeSet("ignorecase", in: $0) }) { return false }
  var git = try GitProcess.start(
    in: .workTree(top), ["config", "--type=bool", "--get", "core.ignoreCase"])
  let output = try git.readAll(limit: 64)
  do throws(GitError) { try git.finish() } catch {
    // 1: it is not set.
    guard error.status == 1 else { throw error }
  }
  return output.starts(with: "true".utf8)
}

/// The configuration files that git reads for a repository.
private func configurations(top: Path) -> [Path] {
  func variable(_ name: String) -> Path? {
    environmentVariable(name).flatMap { $0.bytes.isEmpty ? nil : $0 }
  }
  // Pairs in the environment are in no file, and the configuration of the repository always is.
  if environmentVariable("GIT_CONFIG_COUNT") != nil { return [Path("/dev/null/")] }
  var files = [variable("GIT_CONFIG_SYSTEM") ?? "/etc/gitconfig"]
  if let global = variable("GIT_CONFIG_GLOBAL") {
    files.append(global)
  } else {
    let home = variable("HOME")
    if let home { files.append(home.appending(".gitconfig".utf8)) }
    let folder = variable("XDG_CONFIG_HOME") ?? home.map { $0.appending(".config".utf8) }
    if let folder { files.append(folder.appending("git/config".utf8)) }
  }
  guard let folder = Repository.pointedFolder(top.appending(".git".utf8)) else { return files + ["/dev/null/"] }
  return files + [
    folder.appending("config.worktree".utf8), Repository.commonFolder(of: folder).appending("config".utf8),
  ]
}
