// Standard error and standard output for people. Whatever goes there is redacted once more: an
// error message may quote an argument or a file name that holds a key.

import Bytes
import Detection
import Findings
import Platform
import Reporting
import Rules
import Synchronization

enum Console {
  /// What is redacted; the built-in rules until others are loaded.
  private static let rules = Mutex<RuleSet?>(nil)

  /// Has the secrets of these rules redacted from now on.
  static func use(_ set: RuleSet) { rules.withLock { $0 = set } }

  /// Writes lines to standard error. That it is closed is no reason to fail.
  ///
  /// What is quoted in them has to be `shown`: only as it came is a key that is split up seen.
  static func say(_ text: String) {
    // Line by line: each is about something else.
    let lines = Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { withoutCICommands(String(decoding: redacted(Array($0)), as: UTF8.self)) }
    try? writeAll(Array(lines.joined(separator: "\n").utf8), to: standardError)
  }

  /// Writes each problem as a line to standard error.
  static func say(_ problems: [Problem]) {
    let style = ColorChoice.auto.style(for: standardError)
    say(problems.map { problemText($0, style: style) }.joined())
  }

  /// What came from outside, redacted and then fit to show on a line.
  static func shown(_ bytes: some Sequence<UInt8>) -> String { escapedForTerminal(redacted(Array(bytes))) }

  /// The same of a message of several lines.
  static func shown(lines message: String) -> String {
    redacted(Array(message.utf8)).split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { escapedForTerminal($0) }.joined(separator: "\n")
  }

  /// Writes results to standard output, as they are.
  ///
  /// - Throws: `ExitStatus.failed`, after saying why, when they cannot be written.
  static func write(_ bytes: [UInt8]) throws(ExitStatus) {
    try bytes.withUnsafeBytes { bytes in Result { () throws(ExitStatus) in try write(bytes) } }.get()
  }

  static func write(_ bytes: UnsafeRawBufferPointer) throws(ExitStatus) {
    do throws(SystemError) { try writeAll(bytes, to: standardOutput) } catch {
      // Ends like a filter whose reader has gone, even if the caller ignores SIGPIPE.
      if error.code == SystemError.brokenPipe { endByBrokenPipe() }
      throw fail("standard output cannot be written: \(error)")
    }
  }

  /// Writes a line to standard output, fit to show.
  static func writeLine(_ text: String) throws(ExitStatus) {
    try write(Array((shown(text.utf8) + "\n").utf8))
  }

  /// Prints an error and returns the status to end with.
  static func fail(_ message: String) -> ExitStatus {
    say("hopxguard: \(shown(message.utf8))\n")
    return .failed
  }

  /// The same for an error in a settings or rule file. A dot separates names in TOML, so an error may quote half of a
  /// key, which no rule matches. Therefore text that begins like a built-in rule's secret is cut like a secret.
  static func fail(aboutSettings message: String) -> ExitStatus {
    var text = redacted(Array(message.utf8))
    for rule in RuleSet.builtIn().rules {
      var at = 0
      while at + rule.literal.count <= text.count {
        guard text[at...].starts(with: rule.literal) else {
          at += 1
          continue
        }
        let end = text[(at + rule.literal.count)...].firstIndex { !isKeyByte($0) } ?? text.count
        let kept = at + rule.keep
        if end > kept {
          text.replaceSubrange(kept..<end, with: Array("...".utf8))
          at = kept + 3
        } else {
          at = end
        }
      }
    }
    return fail(String(decoding: text, as: UTF8.self))
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func redacted(_ text: [UInt8]) -> [UInt8] {
    let set = rules.withLock { rules in
      let set = rules ?? .builtIn()
      rules = set
      return set
    }
    var scanner = Scanner(rules: set)
    return scanner.redacted(text)
  }
}

/// `--color`.
enum ColorChoice: String, CaseIterable {
  case auto, always, never

  /// Whether to colour what goes to a descriptor: as asked, else by NO_COLOR (no-color.org),
  /// CLICOLOR_FORCE (bixense.com/clicolors), TERM, and whether a terminal is there.
  func style(for descriptor: CInt) -> TextStyle {
    switch self {
    case .always: return TextStyle(isColored: true)
    case .never: return TextStyle(isColored: false)
    case .auto:
      if isSet("NO_COLOR") { return TextStyle(isColored: false) }
      if isSet("CLICOLOR_FORCE") { return TextStyle(isColored: true) }
      let isDumb = environmentVariable("TERM") == "dumb"
      return TextStyle(isColored: isTerminal(descriptor) && !isDumb)
    }
  }

  private func isSet(_ name: String) -> Bool {
    guard let value = environmentVariable(name) else { return false }
    return !value.bytes.isEmpty && (value != "0" || name == "NO_COLOR")
  }
}
