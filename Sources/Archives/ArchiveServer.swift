// The other side of `SeparateArchive`: reads the archive on standard input and reports its contents on standard output,
// in a process with a memory limit.

internal import Inputs
import Platform

package enum ArchiveServer {
  /// The first argument of the process.
  package static let command = "expand-archive"

  /// - Parameters:
  ///   - kind: `ArchiveKind.rawValue` of one that is read apart.
  ///   - memory: bytes, in digits.
  ///   - start: where in standard input the archive begins, in digits.
  /// - Returns: the exit status.
  package static func run(_ kind: String, memory: String, start: String) -> CInt {
    guard let kind = ArchiveKind(rawValue: kind), kind.isReadApart, let memory = Int(memory),
      let start = Int(start)
    else { return 2 }
    limitOwnMemory(to: memory)
    var limits = ArchiveLimits.none
    limits.memory = memory
    var reader = ArchiveReader(kind, file: 0, from: start, budget: ArchiveBudget(limits))
    do throws(SystemError) { while try serveEntry(&reader) {} } catch { return 2 }
    return 0
  }

  /// - Returns: whether there may be another.
  private static func serveEntry(_ reader: inout ArchiveReader) throws(SystemError) -> Bool {
    let entry: ArchiveEntry?
    do throws(InputError) { entry = try reader.next() } catch {
      if error.isTold {
        try sendEnd(reader)
        return false
      }
      try send(.failure, Array(error.reason.utf8))
      return true
    }
    guard let entry else {
      try sendEnd(reader)
      return false
    }
    try send(.entry, entry.frame)
    if entry.isEncrypted { return true }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let count: Int
      do throws(InputError) { count = try reader.read(into: buffer) } catch {
        try send(.failure, Array(error.reason.utf8))
        return true
      }
      if count == 0 { return true }
      try send(.data, Array(buffer[..<count]))
    }
  }

  private static func sendEnd(_ reader: ArchiveReader) throws(SystemError) {
    try send(.end, withUnsafeBytes(of: UInt64(reader.end).littleEndian) { Array($0) })
  }

  private static func send(_ frame: ArchiveFrame, _ bytes: [UInt8]) throws(SystemError) {
    let message = frame.head(bytes.count) + bytes
    var failure: SystemError?
    message.withUnsafeBytes {
      do throws(SystemError) { try writeAll($0, to: 1) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
