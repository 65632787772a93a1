// What is staged: the names of the objects in an index.
// Source: gitformat-index(5), "The Git index file has the following format".

package import Platform

/// The entries of the indexes of a repository and its linked worktrees, by ID. An index that cannot be read counts as
/// empty: it is scanned as a file too, and its entries only help to name things.
package func stagedPaths(of repository: Repository) -> [ObjectID: Path] {
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
    readIndex(mapped.bytes, repository.format) { record, path in paths[record.id] = Path(path) }
  }
  return paths
}

/// An entry, as long as the index is mapped.
package struct IndexRecord {
  /// Of the ten 32-bit numbers that an entry begins with.
  let start: UnsafeRawPointer
  package let id: ObjectID
  /// The 16 bits after the ID.
  package let flags: Int
  /// The 16 bits that follow where `flags` says so.
  package let moreFlags: Int

  package func number(_ index: Int) -> UInt32 { bigEndian32(start + 4 * index) }
}

/// Calls `visit` with each entry of an index and its path.
///
/// - Returns: where the extensions begin; nil for an index that is not understood, whose first
///   entries may have been visited.
@discardableResult
package func readIndex(
  _ bytes: UnsafeRawBufferPointer, _ format: ObjectFormat,
  visit: (IndexRecord, _ path: [UInt8]) -> Void
) -> Int? {
  guard bytes.count >= 12 + format.length, bytes.starts(with: "DIRC".utf8), let start = bytes.baseAddress
  else { return nil }
  let version = bigEndian32(start + 4)
  guard (2...4).contains(version) else { return nil }
  let end = bytes.count - format.length
  var at = 12
  var name: [UInt8] = []
  for _ in 0..<bigEndian32(start + 8) {
    // Ten 32-bit numbers, the ID, 16 bits of flags and, where they say so, 16 more.
    let flags = at + 40 + format.length
    guard flags + 2 <= end else { return nil }
    let isExtended = version >= 3 && bytes[flags] & 0x40 != 0
    var nameStart = flags + (isExtended ? 4 : 2)
    guard nameStart < end else { return nil }
    if version == 4 {
      // A number, as in a pack's offset deltas, of bytes to drop from the name before.
      guard let drop = number(bytes, &nameStart, end), drop <= name.count else { return nil }
      name.removeLast(drop)
    } else {
      name.removeAll(keepingCapacity: true)
    }
    guard nameStart < end, let found = firstZero(at: start + nameStart, count: end - nameStart) else { return nil }
    let zero = found - start
    name.append(contentsOf: bytes[nameStart..<zero])
    visit(
      IndexRecord(
        start: start + at, id: ObjectID(start + at + 40, format),
        flags: Int(bytes[flags]) << 8 | Int(bytes[flags + 1]),
        moreFlags: isExtended ? Int(bytes[flags + 2]) << 8 | Int(bytes[flags + 3]) : 0),
      name)
    // Up to version 3 an entry is filled up with one to eight NUL to a multiple of eight bytes.
    at = version == 4 ? zero + 1 : at + (zero - at + 8) / 8 * 8
  }
  return at <= end ? at : nil
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
