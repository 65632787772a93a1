// Reading a pack's objects, each exactly once: from every whole object down the tree of deltas that
// are built on it, depth first, so that a base is still in memory when its deltas need it.

import Platform

/// What is done with the objects of a store.
package protocol ObjectVisitor: ~Copyable {
  /// An object in memory, until this returns.
  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID)
  /// An object too large for memory.
  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID)
  mutating func failed(_ failure: ObjectFailure)
}

/// A worker's buffers for reading objects out of packs.
///
/// Memory: an object, its delta and its base, and the bases on the way down that have other deltas left. Where
/// that is more than the worker's share, the bases nearest to the root are given up and made again when their
/// next delta comes; an object that does not fit even so is reported and not read.
struct DeltaTreeWalker: ~Copyable {
  private let inflater = Inflater()
  private var pool = BufferPool()
  private var frames: [Frame] = []
  private let memory: ObjectMemory
  private var isBehindGate = false
  /// Bytes of the bases in `frames`.
  private var kept = 0
  /// Bytes of all buffers that are in use, those in `frames` too.
  private var held = 0

  /// A whole object with more bytes that nothing is built on is inflated as it is read.
  static let longestWhole = 128 << 20

  /// A base whose deltas are being read.
  private struct Frame {
    let object: Int32
    /// The next of its light deltas; the heaviest comes after the last.
    var light: Int32
    /// nil when it was given up.
    var buffer: ObjectBuffer?
  }

  /// - Parameter memory: shared by all workers.
  init(memory: ObjectMemory) { self.memory = memory }

  // MARK: Trees

  /// Visits a whole object and everything that is built on it.
  mutating func walk<Visitor: ObjectVisitor & ~Copyable>(
    _ root: Int, of pack: PackFile, _ visitor: inout Visitor
  ) {
    defer { leaveGate() }
    let kind = pack.kind(ofRoot: Int32(root))
    let hasDeltas = pack.heaviest(of: root) >= 0
    do throws(StoreError) {
      guard let entry = pack.entry(of: root) else { throw StoreError("its header is broken") }
      if entry.size > Self.longestWhole && !hasDeltas {
        let data = UnsafeRawBufferPointer(rebasing: pack.bytes[entry.data..<pack.extent(of: root).upperBound])
        visitor.visit(ObjectStream(data, size: entry.size), kind, id: pack.id(of: root))
        return
      }
      let buffer = try inflate(entry, root, pack)
      visitor.visit(buffer.bytes, kind) { pack.id(of: root) }
      if hasDeltas { push(root, pack, buffer) } else { give(buffer) }
    } catch {
      fail(root, pack, error, &visitor)
      return
    }
    while let top = frames.indices.last {
      let object = Int(frames[top].object)
      let delta: Int
      let isLast = frames[top].light < 0
      if isLast {
        delta = Int(pack.heaviest(of: object))
      } else {
        delta = Int(frames[top].light)
        frames[top].light = pack.nextLight(after: delta)
      }
      let made: ObjectBuffer
      do throws(StoreError) {
        defer { if isLast { pop() } }
        made = try make(delta, pack, on: try base(top, pack))
      } catch {
        fail(delta, pack, error, &visitor)
        continue
      }
      visitor.visit(made.bytes, kind) { pack.id(of: delta) }
      if pack.heaviest(of: delta) >= 0 { push(delta, pack, made) } else { give(made) }
    }
  }

  private mutating func push(_ object: Int, _ pack: PackFile, _ buffer: ObjectBuffer) {
    frames.append(Frame(object: Int32(object), light: pack.firstLight(of: object), buffer: buffer))
    kept += buffer.count
    giveUpBases(until: memory.kept(isBehindGate: isBehindGate) + buffer.count)
  }

  private mutating func pop() {
    if let buffer = frames.removeLast().buffer {
      kept -= buffer.count
      give(buffer)
    }
  }

  /// Gives up bases, but not the last, while all are of more than `most` bytes.
  private mutating func giveUpBases(until most: Int) {
    if kept <= most { return }
    for frame in frames.indices.dropLast() where kept > most {
      guard let buffer = frames[frame].buffer else { continue }
      kept -= buffer.count
      give(buffer)
      frames[frame].buffer = nil
    }
  }

  /// The base of a frame, made again if it was given up.
  @inline(__always)
  private mutating func base(_ frame: Int, _ pack: PackFile) throws(StoreError) -> ObjectBuffer {
    if let buffer = frames[frame].buffer { return buffer }
    let buffer = try make(Int(frames[frame].object), of: pack).buffer
    frames[frame].buffer = buffer
    kept += buffer.count
    return buffer
  }

  private mutating func fail<Visitor: ObjectVisitor & ~Copyable>(
    _ object: Int, _ pack: PackFile, _ error: StoreError, _ visitor: inout Visitor
  ) {
    var dependents = 0
    var stack = [Int32(object)]
    while let base = stack.popLast().map(Int.init) {
      dependents += 1
      if pack.heaviest(of: base) >= 0 { stack.append(pack.heaviest(of: base)) }
      var delta = pack.firstLight(of: base)
      while delta >= 0 {
        stack.append(delta)
        delta = pack.nextLight(after: Int(delta))
      }
    }
    visitor.failed(
      ObjectFailure(id: pack.id(of: object), reason: error.reason, dependents: dependents - 1))
  }

  // MARK: Objects

  /// Makes one object, and its bases on the way. The caller returns its buffer with `give`.
  mutating func make(_ object: Int, of pack: PackFile) throws(StoreError)
    -> (buffer: ObjectBuffer, kind: ObjectKind)
  {
    var chain = [object]
    while true {
      let base = pack.base(of: chain[chain.count - 1])
      if base == PackLayout.whole { break }
      guard base >= 0, chain.count < pack.count else {
        throw StoreError("its delta leads to no whole object")
      }
      chain.append(Int(base))
    }
    let root = chain.removeLast()
    guard let entry = pack.entry(of: root) else { throw StoreError("its header is broken") }
    var buffer = try inflate(entry, root, pack)
    while let delta = chain.popLast() {
      let base = buffer
      defer { give(base) }
      buffer = try make(delta, pack, on: base)
    }
    return (buffer, pack.kind(ofRoot: Int32(root)))
  }

  @inline(__always)
  mutating func give(_ buffer: ObjectBuffer) {
    held -= buffer.count
    pool.give(buffer)
  }

  /// Lets others have large objects in memory.
  mutating func leaveGate() {
    guard isBehindGate else { return }
    pool.dropLarge()
    memory.leave()
    isBehindGate = false
  }

  @inline(__always)
  private mutating func make(
    _ object: Int, _ pack: PackFile, on base: ObjectBuffer
  ) throws(StoreError) -> ObjectBuffer {
    guard let entry = pack.entry(of: object) else { throw StoreError("its header is broken") }
    let delta = try inflate(entry, object, pack)
    defer { give(delta) }
    guard let header = DeltaHeader(delta.bytes) else { throw StoreError("its delta is cut short") }
    guard header.baseSize == base.count else {
      throw StoreError("its delta is for a base of \(header.baseSize) bytes, not \(base.count)")
    }
    let result = try take(header.resultSize)
    let instructions = UnsafeRawBufferPointer(rebasing: delta.bytes[header.instructions...])
    guard applyDelta(instructions, base: base.bytes, into: result.writable) else {
      give(result)
      throw StoreError("its delta copies from outside of its base, or makes another size than it says")
    }
    return result
  }

  /// The zlib data of an entry: an object or a delta.
  @inline(__always)
  private mutating func inflate(
    _ entry: PackEntry, _ object: Int, _ pack: PackFile
  ) throws(StoreError) -> ObjectBuffer {
    let end = pack.extent(of: object).upperBound
    let buffer = try take(entry.size)
    let data = UnsafeRawBufferPointer(rebasing: pack.bytes[entry.data..<end])
    guard let used = inflater.inflate(data, into: buffer.writable) else {
      give(buffer)
      throw StoreError(
        pack.wasCutShort
          ? "the pack was cut short while it was read"
          : "its compressed data is broken, or its size is not what its header says")
    }
    guard used == data.count else {
      give(buffer)
      throw StoreError("\(data.count - used) bytes that no index names follow it")
    }
    return buffer
  }

  @inline(__always)
  private mutating func take(_ size: Int) throws(StoreError) -> ObjectBuffer {
    if size > memory.largeObject {
      if !isBehindGate { memory.enter() }
      isBehindGate = true
    }
    let share = memory.share(isBehindGate: isBehindGate)
    if held + size + pool.unused(by: size) > share {
      pool.dropLarge()
      giveUpBases(until: max(0, share - size - (held - kept)))
      guard held + size <= share else {
        throw StoreError(
          "\(held + size) bytes of memory are needed to put it together, and objects may take \(share); "
            + "--archive-memory allows more")
      }
    }
    guard let buffer = pool.take(size) else { throw StoreError("there is no memory for its \(size) bytes") }
    held += size
    return buffer
  }
}
