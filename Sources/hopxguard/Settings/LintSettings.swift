// `[lint]` of the project's settings: what becomes of findings about code, and the names that the project adds.

import Bytes
import Findings
import Linting
import Platform
import Scanning
import TOML

struct LintSettings {
  enum Level: String, CaseIterable {
    /// `check` and hooks say what they find, and pass.
    case warn
    /// They fail.
    case fail
    /// They do not lint.
    case off
  }

  var level = Level.warn
  private var additions = LintAdditions()
  private var disabled: Set<String> = []
  private var skipped: [PathGlob] = []

  /// The IDs of all rules.
  static let rules = LintKind.allCases.map(\.rawValue)

  init() {}

  init(_ value: TOMLValue) throws(TOMLError) {
    var table = try TOMLTable(value, name: "lint")
    if let text = try table.string("level") {
      guard let level = Level(rawValue: text) else {
        throw TOMLError(line: table.line(of: "level"), reason: "level takes 'warn', 'fail' or 'off'")
      }
      self.level = level
    }
    let rules = Self.rules
    for (rule, line) in try table.strings("disable") ?? [] {
      guard rules.contains(rule) else {
        throw TOMLError(
          line: line, reason: "disable '\(rule)': there is no such rule\(suggestion(for: rule, among: rules))")
      }
      disabled.insert(rule)
    }
    for (pattern, line) in try table.strings("skip") ?? [] {
      if let objection = objection(toPattern: pattern) {
        throw TOMLError(line: line, reason: "skip '\(pattern)': \(objection)")
      }
      skipped.append(PathGlob(pattern))
    }
    additions.names = try Self.names(&table, "names", shortest: 4)
    additions.sinks = try Self.names(&table, "sinks", shortest: 1)
    additions.masks = try Self.names(&table, "masks", shortest: 2)
    try table.finish()
  }

  private static func names(
    _ table: inout TOMLTable, _ key: String, shortest: Int
  ) throws(TOMLError) -> [String] {
    let names = try table.strings(key) ?? []
    for (name, line) in names {
      guard name.utf8.count >= shortest, name.utf8.count <= 100, name.utf8.allSatisfy(isNameByte) else {
        throw TOMLError(
          line: line, reason: "\(key) '\(name)': a name of at least \(counted(shortest, "letter")), digits, _ - or .")
      }
    }
    return names.map(\.text)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || (0x30...0x39).contains(byte) || "_-.".utf8.contains(byte)
  }

  /// How files are linted.
  func options(areWarnings: Bool) -> LintOptions {
    var options = LintOptions(linter: Linter(LintRules(additions)), areWarnings: areWarnings)
    options.disabled = disabled
    options.skipped = skipped
    return options
  }

  /// How `check` and hooks lint; nil if they do not.
  func optionsOfCheck(strict: Bool) -> LintOptions? {
    level == .off ? nil : options(areWarnings: level == .warn && !strict)
  }
}
