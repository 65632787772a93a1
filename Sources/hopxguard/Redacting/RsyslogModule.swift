// `redact --rsyslog`: the protocols that rsyslog speaks with programs. Each line on standard input is a
// message, and each message gets one line in answer, before the next one comes.
// https://www.rsyslog.com/doc/configuration/modules/omprog.html, .../mmexternal.html

import ArgumentParser
import Bytes
import Detection
import Platform
import Redaction
import Reporting

/// The rsyslog module that talks to us.
enum RsyslogModule: String, CaseIterable, ExpressibleByArgument {
  /// We write the message; the answer is `OK`, or why not.
  case omprog
  /// rsyslog goes on with the message; the answer says what to change in it.
  case mmexternal
}

private let lineFeed = UInt8(ascii: "\n")

/// What becomes of a message.
protocol MessageHandler: ~Copyable {
  /// A part of the message, redacted.
  mutating func add(_ piece: UnsafeRawBufferPointer)
  /// The message is complete.
  ///
  /// - Parameter keys: the number of keys removed from it.
  /// - Returns: the answer, without its line end.
  mutating func finish(keys: Int) -> [UInt8]
}

/// Answers every message on standard input until its end.
func serveMessages(
  _ rules: RuleSet, isPlain: Bool, _ handler: inout some MessageHandler & ~Copyable
) throws(SystemError) {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)
  defer { memory.deallocate() }
  var redactor = Redactor(rules: rules, chunk: memory.count, isPlain: isPlain)
  var isOpen = false
  var keys = 0

  func add(_ part: Slice<UnsafeMutableRawBufferPointer>, _ isLast: Bool) throws(SystemError) {
    redactor.space.copyBytes(from: part)
    redactor.take(part.count, isLast: isLast) { handler.add($0) }
    isOpen = !isLast
    if !isLast { return }
    let answer = handler.finish(keys: redactor.count - keys) + [lineFeed]
    keys = redactor.count
    try writeAll(answer, to: standardOutput)
  }

  while true {
    let count = try readWaiting(standardInput, into: memory)
    if count == 0 { break }
    var rest = memory[..<count]
    while let end = rest.firstIndex(of: lineFeed) {
      try add(rest[..<end], true)
      rest = rest[(end + 1)...]
    }
    if !rest.isEmpty { try add(rest, false) }
  }
  if isOpen { try add(memory[..<0], true) }
}

/// `mmexternal`: the answer is JSON. A checked message is marked, so that the configuration can distinguish it from one
/// that rsyslog passed on because no answer came.
struct MarkedMessage: MessageHandler {
  private var text: [UInt8] = []
  private var isTooLong = false

  /// Of a message with a key in it, in bytes; a longer one stays unmarked.
  private static let longest = 1 << 20
  private static let mark = Array("\"$!\":{\"hopxguard\":\"redacted\"}}".utf8)

  mutating func add(_ piece: UnsafeRawBufferPointer) {
    if text.count + piece.count > Self.longest { isTooLong = true } else { text += piece }
  }

  mutating func finish(keys: Int) -> [UInt8] {
    defer {
      text.removeAll(keepingCapacity: text.count < 65_536)
      isTooLong = false
    }
    if keys == 0 { return [UInt8(ascii: "{")] + Self.mark }
    if isTooLong { return Array("{}".utf8) }
    return Array("{\"msg\":".utf8) + jsonBytes(text) + [UInt8(ascii: ",")] + Self.mark
  }

  /// A JSON string that keeps bytes which are no UTF-8: rsyslog's messages are bytes.
  private func jsonBytes(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case ..<0x20: result += Array("\\u00".utf8) + hexDigits(byte)
      default: result.append(byte)
      }
    }
    return result + [UInt8(ascii: "\"")]
  }
}

/// `omprog` with `confirmMessages`: a message is written before it is confirmed.
struct ConfirmedLog: MessageHandler, ~Copyable {
  private let path: Path
  private var file: Descriptor
  private var output: GatheredOutput
  private var failure: SystemError?
  private var isOpen = false
  /// The last line in the file has no end, because the disk was full.
  private var isTorn = false

  /// - Throws: `SystemError` when the file cannot be opened for writing at its end.
  init(appendingTo path: Path) throws(SystemError) {
    self.path = path
    file = try Self.open(path)
    output = GatheredOutput(descriptor: file.number)
  }

  private static func open(_ path: Path) throws(SystemError) -> Descriptor {
    try .open(path, flags: Descriptor.toAppend, mode: 0o640)
  }

  mutating func add(_ piece: UnsafeRawBufferPointer) { attempt(piece) }

  mutating func finish(keys: Int) -> [UInt8] {
    lineEnd.withUnsafeBytes { attempt($0) }
    if failure == nil {
      do throws(SystemError) { try output.flush() } catch { failure = error }
    }
    isOpen = false
    guard let failure else {
      isTorn = false
      return Array("OK".utf8)
    }
    // rsyslog keeps the message and sends it again.
    self.failure = nil
    isTorn = isTorn || output.count > 0
    return Array("Error: \(failure.call): \(failure)".utf8)
  }

  private mutating func attempt(_ piece: UnsafeRawBufferPointer) {
    if failure != nil { return }
    do throws(SystemError) {
      if !isOpen { try begin() }
      try output.append(piece)
    } catch {
      failure = error
    }
  }

  private mutating func begin() throws(SystemError) {
    isOpen = true
    // The log may have been rotated away.
    let own = try file.status()
    let there = try? FileStatus.following(path)
    if there?.inode != own.inode || there?.device != own.device {
      file = try Self.open(path)
      isTorn = false
    }
    output = GatheredOutput(descriptor: file.number)
    // At the start of what is gathered, so this cannot fail.
    if isTorn { lineEnd.withUnsafeBytes { try? output.append($0) } }
  }
}

private let lineEnd = [lineFeed]
