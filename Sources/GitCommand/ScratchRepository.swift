// An empty repository in the temporary folder, removed at the end. With it as git's folder the rules
// of `info/exclude` and of the repository's own configuration are out of play; with its working tree
// any set of `.gitignore` files can be asked about, such as the staged ones.

package import Platform

package final class ScratchRepository: Sendable {
  private let root: Path
  package var gitFolder: Path { root.appending("git".utf8) }
  package var workTree: Path { root.appending("tree".utf8) }

  /// Makes it, readable by this user alone.
  package init() throws(SystemError) {
    root = try makeTemporaryFolder("hopxguard")
    for folder in ["git", "git/objects", "git/refs", "tree"] { try make(Path(folder)) }
    try write(Path("git/HEAD"), Array("ref: refs/heads/scratch\n".utf8))
  }

  deinit { remove(root) }

  /// Puts a file into the working tree, with the folders it needs.
  ///
  /// - Parameter path: relative to the top, as git lists it.
  /// - Throws: `SystemError`; `EINVAL` for a path that leads out of the tree, which git does not make
  ///   and a crafted index can hold.
  package func addFile(_ path: Path, _ content: [UInt8]) throws(SystemError) {
    let names = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let strays = ["", ".", "..", ".git"].map { Array($0.utf8) }
    if names.contains(where: { strays.contains(Array($0)) }) { throw SystemError("open", SystemError.invalid) }
    var folder = Path("tree")
    for name in names.dropLast() {
      folder = folder.appending(name)
      try make(folder)
    }
    try write(Path("tree").appending(path.bytes), content)
  }

  private func make(_ folder: Path) throws(SystemError) {
    try makeFolder(root.appending(folder.bytes))
  }

  private func write(_ path: Path, _ content: [UInt8]) throws(SystemError) {
    let file = try Descriptor.open(
      root.appending(path.bytes), flags: Descriptor.toMake, mode: 0o600)
    let number = file.number
    try content.withUnsafeBufferPointer { (bytes) throws(SystemError) in
      try writeAll(UnsafeRawBufferPointer(bytes), to: number)
    }
  }
}

/// Removes a folder that this program made, and all below it.
private func remove(_ folder: Path) {
  if let open = try? Descriptor.openFolder(folder), let entries = try? entries(of: open) {
    for entry in entries {
      let path = folder.appending(entry.name.bytes)
      if entry.kind == .folder { remove(path) } else { try? removeFile(path) }
    }
  }
  try? removeFolder(folder)
}
