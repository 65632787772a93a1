// Where bytes come from: the one method that every kind of input has.

public import POSIX

/// Something that can be read to its end once.
public protocol ByteSource: ~Copyable {
  /// Puts at most `buffer.count` bytes at the start of `buffer`.
  ///
  /// - Returns: how many; 0 at the end.
  /// - Throws: `InputError` when the input cannot be read to its end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int

  /// The same bytes for a reader that begins at the end; nil where they come by once.
  var whole: ArchiveInput? { get }
}

extension ByteSource where Self: ~Copyable {
  public var whole: ArchiveInput? { nil }
}

/// Why an input was not read to its end, in words for a person.
public struct InputError: Error, Sendable {
  public let reason: String
  /// Whoever reads what this input comes out of has told it already.
  public let isTold: Bool
  public init(_ reason: String, isTold: Bool = false) {
    self.reason = reason
    self.isTold = isTold
  }
}

/// A regular file that is open.
public struct FileSource: ByteSource, ~Copyable {
  private let file: Descriptor
  private let size: Int
  private var count = 0
  private var isAtEnd = false

  public init(_ file: consuming Descriptor, size: Int) {
    self.file = file
    self.size = size
  }

  public var whole: ArchiveInput? { .file(file.number) }

  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if isAtEnd { return 0 }
    let read: Int
    do throws(SystemError) { read = try file.read(into: buffer) } catch {
      throw InputError("cannot be read: \(error)")
    }
    count += read
    if read == 0 && count < size {
      throw InputError("became shorter while it was read: \(count) of \(size) bytes")
    }
    // A regular file reads short at its end alone: one that says its size needs no further read.
    isAtEnd = count >= size && size > 0 && read < buffer.count
    return read
  }
}

/// Standard input, or any other stream that may have to be waited for.
public struct StreamSource: ByteSource, ~Copyable {
  private let number: CInt

  public init(descriptor number: CInt) { self.number = number }

  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    do throws(SystemError) { return try readWaiting(number, into: buffer) } catch {
      throw InputError("cannot be read: \(error)")
    }
  }
}

/// Bytes that are already in memory.
public struct MemorySource: ByteSource, ~Copyable {
  private let bytes: [UInt8]
  private var at = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(buffer.count, bytes.count - at)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[at..<(at + count)])) }
    at += count
    return count
  }
}

/// Bytes in memory that belong to somebody else, who leaves them there until this is read.
public struct BorrowedSource: ByteSource, ~Copyable {
  private let bytes: UnsafeRawBufferPointer
  private var rest: UnsafeRawBufferPointer

  public init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    rest = bytes
  }

  public var whole: ArchiveInput? { .memory(bytes) }

  public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(buffer.count, rest.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    return count
  }
}
