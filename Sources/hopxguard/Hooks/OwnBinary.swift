// The file of this program, by a name that lasts.

import Platform

/// The file of this program, absolute. Where a link led to it that link, for a package manager that keeps
/// each version in a folder of its own changes the link, and takes the folder away.
func ownBinary() throws(SystemError) -> Path {
  let resolved = try resolvedBinary()
  guard let own = try? FileStatus.following(resolved) else { return resolved }
  let candidate = namesOfOwnBinary().first { name in
    guard name != resolved, let other = try? FileStatus.following(name) else { return false }
    return other.device == own.device && other.inode == own.inode
  }
  return candidate ?? resolved
}

/// Whether a path leads to this program.
func isOwnBinary(_ path: Path) -> Bool {
  guard let own = try? FileStatus.following(resolvedBinary()),
    let other = try? FileStatus.following(path)
  else { return false }
  return other.device == own.device && other.inode == own.inode
}

/// Absolute names that may lead to this program: that by which it was started, and those in PATH.
private func namesOfOwnBinary() -> [Path] {
  var names: [Path] = []
  let started = CommandLine.unsafeArgv[0].map { Path(cString: $0) } ?? ""
  let slash = UInt8(ascii: "/")
  if started.bytes.first == slash {
    names.append(started)
  } else if started.bytes.contains(slash), let here = try? canonicalPath(".") {
    let parts = started.bytes.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
    // After a symbolic link, `..` leads elsewhere than the name says.
    if !parts.contains(where: { $0.elementsEqual("..".utf8) }) {
      names.append(here.appending(Array(parts.joined(separator: [slash]))))
    }
  }
  let search = environmentVariable("PATH")?.bytes ?? []
  for folder in search.split(separator: UInt8(ascii: ":")) where folder.first == slash {
    if !started.bytes.isEmpty && !started.bytes.contains(slash) {
      names.append(Path(folder).appending(started.bytes))
    }
    names.append(Path(folder).appending("hopxguard".utf8))
  }
  return names
}

private func resolvedBinary() throws(SystemError) -> Path { try canonicalPath(ownProgram()) }
