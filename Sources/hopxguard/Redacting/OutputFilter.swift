// Between reading and writing: the redactor, and where a text says how long it is, or holds commands that are to
// stay as they are, what knows about that.

import Detection
import Platform
import Redaction
import Rules

typealias PieceWriter = (UnsafeRawBufferPointer) throws(SystemError) -> Void

/// Redacts the texts inside a stream of a known structure.
protocol StructuredFilter: AnyObject {
  /// Keys that were taken out.
  var count: Int { get }
  var surrenders: [Surrender] { get }
  /// Why what was written has not the structure of what was read, in words for a person.
  var problem: String? { get }
  func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool, _ write: PieceWriter) throws(SystemError)
}

/// Turns what is read into what is written.
struct OutputFilter: ~Copyable {
  private var redactor: Redactor
  /// nil for plain text, and as long as nothing is known.
  private var structure: (any StructuredFilter)?
  private var isDecided = false
  /// Bytes in `redactor.space` that do not suffice to decide.
  private var undecided = 0
  private let rules: RuleSet
  private let isPlain: Bool

  /// - Parameters:
  ///   - isPlain: encoded keys stay.
  ///   - leavesMasks: CI commands that say what to mask stay as they are.
  init(_ rules: RuleSet, isPlain: Bool, leavesMasks: Bool = false) {
    redactor = Redactor(rules: rules, isPlain: isPlain)
    self.rules = rules
    self.isPlain = isPlain
    if leavesMasks {
      structure = MaskCommands(PieceRedactor(rules, isPlain: isPlain))
      isDecided = true
    }
  }

  var count: Int { structure?.count ?? redactor.count }
  var surrenders: [Surrender] { structure?.surrenders ?? redactor.surrenders }
  var problem: String? { structure?.problem }

  /// Where the next bytes of the input go.
  var space: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: redactor.space[undecided...])
  }

  /// Takes in the first `count` bytes of `space` and writes what is decided now.
  mutating func take(_ count: Int, isLast: Bool, _ write: PieceWriter) throws(SystemError) {
    let total = undecided + count
    if !isDecided {
      let start = UnsafeRawBufferPointer(rebasing: redactor.space[..<total])
      switch Structure(of: start) {
      case nil where !isLast:
        undecided = total
        return
      case .docker: structure = DockerFrames(rules, isPlain: isPlain)
      case .journal: structure = JournalEntries(PieceRedactor(rules, isPlain: isPlain))
      case nil, .text: break
      }
      isDecided = true
      undecided = 0
    }
    guard let structure else { return try redactor.take(total, isLast: isLast, write) }
    try structure.take(UnsafeRawBufferPointer(rebasing: redactor.space[..<total]), isLast: isLast, write)
  }
}

/// How a stream is built, by its first bytes.
private enum Structure {
  case text, docker, journal

  /// nil when more of the stream has to be seen.
  init?(of start: UnsafeRawBufferPointer) {
    if start.isEmpty { return nil }
    if DockerFrames.couldBegin(start) {
      if start.count < DockerFrames.headerBytes { return nil }
      self = .docker
      return
    }
    let mark = JournalEntries.mark
    if start.count < mark.count ? mark.starts(with: start) : start.starts(with: mark) {
      if start.count < mark.count { return nil }
      self = .journal
      return
    }
    self = .text
  }
}

/// A redactor for bytes that lie elsewhere.
final class PieceRedactor {
  private var redactor: Redactor

  init(_ rules: RuleSet, isPlain: Bool) {
    redactor = Redactor(rules: rules, chunk: 64 * 1024, isPlain: isPlain)
  }

  var count: Int { redactor.count }
  var surrenders: [Surrender] { redactor.surrenders }

  func take(_ bytes: UnsafeRawBufferPointer, _ write: PieceWriter) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, redactor.space.count)
      redactor.space.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      try redactor.take(count, isLast: false, write)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func take(_ bytes: [UInt8], _ write: PieceWriter) throws(SystemError) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    try take(UnsafeRawBufferPointer(copy), write)
  }

  /// Ends a text; the next one can begin.
  func finish(_ write: PieceWriter) throws(SystemError) { try redactor.take(0, isLast: true, write) }
}

/// Writes bytes of our own.
func writeOwn(_ bytes: [UInt8], _ write: PieceWriter) throws(SystemError) {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  defer { copy.deallocate() }
  copy.copyBytes(from: bytes)
  try write(UnsafeRawBufferPointer(copy))
}
