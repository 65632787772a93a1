// The interface of inputs: one method that returns bytes.

package import Platform

/// Something that can be read to its end once.
package protocol ByteSource: ~Copyable {
  /// Puts at most `buffer.count` bytes at the start of `buffer`.
  ///
  /// - Returns: how many; 0 at the end.
  /// - Throws: `InputError` when the input cannot be read to its end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int

  /// The same bytes for a reader that needs random access; nil if they can be read only once.
  var whole: WholeInput? { get }
}

extension ByteSource where Self: ~Copyable {
  package var whole: WholeInput? { nil }
}

/// An input that can be read from any place, not only from its beginning.
package enum WholeInput {
  /// The descriptor of an open regular file.
  case file(CInt)
  /// Has to stay where it is while it is used.
  case memory(UnsafeRawBufferPointer)
}

/// Why an input was not read to its end, in words for a person.
package struct InputError: Error, Sendable {
  package let reason: String
  /// Already reported by the reader of the enclosing input.
  package let isTold: Bool
  package init(_ reason: String, isTold: Bool = false) {
    self.reason = reason
    self.isTold = isTold
  }
}

/// A regular file that is open.
package struct FileSource: ByteSource, ~Copyable {
  private let file: Descriptor
  private let size: Int
  private let progress: ReadingProgress?
  private var count = 0
  private var isAtEnd = false

  package init(_ file: consuming Descriptor, size: Int, progress: ReadingProgress? = nil) {
    self.file = file
    self.size = size
    self.progress = progress
  }

  package var whole: WholeInput? { .file(file.number) }

  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    if isAtEnd { return 0 }
    let read: Int
    do throws(SystemError) { read = try file.read(into: buffer) } catch {
      throw InputError("cannot be read: \(error)")
    }
    count += read
    progress?.add(read)
    if read == 0 && count < size {
      throw InputError("became shorter while it was read: \(count) of \(size) bytes")
    }
    // A regular file reads short at its end alone: one that says its size needs no further read.
    isAtEnd = count >= size && size > 0 && read < buffer.count
    return read
  }
}

/// Standard input, or any other stream that may have to be waited for.
package struct StreamSource: ByteSource, ~Copyable {
  private let number: CInt
  private let progress: ReadingProgress?

  package init(descriptor number: CInt, progress: ReadingProgress? = nil) {
    self.number = number
    self.progress = progress
  }

  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    do throws(SystemError) {
      let read = try readWaiting(number, into: buffer)
      progress?.add(read)
      return read
    } catch {
      throw InputError("cannot be read: \(error)")
    }
  }
}

/// Bytes that are already in memory.
package struct MemorySource: ByteSource, ~Copyable {
  private let bytes: [UInt8]
  private var at = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(buffer.count, bytes.count - at)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[at..<(at + count)])) }
    at += count
    return count
  }
}

/// Borrowed bytes in memory. The owner keeps them until this source was read.
package struct BorrowedSource: ByteSource, ~Copyable {
  private let bytes: UnsafeRawBufferPointer
  private var rest: UnsafeRawBufferPointer

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    rest = bytes
  }

  package var whole: WholeInput? { .memory(bytes) }

  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    let count = min(buffer.count, rest.count)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    return count
  }
}
