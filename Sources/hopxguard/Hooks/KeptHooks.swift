// The hooks that were in a folder before ours. They are kept in a folder below it under their own names,
// because many ask by which name they are run. Others look beside themselves, for `pre-commit.legacy` or a
// folder of scripts: for those there are links to what is beside ours.

import Platform

struct KeptHooks {
  /// Where git looks for hooks.
  let hooks: Path

  static let folderName = "before-hopxguard"
  /// Where earlier versions kept them: a suffix of the hook's name.
  private static let oldSuffix = ".before-hopxguard"

  var folder: Path { hooks.appending(Self.folderName.utf8) }

  private func place(_ hook: Hook) -> Path { folder.appending(hook.rawValue.utf8) }

  /// The hook that was there before ours, if any.
  func file(_ hook: Hook) -> Path? {
    if isThere(place(hook)) && !isSiblingLink(place(hook)) { return place(hook) }
    let old = Path(Array(hooks.appending(hook.rawValue.utf8).bytes + Array(Self.oldSuffix.utf8)))
    return isThere(old) ? old : nil
  }

  private func isThere(_ path: Path) -> Bool { (try? FileStatus.of(path)) != nil }

  /// Moves the hook at `file` here.
  func keep(_ hook: Hook, at file: Path) throws(HookError) {
    try makeFolder(folder)
    let place = place(hook)
    if isSiblingLink(place) { try remove(place) }
    if isThere(place) {
      // The program that put the new one there has done so again: what was kept is an older one, which stays
      // beside it.
      let older = (1...).lazy.map { Path(place.bytes + Array(".\($0)".utf8)) }
      try rename(place, to: older.first { !isThere($0) }!)
    }
    guard let target = relativeTarget(of: file) else { return try rename(file, to: place) }
    try link(place, to: Array("../".utf8) + target)
    try remove(file)
  }

  /// Puts the hook that was there back to `file`, over ours.
  func restore(_ hook: Hook, to file: Path) throws(HookError) {
    guard let kept = self.file(hook) else { return }
    guard kept == place(hook), let target = relativeTarget(of: kept), target.starts(with: "../".utf8) else {
      return try rename(kept, to: file)
    }
    try remove(file)
    try link(file, to: Array(target.dropFirst(3)))
    try remove(kept)
  }

  // MARK: What is beside them

  /// Makes links to what is beside ours and not here.
  func linkSiblings() throws(HookError) {
    if !isThere(folder) { return }
    for name in try names(in: hooks) {
      let isSample = name.bytes.suffix(7).elementsEqual(".sample".utf8)
      let isKept = name.bytes.starts(with: Self.folderName.utf8) || name.bytes.contains(Self.oldSuffix)
      let link = folder.appending(name.bytes)
      if !isSample && !isKept && !isThere(link) { try self.link(link, to: Array("../".utf8) + name.bytes) }
    }
  }

  /// Takes the links, and the folder if nothing else is in it, away once no hook is kept.
  func cleanUp() throws(HookError) {
    guard isThere(folder), !Hook.allCases.contains(where: { file($0)?.parent == folder }) else { return }
    for name in try names(in: folder) {
      let link = folder.appending(name.bytes)
      if isSiblingLink(link) { try remove(link) }
    }
    // Older hooks may be left in it.
    try? removeFolder(folder)
  }

  private func isSiblingLink(_ path: Path) -> Bool {
    guard let target = relativeTarget(of: path) else { return false }
    return target.elementsEqual(Array("../".utf8) + path.lastComponent)
  }

  private func names(in folder: Path) throws(HookError) -> [Path] {
    do throws(SystemError) {
      return try entries(of: .open(folder, flags: Descriptor.toList)).map(\.name).sorted()
    } catch { throw HookError(folder, error) }
  }

  // MARK: Files

  /// Where a link leads; nil for what is no link, and for one with an absolute target.
  private func relativeTarget(of path: Path) -> [UInt8]? {
    guard (try? FileStatus.of(path).kind) == .link, let target = try? linkTarget(path),
      target.first != UInt8(ascii: "/")
    else { return nil }
    return target
  }

  private func rename(_ from: Path, to: Path) throws(HookError) {
    do throws(SystemError) { try moveFile(from, to: to) } catch { throw HookError(from, error) }
  }

  private func link(_ path: Path, to target: [UInt8]) throws(HookError) {
    do throws(SystemError) { try makeLink(path, to: target) } catch { throw HookError(path, error) }
  }

  private func remove(_ path: Path) throws(HookError) {
    do throws(SystemError) { try removeFile(path) } catch { throw HookError(path, error) }
  }
}

/// Makes a folder, and those above it.
func makeFolder(_ path: Path) throws(HookError) {
  if let kind = try? FileStatus.following(path).kind {
    if kind != .folder { throw HookError(path, "is no folder, so no hook can be there") }
    return
  }
  if let parent = path.parent { try makeFolder(parent) }
  do throws(SystemError) { try makeNewFolder(path) } catch { throw HookError(path, error) }
}

/// Why a hook could not be installed or removed.
struct HookError: Error {
  /// For a person; it names the path.
  let reason: String

  init(_ path: Path, _ reason: String) {
    self.reason = "\(String(decoding: path.bytes, as: UTF8.self)) \(reason)"
  }

  init(_ path: Path, _ error: SystemError) { self.init(path, "(\(error.call)): \(error)") }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return indices.contains { self[$0...].starts(with: bytes) }
  }
}
