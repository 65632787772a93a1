// Where a repository's hooks are. Source: githooks(5), git-config(1) `core.hooksPath`, git-init(1)
// "TEMPLATE DIRECTORY".

package import Platform

/// The folder in which git looks for the hooks of a repository.
package struct HookLocation: Sendable {
  /// Absolute, unless git says it otherwise. May not be there yet.
  package let folder: Path
  /// Where git would look without `core.hooksPath`.
  package let usual: Path
  package let isBare: Bool
  /// Commits are made here: in a working tree, or in one that is linked to a bare repository.
  package let hasWorkTree: Bool
  /// `global` or `system` when `core.hooksPath` is set for more than this repository.
  package let sharedScope: String?

  /// - Throws: `GitError` when there is no repository.
  package init(of repository: GitRepository) throws(GitError) {
    let answer = try GitProcess.outputBytes(
      of: repository, ["rev-parse", "--is-bare-repository", "--git-path", "hooks"], configuration: hookConfiguration)
    let lines = answer.split(separator: 0x0A, maxSplits: 1)
    guard lines.count == 2 else { throw GitError("git did not say where its hooks are") }
    let isHereBare = lines[0].elementsEqual("true".utf8)
    folder = repository.path(lines[1].last == 0x0A ? lines[1].dropLast() : lines[1])
    let common = try GitProcess.outputBytes(of: repository, ["rev-parse", "--git-common-dir"])
    let commonFolder = repository.path(common.last == 0x0A ? common.dropLast() : common[...])
    usual = commonFolder.appending("hooks".utf8)
    // In a linked worktree git says no, whatever the repository is.
    let isLinked = (try? FileStatus.of(commonFolder.appending("worktrees".utf8))) != nil
    var isBare = isHereBare
    if isLinked && !isHereBare { isBare = try isSetBare(repository) }
    self.isBare = isBare
    hasWorkTree = !isHereBare || (isLinked && hasEntries(commonFolder.appending("worktrees".utf8)))
    var scope: String?
    if folder != usual {
      let setting = try GitProcess.output(
        of: repository, ["config", "--show-scope", "--get", "core.hooksPath"], configuration: hookConfiguration)
      scope = ["global", "system"].first { setting.hasPrefix($0) }
    }
    sharedScope = scope
  }
}

private func isSetBare(_ repository: GitRepository) throws(GitError) -> Bool {
  do throws(GitError) {
    return try GitProcess.output(of: repository, ["config", "--type=bool", "--get", "core.bare"]) == "true"
  } catch {
    if error.status == 1 { return false }
    throw error
  }
}

private func hasEntries(_ folder: Path) -> Bool {
  guard let open = try? Descriptor.openFolder(folder) else { return false }
  return (try? entries(of: open).isEmpty) == false
}

/// The folder whose content `git init` and `git clone` copy into new repositories, if the user has
/// set one; `~` is not resolved in the value.
package func templateFolder(in repository: GitRepository) throws(GitError) -> Path? {
  do throws(GitError) {
    return Path(
      try GitProcess.output(of: repository, ["config", "--global", "--type=path", "--get", "init.templateDir"]))
  } catch {
    if error.status == 1 { return nil }
    throw error
  }
}

/// The hooks folder of all repositories, and whether it is the `global` or the `system` configuration that
/// names it; nil when each has its own.
package func sharedHooksFolder(in repository: GitRepository) throws(GitError) -> (scope: String, folder: Path)? {
  for scope in ["global", "system"] {
    do throws(GitError) {
      let answer = try GitProcess.outputBytes(
        of: repository, ["config", "--\(scope)", "--type=path", "--get", "core.hooksPath"])
      return (scope, Path(answer.last == 0x0A ? answer.dropLast() : answer[...]))
    } catch {
      // No setting, or no such file.
      if error.status != 1 { throw error }
    }
  }
  return nil
}

/// - Parameter folder: nil takes the setting away.
package func setTemplateFolder(in repository: GitRepository, _ folder: Path?) throws(GitError) {
  let name = "init.templateDir"
  let arguments =
    folder.map { ["config", "--global", name, String(decoding: $0.bytes, as: UTF8.self)] }
    ?? ["config", "--global", "--unset", name]
  _ = try GitProcess.output(of: repository, arguments)
}

/// The pinned configuration without the setting that is queried.
private let hookConfiguration = pinnedConfiguration.filter { !$0.hasPrefix("core.hooksPath") }
