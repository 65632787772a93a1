// systemd's journal export format: a field is a line `NAME=text`, or, when its data is no text, a line `NAME`, its
// length in eight bytes, the data and a line end. Source: systemd.io/JOURNAL_EXPORT_FORMATS.

import Detection
import Platform

/// Redacts fields, and corrects the lengths of those that carry one.
final class JournalEntries: StructuredFilter {
  /// The first field of every entry that journalctl exports.
  static let mark = Array("__CURSOR=".utf8)
  /// Bytes of a field that are held to know its new length.
  private static let longestHeld = 8 << 20
  /// Bytes of a field; more are not the journal's.
  private static let longest = 1 << 40
  private static let longestName = 64

  private enum State {
    case name
    case text
    /// The eight bytes of a length.
    case length
    case data(remaining: Int, isHeld: Bool)
    case lineEnd
    /// What is not the format's.
    case other
  }

  private let redactor: PieceRedactor
  private var state = State.name
  private var name: [UInt8] = []
  private var lengthBytes: [UInt8] = []
  private var length = 0
  private var body: [UInt8] = []
  private var written = 0
  private var isCorrected = false
  private(set) var problem: String?

  init(_ redactor: PieceRedactor) { self.redactor = redactor }

  var count: Int { redactor.count }
  var surrenders: [Surrender] { redactor.surrenders }

  func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool, _ write: PieceWriter) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = try takeOne(rest, write)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    if isLast { try finish(write) }
  }

  /// - Returns: bytes that it took.
  private func takeOne(_ bytes: UnsafeRawBufferPointer, _ write: PieceWriter) throws(SystemError) -> Int {
    switch state {
    case .name:
      try takeNameByte(bytes[0], write)
      return 1
    case .text:
      let end = bytes.firstIndex(of: 0x0A).map { $0 + 1 }
      if end != nil { state = .name }
      let line = UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])
      try redactor.take(line, write)
      return line.count
    case .length:
      lengthBytes.append(bytes[0])
      if lengthBytes.count == 8 { try beginData(write) }
      return 1
    case .data(let remaining, let isHeld):
      let part = UnsafeRawBufferPointer(rebasing: bytes[..<min(remaining, bytes.count)])
      try takeData(part, isHeld: isHeld, write)
      state = .data(remaining: remaining - part.count, isHeld: isHeld)
      if remaining == part.count { try endData(isHeld: isHeld, write) }
      return part.count
    case .lineEnd:
      if bytes[0] != 0x0A {
        breakOff()
        return 0
      }
      try writeOwn([0x0A], write)
      state = .name
      return 1
    case .other:
      try redactor.take(bytes, write)
      return bytes.count
    }
  }

  private func takeNameByte(_ byte: UInt8, _ write: PieceWriter) throws(SystemError) {
    name.append(byte)
    switch byte {
    case UInt8(ascii: "="):
      state = .text
      try redactor.take(name, write)
      name.removeAll(keepingCapacity: true)
    case 0x0A where name.count == 1:
      try redactor.take(name, write)
      name.removeAll(keepingCapacity: true)
    case 0x0A:
      state = .length
      try redactor.finish(write)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      if name.count > Self.longestName { try endWithName(write) }
    default: try endWithName(write)
    }
  }

  private func endWithName(_ write: PieceWriter) throws(SystemError) {
    breakOff()
    try redactor.take(name, write)
  }

  private func breakOff() {
    state = .other
    if isCorrected {
      problem =
        problem
        ?? "has something in it that is not in the journal's export format; from there on it was redacted as text"
    }
  }

  private func beginData(_ write: PieceWriter) throws(SystemError) {
    let value = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard value <= UInt64(Self.longest) else {
      breakOff()
      return try redactor.take(name + lengthBytes, write)
    }
    length = Int(value)
    written = 0
    body.removeAll(keepingCapacity: length <= Self.longestHeld)
    let isHeld = length <= Self.longestHeld
    if !isHeld { try writeOwn(name + lengthBytes, write) }
    state = .data(remaining: length, isHeld: isHeld)
    if length == 0 { try endData(isHeld: isHeld, write) }
  }

  private func takeData(_ bytes: UnsafeRawBufferPointer, isHeld: Bool, _ write: PieceWriter) throws(SystemError) {
    if isHeld { return try redactor.take(bytes) { body += $0 } }
    try redactor.take(bytes) { (piece) throws(SystemError) in
      written += piece.count
      try write(piece)
    }
  }

  private func endData(isHeld: Bool, _ write: PieceWriter) throws(SystemError) {
    if isHeld {
      try redactor.finish { body += $0 }
      let count = (0..<8).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
      if body.count != length { isCorrected = true }
      try writeOwn(name + count + body, write)
    } else {
      try redactor.finish { (piece) throws(SystemError) in
        written += piece.count
        try write(piece)
      }
      if written != length {
        problem =
          "has a key in a journal field of \(length) bytes, too long for its length to be corrected: "
          + "leave the field out with journalctl's --output-fields"
      }
    }
    name.removeAll(keepingCapacity: true)
    lengthBytes.removeAll(keepingCapacity: true)
    state = .lineEnd
  }

  /// The input may end anywhere.
  private func finish(_ write: PieceWriter) throws(SystemError) {
    switch state {
    case .name, .length: try redactor.take(name + lengthBytes, write)
    case .data(let remaining, true):
      try redactor.finish { body += $0 }
      let count = (0..<8).map { UInt8(truncatingIfNeeded: (body.count + remaining) >> (8 * $0)) }
      try writeOwn(name + count + body, write)
    case .text, .data, .lineEnd, .other: break
    }
    try redactor.finish(write)
  }
}
