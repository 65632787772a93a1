// Strings without keys, from any thread.

public import Detection
import Redaction
import Synchronization

/// Rules, and the filter that takes their keys out of strings.
public final class TextRedaction: Sendable {
  /// With the built-in rules.
  public static let standard = TextRedaction(rules: .builtIn())

  private let redactor: Mutex<Redactor>

  public init(rules: RuleSet) {
    redactor = Mutex(Redactor(rules: rules))
  }

  /// The text with the keys in it cut to what may be shown; nil if there are none.
  func redacted(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let edits = redactor.withLock { redactor in bytes.withUnsafeBytes { redactor.edits(of: $0) } }
    if edits.isEmpty { return nil }
    var out: [UInt8] = []
    var done = 0
    for edit in edits {
      out += bytes[done..<edit.range.lowerBound]
      out += edit.replacement
      done = edit.range.upperBound
    }
    return String(decoding: out + bytes[done...], as: UTF8.self)
  }
}
