// What is staged: the names of the objects in an index.
// Source: gitformat-index(5), "The Git index file has the following format".

public import POSIX

/// The entries of the indexes of a repository and its linked worktrees, by ID. An index that cannot
/// be read has none: it is scanned as a file as well, and what it holds only helps to name things.
public func stagedPaths(of repository: Repository) -> [ObjectID: Path] {
  var paths: [ObjectID: Path] = [:]
  let worktrees = repository.commonFolder.appending("worktrees".utf8)
  var folders = [repository.commonFolder]
  if let open = try? Descriptor.openFolder(worktrees), let entries = try? entries(of: open) {
    folders += entries.map { worktrees.appending($0.name.bytes) }
  }
  for folder in folders {
    guard let file = try? Descriptor.openFile(folder.appending("index".utf8)),
      let status = try? file.status(), status.kind == .file,
      let mapped = try? MappedFile(file, size: status.size)
    else { continue }
    readIndex(mapped.bytes, repository.format, &paths)
  }
  return paths
}

private func readIndex(
  _ bytes: UnsafeRawBufferPointer, _ format: ObjectFormat, _ paths: inout [ObjectID: Path]
) {
  guard bytes.count >= 12 + format.length, bytes.starts(with: "DIRC".utf8), let start = bytes.baseAddress
  else { return }
  let version = bigEndian32(start + 4)
  guard (2...4).contains(version) else { return }
  let end = bytes.count - format.length
  var at = 12
  var name: [UInt8] = []
  for _ in 0..<bigEndian32(start + 8) {
    // Ten 32-bit numbers, the ID, 16 bits of flags and, where they say so, 16 more.
    let flags = at + 40 + format.length
    guard flags + 2 <= end else { return }
    var nameStart = flags + 2
    if version >= 3 && bytes[flags] & 0x40 != 0 { nameStart += 2 }
    if version == 4 {
      // A number, as in a pack's offset deltas, of bytes to drop from the name before.
      guard let drop = number(bytes, &nameStart, end), drop <= name.count else { return }
      name.removeLast(drop)
    } else {
      name.removeAll(keepingCapacity: true)
    }
    guard nameStart < end, let zero = bytes[nameStart..<end].firstIndex(of: 0) else { return }
    name.append(contentsOf: bytes[nameStart..<zero])
    paths[ObjectID(start + at + 40, format)] = Path(name)
    // Up to version 3 an entry is filled up with one to eight NUL to a multiple of eight bytes.
    at = version == 4 ? zero + 1 : at + (zero - at + 8) / 8 * 8
  }
}

private func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ end: Int) -> Int? {
  guard at < end else { return nil }
  var value = Int(bytes[at] & 0x7F)
  while bytes[at] & 0x80 != 0 {
    at += 1
    guard at < end, value < 1 << 32 else { return nil }
    value = (value + 1) << 7 | Int(bytes[at] & 0x7F)
  }
  at += 1
  return value
}
