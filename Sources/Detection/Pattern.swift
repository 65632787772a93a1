// PCRE2 behind three calls: compile, prepare, match. Bytes only, no UTF mode, because the input is
// any bytes. All workers share the compiled pattern; match data and JIT stack belong to a worker.
// API: pcre2api(3), pcre2jit(3), pcre2partial(3).

import CPCRE2
import Synchronization

/// A compiled pattern. Compiling and the JIT wait until the first candidate asks for them, so that a
/// scan that meets none pays for neither.
///
/// `@unchecked Sendable`: the code pointer is made under `state`'s lock and never changes after.
public final class Pattern: @unchecked Sendable {
  public let source: String
  private let state = Mutex<State>(.source)

  private enum State: @unchecked Sendable {
    case source
    case compiled(OpaquePointer)
  }

  public init(_ source: String) { self.source = source }

  deinit {
    state.withLock { if case .compiled(let code) = $0 { pcre2_code_free_8(code) } }
  }

  /// The compiled code, ready to match.
  ///
  /// - Throws: `PatternError` when the pattern is no PCRE2.
  func code() throws(PatternError) -> OpaquePointer {
    let result = state.withLock { state -> Result<OpaquePointer, PatternError> in
      if case .compiled(let code) = state { return .success(code) }
      do throws(PatternError) {
        let code = try Self.compile(source)
        state = .compiled(code)
        return .success(code)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func compile(_ source: String) throws(PatternError) -> OpaquePointer {
    var errorCode: CInt = 0
    var errorOffset = 0
    let options = PCRE2_ANCHORED | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C
    var text = source
    let code = text.withUTF8 {
      pcre2_compile_8($0.baseAddress, $0.count, UInt32(options), &errorCode, &errorOffset, nil)
    }
    guard let code else {
      throw PatternError(reason: "\(message(errorCode)) (at byte \(errorOffset))")
    }
    // Without a JIT (not built in, or no executable memory allowed) PCRE2 interprets: slower, the same.
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE) | UInt32(PCRE2_JIT_PARTIAL_HARD))
    return code
  }

  static func message(_ code: CInt) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(code, &text, text.count)
    return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
  }

  /// - Throws: `PatternError` when it does not compile, matches the empty text, or looks further back
  ///   than a scanner shows it bytes.
  func validate() throws(PatternError) {
    if try info(PCRE2_INFO_MATCHEMPTY) != 0 { throw PatternError(reason: "it matches the empty text") }
    let lookbehind = try lookbehind()
    if lookbehind > Scanner.context {
      throw PatternError(
        reason: "it looks \(lookbehind) bytes back; at most \(Scanner.context) are shown to it")
    }
  }

  /// Bytes before a match that the pattern may look at.
  func lookbehind() throws(PatternError) -> Int { try info(PCRE2_INFO_MAXLOOKBEHIND) }

  /// Bytes that every match has at least; 0 when PCRE2 cannot tell.
  func shortestMatch() throws(PatternError) -> Int { try info(PCRE2_INFO_MINLENGTH) }

  private func info(_ what: CInt) throws(PatternError) -> Int {
    var value: UInt32 = 0
    pcre2_pattern_info_8(try code(), UInt32(what), &value)
    return Int(value)
  }

  /// Whether the pattern has a group of that name.
  func hasGroup(_ name: String) throws(PatternError) -> Bool {
    let code = try code()
    return name.utf8CString.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: UInt8.self) {
        pcre2_substring_number_from_name_8(code, $0.baseAddress!) >= 0
      }
    }
  }
}

public struct PatternError: Error, Sendable {
  public let reason: String
}

/// What matching at one place came to.
enum MatchResult {
  case match(end: Int)
  case noMatch
  /// More bytes could still make or change a match.
  case undecided
  /// PCRE2 gave up; the number is its error code.
  case gaveUp(CInt)
}

/// A worker's own match data, limits and JIT stack.
struct PatternMatcher: ~Copyable {
  private var data: OpaquePointer
  private let context: OpaquePointer
  private let stack: OpaquePointer?
  /// What the last match may have taken, to a factor of eight; 0 when it was as few as any may take.
  private(set) var steps = 0

  /// Steps that a match may take without being asked for them: about a microsecond.
  private static let freeSteps = 256
  /// Steps of one match, some milliseconds: a pattern that needs more backtracks without end.
  private static let mostSteps = 500_000
  private static let heapLimitKibibytes: UInt32 = 16_384

  init() {
    data = pcre2_match_data_create_8(4, nil)
    context = pcre2_match_context_create_8(nil)
    pcre2_set_match_limit_8(context, UInt32(Self.freeSteps))
    pcre2_set_depth_limit_8(context, UInt32(Self.mostSteps))
    pcre2_set_heap_limit_8(context, Self.heapLimitKibibytes)
    stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
    if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
  }

  deinit {
    if let stack { pcre2_jit_stack_free_8(stack) }
    pcre2_match_context_free_8(context)
    pcre2_match_data_free_8(data)
  }

  /// Makes sure that all groups of `code` have room.
  mutating func makeRoom(for code: OpaquePointer) {
    var groups: UInt32 = 0
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
    if groups < pcre2_get_ovector_count_8(data) { return }
    pcre2_match_data_free_8(data)
    data = pcre2_match_data_create_8(groups + 1, nil)
  }

  /// Matches `code` at `offset`, seeing the bytes before it for lookbehind.
  ///
  /// - Parameters:
  ///   - startsInput: `subject` begins where the input begins, so `^` and `\A` may match there.
  ///   - endsInput: `subject` ends where the input ends, so `$` may match there.
  ///   - mayGrow: `subject` would be longer if more input had been read.
  mutating func match(
    _ code: OpaquePointer, _ subject: UnsafeRawBufferPointer, at offset: Int,
    startsInput: Bool, endsInput: Bool, mayGrow: Bool
  ) -> MatchResult {
    var options: UInt32 = 0
    if !startsInput { options |= UInt32(PCRE2_NOTBOL) }
    if !endsInput { options |= UInt32(PCRE2_NOTEOL) }
    if mayGrow { options |= PCRE2_PARTIAL_HARD }
    let start = subject.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var count = pcre2_match_8(code, start, subject.count, offset, options, data, context)
    steps = 0
    if count == PCRE2_ERROR_MATCHLIMIT {
      // PCRE2 does not tell how many steps it took, only that they were too many: so ask for more and more.
      var limit = Self.freeSteps
      repeat {
        limit = min(limit * 8, Self.mostSteps)
        steps += limit
        pcre2_set_match_limit_8(context, UInt32(limit))
        count = pcre2_match_8(code, start, subject.count, offset, options, data, context)
      } while count == PCRE2_ERROR_MATCHLIMIT && limit < Self.mostSteps
      pcre2_set_match_limit_8(context, UInt32(Self.freeSteps))
    }
    switch count {
    case PCRE2_ERROR_NOMATCH: return .noMatch
    case PCRE2_ERROR_PARTIAL: return .undecided
    case ..<0: return .gaveUp(count)
    default:
      let end = pcre2_get_ovector_pointer_8(data)![1]
      return end > offset ? .match(end: end) : .noMatch
    }
  }

  /// The bytes in `subject` of a named group of the last match; nil when it took no part.
  borrowing func group(_ name: StaticString, of code: OpaquePointer) -> Range<Int>? {
    let number = pcre2_substring_number_from_name_8(code, name.utf8Start)
    guard number > 0, number < pcre2_get_ovector_count_8(data) else { return nil }
    let offsets = pcre2_get_ovector_pointer_8(data)!
    let start = offsets[Int(number) * 2]
    let end = offsets[Int(number) * 2 + 1]
    guard start != Int(bitPattern: UInt.max), start <= end else { return nil }
    return start..<end
  }
}
