// Compiling a rule's pattern with PCRE2. Bytes only, no UTF mode, because the input is any bytes. All
// workers share the compiled pattern.
// API: pcre2api(3), pcre2jit(3).

import CPCRE2
import Synchronization

/// A compiled pattern. It is compiled, with the JIT, at the first candidate, so that a scan without candidates pays
/// for neither.
///
/// `@unchecked Sendable`: the code pointer is made under `state`'s lock and never changes after.
public final class Pattern: @unchecked Sendable {
  public let source: String

  /// Bytes before a match that a pattern may look at.
  package static let longestLookbehind = 256

  private let state = Mutex<State>(.source)

  private enum State: @unchecked Sendable {
    case source
    case compiled(OpaquePointer)
  }

  /// Whether a match begins where it is tried, and nowhere after.
  package let isAnchored: Bool

  public init(_ source: String) {
    self.source = source
    isAnchored = true
  }

  /// A pattern that is looked for.
  package init(anywhere source: String) {
    self.source = source
    isAnchored = false
  }

  deinit {
    state.withLock { if case .compiled(let code) = $0 { pcre2_code_free_8(code) } }
  }

  /// The compiled code, ready to match.
  ///
  /// - Throws: `PatternError` when the pattern is no PCRE2.
  package func code() throws(PatternError) -> OpaquePointer {
    let result = state.withLock { state -> Result<OpaquePointer, PatternError> in
      if case .compiled(let code) = state { return .success(code) }
      do throws(PatternError) {
        let code = try Self.compile(source, isAnchored)
        state = .compiled(code)
        return .success(code)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func compile(_ source: String, _ isAnchored: Bool) throws(PatternError) -> OpaquePointer {
    var errorCode: CInt = 0
    var errorOffset = 0
    let own = isAnchored ? PCRE2_ANCHORED : UInt32(PCRE2_USE_OFFSET_LIMIT)
    let options = own | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C
    var text = source
    let code = text.withUTF8 {
      pcre2_compile_8($0.baseAddress, $0.count, options, &errorCode, &errorOffset, nil)
    }
    guard let code else {
      throw PatternError(reason: "\(message(errorCode)) (at byte \(errorOffset))")
    }
    // Without a JIT (not built in, or no executable memory allowed) PCRE2 interprets: slower, the same.
    pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE) | UInt32(PCRE2_JIT_PARTIAL_HARD))
    return code
  }

  package static func message(_ code: CInt) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(code, &text, text.count)
    return String(decoding: text.prefix(max(0, Int(count))), as: UTF8.self)
  }

  /// - Throws: `PatternError` when it does not compile, matches the empty text, or looks further back
  ///   than a scanner shows it bytes.
  func validate() throws(PatternError) {
    if try info(PCRE2_INFO_MATCHEMPTY) != 0 { throw PatternError(reason: "it matches the empty text") }
    let lookbehind = try lookbehind()
    if lookbehind > Pattern.longestLookbehind {
      throw PatternError(
        reason: "it looks \(lookbehind) bytes back; at most \(Pattern.longestLookbehind) are shown to it")
    }
  }

  /// Bytes before a match that the pattern may look at.
  package func lookbehind() throws(PatternError) -> Int { try info(PCRE2_INFO_MAXLOOKBEHIND) }

  /// The minimum length of a match in bytes; 0 if PCRE2 does not know it.
  func shortestMatch() throws(PatternError) -> Int { try info(PCRE2_INFO_MINLENGTH) }

  private func info(_ what: CInt) throws(PatternError) -> Int {
    var value: UInt32 = 0
    pcre2_pattern_info_8(try code(), UInt32(what), &value)
    return Int(value)
  }

  /// How many groups the pattern has.
  func groupCount() throws(PatternError) -> Int { try info(PCRE2_INFO_CAPTURECOUNT) }

  /// Whether a match can begin with `literal`, as far as the pattern alone says it.
  func canBegin(with literal: Literal) throws(PatternError) -> Bool {
    if try lookbehind() > 0 { return true }
    let code = try code()
    guard let data = pcre2_match_data_create_8(4, nil) else { return true }
    defer { pcre2_match_data_free_8(data) }
    var forms = [literal.bytes]
    if literal.isCaseless { forms.append(literal.bytes.map { $0.isLetter ? $0 ^ 0x20 : $0 }) }
    return forms.contains { form in
      let found = form.withUnsafeBufferPointer {
        pcre2_match_8(code, $0.baseAddress, $0.count, 0, PCRE2_PARTIAL_HARD, data, nil)
      }
      return found != PCRE2_ERROR_NOMATCH
    }
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
