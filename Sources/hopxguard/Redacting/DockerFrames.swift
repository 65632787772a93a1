// Docker's raw stream: what a container without a terminal writes comes in frames, each with its stream and its
// length before it. Source: Docker's Engine API, "Attach to a container", stream format.

import Detection
import Platform
import Rules

/// Redacts each of the streams, and corrects the lengths. A key that is cut by frames is found.
final class DockerFrames: StructuredFilter {
  static let headerBytes = 8
  /// Bytes of a first frame; a longer one is none of Docker's.
  private static let longestFirst = 16 << 20
  /// A frame is cut where it has come to so many bytes.
  private static let longest = 1 << 20

  /// Standard input, output and error, and the errors of the system.
  private let streams: [PieceRedactor]
  private let text: PieceRedactor
  private var header: [UInt8] = []
  private var stream = 0
  private var length = 0
  /// Bytes of the frame that are still to come.
  private var remaining = 0
  /// What comes out of the frame.
  private var body: [UInt8] = []
  private var isCorrected = false
  private var isBroken = false
  private var position = 0
  private(set) var problem: String?

  init(_ rules: RuleSet, isPlain: Bool) {
    streams = (0..<4).map { _ in PieceRedactor(rules, isPlain: isPlain) }
    text = PieceRedactor(rules, isPlain: isPlain)
  }

  /// Whether `start` is a header of a first frame, or as much of one as there is.
  static func couldBegin(_ start: UnsafeRawBufferPointer) -> Bool {
    guard start.first == 1 || start.first == 2, start.prefix(4).dropFirst().allSatisfy({ $0 == 0 }) else {
      return false
    }
    return start.count < headerBytes || (1...longestFirst).contains(bigEndian(start[4..<8]))
  }

  var count: Int { streams.reduce(text.count) { $0 + $1.count } }
  var surrenders: [Surrender] { streams.flatMap(\.surrenders) + text.surrenders }

  func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool, _ write: PieceWriter) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty, !isBroken {
      let count = min(rest.count, remaining > 0 ? remaining : Self.headerBytes - header.count)
      let part = UnsafeRawBufferPointer(rebasing: rest[..<count])
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      position += count
      if remaining > 0 {
        remaining -= count
        try streams[stream].take(part) { body += $0 }
        if remaining == 0 || body.count >= Self.longest { try writeFrame(write) }
      } else {
        header += part
        if header.count == Self.headerBytes { try beginFrame(write) }
      }
    }
    if isBroken { try text.take(rest, write) }
    if isLast { try finish(write) }
  }

  private func beginFrame(_ write: PieceWriter) throws(SystemError) {
    guard header[0] < 4, header[1...3].allSatisfy({ $0 == 0 }) else {
      isBroken = true
      try flushStreams(write)
      if isCorrected {
        problem =
          "has something else than Docker's frames at byte \(position - header.count), which was redacted as text"
      }
      return try text.take(header, write)
    }
    stream = Int(header[0])
    length = bigEndian(header[4..<8])
    remaining = length
    if length == 0 { try writeOwn(header, write) }
    header.removeAll(keepingCapacity: true)
  }

  /// Writes what has come out of the frame, if anything.
  ///
  /// - Parameter missing: bytes that the frame lacks because the input ends.
  private func writeFrame(missing: Int = 0, _ write: PieceWriter) throws(SystemError) {
    defer {
      body.removeAll(keepingCapacity: true)
      length = remaining
    }
    if body.count + missing != length - remaining + missing { isCorrected = true }
    if body.isEmpty && missing == 0 { return }
    let count = UInt32(body.count + missing)
    let number = (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * $0)) }
    try writeOwn([UInt8(stream), 0, 0, 0] + number + body, write)
  }

  private func flushStreams(_ write: PieceWriter) throws(SystemError) {
    for number in streams.indices where number != stream || remaining == 0 {
      try streams[number].finish { body += $0 }
      let own = (stream, remaining)
      (stream, remaining, length) = (number, 0, 0)
      try writeFrame(write)
      (stream, remaining) = own
    }
  }

  private func finish(_ write: PieceWriter) throws(SystemError) {
    if isBroken { return try text.finish(write) }
    let own = (body, length)
    body = []
    try flushStreams(write)
    (body, length) = own
    if remaining > 0 {
      try streams[stream].finish { body += $0 }
      try writeFrame(missing: remaining, write)
    }
    // A header that is cut.
    try writeOwn(header, write)
  }
}

private func bigEndian(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
