// Putting our hooks into a folder, and taking them out again. A hook that was there before is kept, and
// ours runs it first.

import Platform
import Reporting

struct HookFolder {
  let path: Path

  enum State: Equatable {
    case absent
    case ours(isCurrent: Bool)
    case foreign
    /// A folder is in the hook's place. git takes it for a hook that it cannot run.
    case blocked
  }

  func file(_ hook: Hook) -> Path { path.appending(hook.rawValue.utf8) }
  var kept: KeptHooks { KeptHooks(hooks: path) }

  func state(_ hook: Hook) throws(HookError) -> State {
    let file = file(hook)
    do throws(SystemError) {
      let kind = try FileStatus.of(file).kind
      if kind != .file { return kind == .folder ? .blocked : .foreign }
      let script = try readWhole(file, limit: 1 << 20)
      if !hook.isOurs(script) { return .foreign }
      return .ours(isCurrent: script == hook.script(binary: try ownBinary().bytes))
    } catch {
      // ENOTDIR: core.hooksPath is /dev/null, or another file.
      if error.code == SystemError.noSuchFile || error.code == SystemError.notFolder { return .absent }
      if error.code == SystemError.tooLarge { return .foreign }
      throw HookError(file, error)
    }
  }

  func isOurs(_ hook: Hook) -> Bool {
    if case .ours = try? state(hook) { return true }
    return false
  }

  /// - Returns: what was done, for a person; nil when the hook was in place.
  func install(_ hook: Hook) throws(HookError) -> String? {
    let state = try state(hook)
    if kept.file(hook) != nil && state != .foreign { try kept.linkSiblings() }
    if state == .ours(isCurrent: true) { return nil }
    if state == .blocked { throw HookError(file(hook), "is a folder where a hook should be: remove it") }
    try makeFolder(path)
    var done = "installed"
    if state == .foreign {
      try kept.keep(hook, at: file(hook))
      try kept.linkSiblings()
      done = "installed; the hook that was there runs first, as \(KeptHooks.folderName)/\(hook.rawValue)"
    } else if case .ours = state {
      done = "brought up to date"
    }
    do throws(SystemError) {
      try writeAtomically(hook.script(binary: try ownBinary().bytes), to: file(hook), mode: 0o755)
    } catch { throw HookError(file(hook), error) }
    return done
  }

  /// - Returns: what was done, for a person; nil when there was nothing to do.
  func uninstall(_ hook: Hook) throws(HookError) -> String? {
    guard case .ours = try state(hook) else { return nil }
    defer { try? kept.cleanUp() }
    if kept.file(hook) != nil {
      try kept.restore(hook, to: file(hook))
      return "removed; the hook that was there before is restored"
    }
    let path = file(hook)
    do throws(SystemError) {
      try removeFile(path)
    } catch { throw HookError(path, error) }
    return "removed"
  }
}
