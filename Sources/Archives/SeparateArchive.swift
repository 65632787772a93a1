// An archive that a separate process reads: some formats can make a reader take any amount of memory before the first
// byte, by a list of a hundred million entries or a filter that decodes whole streams first. Such a process can be
// limited, and its end does no harm to the scan.

internal import Inputs
internal import Platform

final class SeparateArchive: EntrySource {
  private let process: CInt
  private let output: Descriptor
  private let kind: ArchiveKind
  private let budget: ArchiveBudget
  /// The frame that has begun, and bytes of it that have not been read.
  private var frame: (kind: ArchiveFrame, left: Int)?
  /// Whether everything was reported, or nothing more is wanted.
  private var isOver = false
  private var hasFailed = false
  private let memory: ArchiveMemory
  private let feed: ArchiveFeed
  /// Bytes of the archive, where its first ones say so.
  private var length: Int?
  private let gathered: Int

  /// Bytes of an archive that may be in memory, with those round it that are.
  private static let mostGathered = 256 << 20

  /// - Throws: `InputError` when no process can be had for it.
  init(_ kind: ArchiveKind, _ feed: ArchiveFeed, budget: ArchiveBudget) throws(InputError) {
    self.kind = kind
    self.feed = feed
    self.budget = budget
    length = kind.length(of: try feed.peek(ArchiveKind.headBytes))
    let (input, start): (WholeInput, Int)
    if let whole = feed.whole {
      (input, start, gathered) = (whole, feed.position, 0)
    } else {
      let most = Self.mostGathered - budget.held
      guard let bytes = try feed.gather(most) else {
        throw InputError(
          "not opened: it is a \(kind.name) of more than \(Self.mostGathered >> 20) MiB, with those round it, that "
            + "comes as a stream or out of another archive, which is the limit; \(ArchiveBudget.wayOut)"
        )
      }
      (input, start, gathered) = (.memory(bytes), 0, bytes.count)
    }
    memory = ArchiveMemory(budget, isProcess: true)
    do throws(SystemError) {
      let started = try Self.start(kind, input, from: start, memory: budget.limits.memory)
      process = started.process
      output = Descriptor(started.output)
    } catch {
      throw InputError("cannot be read as \(kind.name), which takes a process of its own: \(error.call): \(error)")
    }
    budget.held += gathered
  }

  deinit {
    budget.held -= gathered
    stopProcess(process)
  }

  func next() throws(InputError) -> ArchiveEntry? {
    while !isOver {
      switch try begin() {
      case .entry:
        guard let entry = ArchiveEntry(frame: try takeFrame()) else { throw lost() }
        try budget.takeEntry()
        return entry
      case .data: try skipFrame()
      case .failure: throw try takeFailure()
      case .end:
        let read = Int(littleEndian: try takeFrame())
        isOver = true
        // Where it ends is not known.
        if hasFailed { throw InputError("", isTold: true) }
        try feed.skip(length ?? read)
      }
    }
    return nil
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if isOver { return 0 }
    switch try begin() {
    case .entry, .end: return 0
    case .failure: throw try takeFailure()
    case .data: break
    }
    let count = try receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(frame!.left)))
    try budget.take(count)
    return count
  }

  // MARK: Frames

  /// The frame that is being read; it has bytes left.
  private func begin() throws(InputError) -> ArchiveFrame {
    while true {
      if let frame { return frame.kind }
      let head = try receive(ArchiveFrame.headBytes)
      guard let kind = ArchiveFrame(rawValue: head[0]) else { throw lost() }
      let length = Int(littleEndian: head[1...])
      switch kind {
      // An empty one would be skipped, together with its message.
      case .entry, .failure: guard (1...ArchiveFrame.longest).contains(length) else { throw lost() }
      case .data: if length == 0 { continue }
      case .end: guard length == 8 else { throw lost() }
      }
      frame = (kind, length)
    }
  }

  private func takeFrame() throws(InputError) -> [UInt8] {
    let bytes = try receive(frame!.left)
    frame = nil
    return bytes
  }

  private func skipFrame() throws(InputError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { buffer.deallocate() }
    while let frame { _ = try receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(frame.left))) }
  }

  private func takeFailure() throws(InputError) -> InputError {
    hasFailed = true
    return InputError(String(decoding: try takeFrame(), as: UTF8.self))
  }

  // MARK: The process

  private static func start(
    _ kind: ArchiveKind, _ input: WholeInput, from start: Int, memory: Int
  ) throws(SystemError) -> (process: CInt, output: CInt) {
    switch input {
    case .file(let number): return try self.start(kind, number, from: start, memory: memory)
    case .memory(let bytes):
      let file = try memoryFile()
      try writeAll(UnsafeRawBufferPointer(rebasing: bytes[start...]), to: file.number)
      return try self.start(kind, file.number, from: 0, memory: memory)
    }
  }

  private static func start(
    _ kind: ArchiveKind, _ input: CInt, from start: Int, memory: Int
  ) throws(SystemError) -> (process: CInt, output: CInt) {
    let program = try ownProgram()
    let words = [program, Path(ArchiveServer.command), Path(kind.rawValue), Path("\(memory)"), Path("\(start)")]
    // The messages of a runtime that is out of memory are of no use to the user.
    let nowhere = try Descriptor.nowhere()
    let pipe = try makePipe()
    defer { closeDescriptor(pipe.write) }
    do throws(SystemError) {
      let process = try spawn(
        program, words, environment: [], standardInput: input, standardOutput: pipe.write, standardError: nowhere.number
      )
      return (process, pipe.read)
    } catch {
      closeDescriptor(pipe.read)
      throw error
    }
  }

  private func receive(_ count: Int) throws(InputError) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { bytes.deallocate() }
    var at = 0
    while at < count {
      let got: Int
      do throws(SystemError) {
        got = try output.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[at...]))
      } catch { throw lost() }
      if got == 0 { throw lost() }
      at += got
    }
    return Array(bytes)
  }

  /// - Returns: the number of bytes received, at least one.
  private func receive(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count: Int
    do throws(SystemError) { count = try output.read(into: buffer) } catch { throw lost() }
    if count == 0 { throw lost() }
    frame!.left -= count
    if frame!.left == 0 { frame = nil }
    return count
  }

  /// The process ended before it was done.
  private func lost() -> InputError {
    isOver = true
    return InputError(
      "cannot be read to its end as \(kind.name): its reader ended before, for want of memory perhaps "
        + "(archive-memory); \(ArchiveBudget.wayOut)"
    )
  }
}
