// Matching a compiled pattern at one place of a buffer. Match data, limits and JIT stack belong to one
// worker.
// API: pcre2api(3), pcre2jit(3), pcre2partial(3).

import CPCRE2
import Rules

/// The result of matching at one place.
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
  ///   - last: where a match may begin at the latest, for a pattern that is not anchored.
  mutating func match(
    _ code: OpaquePointer, _ subject: UnsafeRawBufferPointer, at offset: Int, last: Int? = nil,
    startsInput: Bool, endsInput: Bool, mayGrow: Bool
  ) -> MatchResult {
    if let last { pcre2_set_offset_limit_8(context, last) }
    defer { if last != nil { pcre2_set_offset_limit_8(context, Int(bitPattern: UInt.max)) } }
    var options: UInt32 = 0
    if !startsInput { options |= UInt32(PCRE2_NOTBOL) }
    if !endsInput { options |= UInt32(PCRE2_NOTEOL) }
    if mayGrow { options |= PCRE2_PARTIAL_HARD }
    let start = subject.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var count = pcre2_match_8(code, start, subject.count, offset, options, data, context)
    steps = 0
    if count == PCRE2_ERROR_MATCHLIMIT {
      // PCRE2 does not report the number of its steps, only that a limit was hit: so raise the limit step by step.
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
      let offsets = pcre2_get_ovector_pointer_8(data)!
      return offsets[1] > offsets[0] ? .match(end: offsets[1]) : .noMatch
    }
  }

  /// Where the last match begins.
  var start: Int { pcre2_get_ovector_pointer_8(data)![0] }

  /// Whether a pattern that is not anchored matches in a whole text, and where; `nil` also if PCRE2 gave up.
  mutating func find(_ code: OpaquePointer, in text: UnsafeRawBufferPointer, from offset: Int = 0) -> Range<Int>? {
    makeRoom(for: code)
    pcre2_set_match_limit_8(context, UInt32(Self.mostSteps))
    defer { pcre2_set_match_limit_8(context, UInt32(Self.freeSteps)) }
    let start = text.baseAddress?.assumingMemoryBound(to: UInt8.self)
    if pcre2_match_8(code, start, text.count, offset, 0, data, context) < 0 { return nil }
    let offsets = pcre2_get_ovector_pointer_8(data)!
    return offsets[0] <= offsets[1] ? offsets[0]..<offsets[1] : nil
  }

  /// What of the last match, in `whole`, is the secret.
  borrowing func secret(_ capture: RuleCapture, in whole: Range<Int>) -> Range<Int> {
    switch capture {
    case .whole: return whole
    case .group(let number): return group(number) ?? whole
    case .first:
      for number in 1..<max(2, Int(pcre2_get_ovector_count_8(data))) {
        if let range = group(number), !range.isEmpty { return range }
      }
      return whole
    }
  }

  private borrowing func group(_ number: Int) -> Range<Int>? {
    guard number < pcre2_get_ovector_count_8(data) else { return nil }
    let offsets = pcre2_get_ovector_pointer_8(data)!
    let (start, end) = (offsets[number * 2], offsets[number * 2 + 1])
    guard start != Int(bitPattern: UInt.max), start <= end else { return nil }
    return start..<end
  }

  /// The bytes in `subject` of a named group of the last match; nil when it took no part.
  borrowing func group(_ name: StaticString, of code: OpaquePointer) -> Range<Int>? {
    let number = pcre2_substring_number_from_name_8(code, name.utf8Start)
    return number > 0 ? group(Int(number)) : nil
  }
}
