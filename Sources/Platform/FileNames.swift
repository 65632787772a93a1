// Names in folders: making, moving and taking away what they name.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Makes a folder for this user alone; one that is there is left as it is.
package func makeFolder(_ path: Path) throws(SystemError) {
  let code = path.withCString { mkdir($0, 0o700) }
  if code == -1 && errno != EEXIST { throw SystemError("mkdir") }
}

/// Makes a folder that others may use, as the umask has it.
///
/// - Throws: `SystemError`; `SystemError.exists` when something is there.
package func makeNewFolder(_ path: Path) throws(SystemError) {
  try path.withCString { (name) throws(SystemError) in _ = try retrying("mkdir") { mkdir(name, 0o777) } }
}

/// Makes a folder and those above it that are missing.
package func makeFolders(_ path: Path) throws(SystemError) {
  if (try? FileStatus.following(path).kind) == .folder { return }
  if let parent = path.parent { try makeFolders(parent) }
  do throws(SystemError) { try makeNewFolder(path) } catch { if error.code != EEXIST { throw error } }
}

/// Makes a folder with a fresh name for this user alone, in TMPDIR or `/tmp`.
package func makeTemporaryFolder(_ prefix: String) throws(SystemError) -> Path {
  let place = environmentVariable("TMPDIR").flatMap { $0.bytes.first == UInt8(ascii: "/") ? $0 : nil } ?? "/tmp"
  var name = place.appending("\(prefix).XXXXXX".utf8).bytes.map(CChar.init(bitPattern:)) + [0]
  guard mkdtemp(&name) != nil else { throw SystemError("mkdtemp") }
  return Path(name.dropLast().map(UInt8.init(bitPattern:)))
}

/// Removes an empty folder.
package func removeFolder(_ path: Path) throws(SystemError) {
  try path.withCString { (name) throws(SystemError) in _ = try retrying("rmdir") { rmdir(name) } }
}

/// Takes a file away, or a link.
package func removeFile(_ path: Path) throws(SystemError) {
  try path.withCString { (name) throws(SystemError) in _ = try retrying("unlink") { unlink(name) } }
}

/// Gives a file another name, and replaces the file that has it.
package func moveFile(
  _ path: Path, to target: Path, in folder: CInt = Descriptor.workingFolder
) throws(SystemError) {
  try path.withCString { (from) throws(SystemError) in
    _ = try target.withCString { (to) throws(SystemError) in
      try retrying("rename") { renameat(folder, from, folder, to) }
    }
  }
}

/// Makes a symbolic link.
///
/// - Parameter target: from the link's folder on, or absolute.
package func makeLink(_ path: Path, to target: [UInt8]) throws(SystemError) {
  try Path(target).withCString { (target) throws(SystemError) in
    _ = try path.withCString { (name) throws(SystemError) in
      try retrying("symlink") { symlink(target, name) }
    }
  }
}
