// Loose objects: a file each, zlib data of `TYPE SP SIZE NUL` and the object.
// Source: gitformat-loose(5) and gitrepository-layout(5), "objects/[0-9a-f][0-9a-f]".

import Platform

/// A worker's buffers for reading loose objects.
struct LooseReader: ~Copyable {
  private let inflater = Inflater()
  private let memory: ObjectMemory
  private var file: UnsafeMutableRawBufferPointer = .allocate(byteCount: 1 << 20, alignment: 16)
  private var object: UnsafeMutableRawBufferPointer = .allocate(byteCount: 1 << 20, alignment: 16)

  /// Bytes of a header at most: the longest type, a space, twenty digits and NUL.
  private static let longestHeader = 28

  init(memory: ObjectMemory) { self.memory = memory }

  deinit {
    file.deallocate()
    object.deallocate()
  }

  /// Reads one object and passes it to `visitor`.
  ///
  /// - Parameters:
  ///   - name: of the file, in the open `folder`.
  ///   - id: what the names say.
  /// - Throws: `SystemError` if there is no such file, or it cannot be opened. Faults in the object are passed to
  ///   `visitor`.
  mutating func visit<Visitor: ObjectVisitor & ~Copyable>(
    _ name: Path, in folder: borrowing Descriptor, id: ObjectID, _ visitor: inout Visitor
  ) throws(SystemError) {
    let opened = try Descriptor.openFile(name, in: folder.number)
    let status = try opened.status()
    guard status.kind == .file else {
      return visitor.failed(ObjectFailure(id: id, reason: "it is not a regular file"))
    }
    if status.size > file.count {
      let mapped = try MappedFile(opened, size: status.size)
      return take(mapped.bytes, id, &visitor)
    }
    var count = 0
    while count < status.size {
      let read = try opened.read(
        into: UnsafeMutableRawBufferPointer(rebasing: file[count..<status.size]))
      if read == 0 { break }
      count += read
    }
    take(UnsafeRawBufferPointer(rebasing: file[..<count]), id, &visitor)
  }

  private mutating func take<Visitor: ObjectVisitor & ~Copyable>(
    _ data: UnsafeRawBufferPointer, _ id: ObjectID, _ visitor: inout Visitor
  ) {
    do throws(StoreError) { try inflate(data, id, &visitor) } catch {
      visitor.failed(ObjectFailure(id: id, reason: error.reason))
    }
  }

  private mutating func inflate<Visitor: ObjectVisitor & ~Copyable>(
    _ data: UnsafeRawBufferPointer, _ id: ObjectID, _ visitor: inout Visitor
  ) throws(StoreError) {
    if let (used, count) = inflater.inflate(data, atMost: object) {
      try Self.check(used, of: data)
      let bytes = UnsafeRawBufferPointer(rebasing: object[..<count])
      let header = try Self.header(bytes)
      guard header.length + header.size == count else {
        throw StoreError("its size is not what its header says")
      }
      visitor.visit(UnsafeRawBufferPointer(rebasing: bytes[header.length...]), header.kind) { id }
      return
    }
    // Larger than the buffer, or broken; the header decides.
    var start = ObjectStream(data, size: Int.max)
    let made = try start.read(into: UnsafeMutableRawBufferPointer(rebasing: object[..<Self.longestHeader]))
    let header = try Self.header(UnsafeRawBufferPointer(rebasing: object[..<made]))
    let size = header.length + header.size
    guard size > object.count, size / Inflater.greatestRatio <= data.count else {
      throw StoreError("its compressed data is broken or cut short")
    }
    if size > min(DeltaTreeWalker.longestWhole, memory.share(isBehindGate: true)) {
      var stream = ObjectStream(data, size: size)
      try stream.skip(header.length)
      visitor.visit(stream, header.kind, id: id)
      return
    }
    memory.enter()
    defer { memory.leave() }
    guard let room = takeMemory(size) else { throw StoreError("there is no memory for its \(size) bytes") }
    defer { freeMemory(room) }
    let whole = UnsafeMutableRawBufferPointer(start: room, count: size)
    guard let used = inflater.inflate(data, into: whole) else {
      throw StoreError("its compressed data is broken, or its size is not what its header says")
    }
    try Self.check(used, of: data)
    let bytes = UnsafeRawBufferPointer(rebasing: whole[header.length...])
    visitor.visit(bytes, header.kind) { id }
  }

  /// git accepts nothing after the compressed data either.
  private static func check(_ used: Int, of data: UnsafeRawBufferPointer) throws(StoreError) {
    if used < data.count {
      throw StoreError("\(data.count - used) bytes follow its compressed data, and were not read as an object")
    }
  }

  private static func header(_ bytes: UnsafeRawBufferPointer) throws(StoreError)
    -> (kind: ObjectKind, size: Int, length: Int)
  {
    let broken = StoreError("its header is broken")
    guard let end = bytes.prefix(longestHeader).firstIndex(of: 0) else { throw broken }
    let words = bytes[..<end].split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 2, !words[1].isEmpty else { throw broken }
    let kind: ObjectKind
    switch String(decoding: words[0], as: UTF8.self) {
    case "commit": kind = .commit
    case "tree": kind = .tree
    case "blob": kind = .blob
    case "tag": kind = .tag
    default: throw broken
    }
    var size = 0
    for digit in words[1] {
      guard (0x30...0x39).contains(digit), size < 1 << 56 else { throw broken }
      size = size * 10 + Int(digit - 0x30)
    }
    return (kind, size, end + 1)
  }
}
