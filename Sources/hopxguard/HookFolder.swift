// Putting our hooks into a folder, and taking them out again. A hook that was there before is kept
// beside ours, which runs it first.

import Git
import POSIX
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct HookFolder {
  let path: Path

  /// Behind the name of a hook that was there before ours.
  static let keptSuffix = ".before-hopxguard"

  enum State: Equatable {
    case absent
    case ours(isCurrent: Bool)
    case foreign
  }

  func file(_ hook: Hook) -> Path { path.appending(hook.rawValue.utf8) }
  func keptFile(_ hook: Hook) -> Path { Path(file(hook).bytes + Array(Self.keptSuffix.utf8)) }

  func state(_ hook: Hook) throws(SystemError) -> State {
    do throws(SystemError) {
      if try FileStatus.of(file(hook)).kind != .file { return .foreign }
      let script = try readWhole(file(hook), limit: 1 << 20)
      if !hook.isOurs(script) { return .foreign }
      return .ours(isCurrent: script == hook.script(binary: try ownBinary().bytes))
    } catch {
      if error.code == ENOENT && !isThere(file(hook)) { return .absent }
      if error.code == EFBIG || error.code == ENOENT { return .foreign }
      throw error
    }
  }

  func keepsAnother(_ hook: Hook) -> Bool { isThere(keptFile(hook)) }

  private func isThere(_ path: Path) -> Bool { (try? FileStatus.of(path)) != nil }

  /// - Returns: what was done, for a person; nil when the hook was in place.
  func install(_ hook: Hook) throws(SystemError) -> String? {
    let binary = try ownBinary()
    let state = try state(hook)
    if state == .ours(isCurrent: true) { return nil }
    try makeFolders(path)
    var done = "installed"
    if state == .foreign {
      // Whoever put it there has done so again: what was kept is an older one, which stays beside it.
      if keepsAnother(hook) {
        let older = (1...).lazy.map { Path(keptFile(hook).bytes + Array(".\($0)".utf8)) }
        try move(keptFile(hook), to: older.first { !isThere($0) }!)
      }
      try move(file(hook), to: keptFile(hook))
      done = "installed; the hook that was there runs first, as \(hook.rawValue)\(Self.keptSuffix)"
    } else if case .ours = state {
      done = "brought up to date"
    }
    try writeReport(hook.script(binary: binary.bytes), at: file(hook), mode: 0o755)
    return done
  }

  /// - Returns: what was done, for a person; nil when there was nothing to do.
  func uninstall(_ hook: Hook) throws(SystemError) -> String? {
    guard case .ours = try state(hook) else { return nil }
    if keepsAnother(hook) {
      try move(keptFile(hook), to: file(hook))
      return "removed; the hook that was there before is back"
    }
    let path = file(hook)
    try path.withCString { (name) throws(SystemError) in _ = try retrying("unlink") { unlink(name) } }
    return "removed"
  }

  private func move(_ from: Path, to: Path) throws(SystemError) {
    try from.withCString { (old) throws(SystemError) in
      try to.withCString { (new) throws(SystemError) in _ = try retrying("rename") { rename(old, new) } }
    }
  }

  private func makeFolders(_ path: Path) throws(SystemError) {
    if isThere(path) { return }
    if let parent = path.parent { try makeFolders(parent) }
    try path.withCString { (name) throws(SystemError) in _ = try retrying("mkdir") { mkdir(name, 0o777) } }
  }
}

/// The file of this program, absolute.
func ownBinary() throws(SystemError) -> Path {
  #if canImport(Darwin)
    var size: UInt32 = 4096
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: Int(size))
    defer { name.deallocate() }
    guard _NSGetExecutablePath(name, &size) == 0 else { throw SystemError("_NSGetExecutablePath", ENAMETOOLONG) }
    return try canonicalPath(Path(String(cString: name)))
  #else
    return Path(try linkTarget("/proc/self/exe"))
  #endif
}
