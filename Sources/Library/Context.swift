// What a caller holds: rules, and the state of one call and of one stream.

import CHopxguard
import Detection
import Redaction
import Rules
import Synchronization

/// Why a call failed.
struct Failure: Error {
  let status: Int32
  let message: String

  static let noMemory = Failure(status: Int32(HOPXGUARD_NO_MEMORY), message: "there is not enough memory")

  static func badArgument(_ message: String) -> Failure {
    Failure(status: Int32(HOPXGUARD_BAD_ARGUMENT), message: message)
  }
}

/// `@unchecked Sendable`: everything in it is touched only by the call that has set `isBusy`.
final class Context: @unchecked Sendable {
  private let isBusy = Atomic(false)
  private(set) var rules: RuleSet
  /// For texts that are whole in memory.
  var redactor: Redactor
  var quickLook: QuickLook
  var scanner: Scanner
  var stream: Stream?
  var text = Output()
  var table = Output()
  private var message = Output()

  /// Bytes of the input that are redacted at once.
  static let chunk = 64 * 1024
  /// What a context and its longest call need beside the input and the result.
  private static let ownBytes = 8 << 20
  /// Texts up to this length are not worth asking for memory first.
  private static let smallBytes = 4096

  init(rules: RuleSet) {
    self.rules = rules
    redactor = Redactor(rules: rules, chunk: Self.chunk)
    quickLook = QuickLook(rules: rules)
    scanner = Scanner(rules: rules)
  }

  /// Swift ends the process when it gets no memory; what could be asked for is asked for before.
  static func checkMemory() throws(Failure) {
    if !chopxguard_is_available(ownBytes) { throw .noMemory }
  }

  static func checkMemory(for length: Int) throws(Failure) {
    if length > smallBytes && !chopxguard_is_available(ownBytes + length) { throw .noMemory }
  }

  /// Runs a call, alone, and keeps the reason of its failure.
  func call(_ body: () throws(Failure) -> Void) -> Int32 {
    guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      return Int32(HOPXGUARD_BUSY)
    }
    defer { isBusy.store(false, ordering: .releasing) }
    message.removeAll()
    do {
      try body()
      return Int32(HOPXGUARD_OK)
    } catch {
      keep(error.message)
      return error.status
    }
  }

  /// Never nil: the reason of the last failure.
  var lastError: UnsafePointer<CChar>? {
    message.count == 0 ? nil : UnsafePointer(message.memory?.assumingMemoryBound(to: CChar.self))
  }

  private func keep(_ reason: String) {
    let bytes = Array(reason.utf8)
    bytes.withUnsafeBytes { if !redact($0, into: &message) { message.append($0) } }
    message.append(0 as UInt8)
  }

  func add(_ toml: [UInt8], source: String) throws(Failure) {
    if stream != nil { throw .badArgument("rules cannot be added in the middle of a stream") }
    let all: RuleSet
    do throws(RuleFileError) {
      all = try rules.adding(toml, source: source)
    } catch {
      throw Failure(status: Int32(HOPXGUARD_BAD_RULES), message: error.description)
    }
    // Rules that would do less than their file says are none.
    if !all.unsupported.isEmpty {
      let reasons = all.unsupported.map(\.description).joined(separator: "; ")
      throw Failure(status: Int32(HOPXGUARD_BAD_RULES), message: reasons)
    }
    rules = all
    redactor = Redactor(rules: rules, chunk: Self.chunk)
    quickLook = QuickLook(rules: rules)
    scanner = Scanner(rules: rules)
  }

  /// Redacts a text. Appends nothing and returns false if that changes nothing.
  ///
  /// - Parameter earlier: is appended before the result.
  func redact(
    _ whole: UnsafeRawBufferPointer, after earlier: UnsafeRawBufferPointer? = nil, into output: inout Output
  ) -> Bool {
    // What was written so far is `whole[..<same]`.
    var same = 0
    var isChanged = false
    var at = 0
    func begin() {
      isChanged = true
      if let earlier { output.append(earlier) }
      output.append(UnsafeRawBufferPointer(rebasing: whole[..<same]))
    }
    func write(_ piece: UnsafeRawBufferPointer) {
      if !isChanged {
        let isSame =
          piece.isEmpty
          || same + piece.count <= whole.count
            && chopxguard_is_equal(whole.baseAddress! + same, piece.baseAddress!, piece.count)
        if isSame {
          same += piece.count
          return
        }
        begin()
      }
      output.append(piece)
    }
    repeat {
      let end = min(whole.count, at + Self.chunk)
      redactor.space.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[at..<end]))
      redactor.take(end - at, isLast: end == whole.count, write)
      at = end
    } while at < whole.count
    if !isChanged && same < whole.count { begin() }
    return isChanged
  }
}
