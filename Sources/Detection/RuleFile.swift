// Reading a rule file: TOML, `[[rule]]` tables, checked field by field. A rule that cannot work is
// an error here, before anything is scanned, with file, line and reason.

import TOML

/// Why a rule file cannot be used.
public struct RuleFileError: Error, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1.
  public let line: Int
  public let reason: String

  public var description: String { "\(file):\(line): \(reason)" }
}

/// The rules in `text`, the bytes of a rule file.
///
/// - Parameter source: what errors and listings call the file.
func parseRules(_ text: UnsafeRawBufferPointer, source: String) throws(RuleFileError) -> [Rule] {
  do throws(TOMLError) {
    var file = try TOMLTable(TOMLValue(parsing: text), name: "a rule file")
    guard let list = file.value("rule") else {
      throw TOMLError(line: 1, reason: "no [[rule]] in it")
    }
    try file.finish()
    guard case .array(let tables) = list.content else {
      throw TOMLError(line: list.line, reason: "write [[rule]], with two brackets")
    }
    var rules: [Rule] = []
    for table in tables { rules.append(try parseRule(table, source: source)) }
    return rules
  } catch {
    throw RuleFileError(file: source, line: error.line, reason: error.reason)
  }
}

private func parseRule(_ value: TOMLValue, source: String) throws(TOMLError) -> Rule {
  var table = try TOMLTable(value, name: "rule")
  let id = try table.required("id", table.string("id"))
  guard !id.isEmpty, id.utf8.allSatisfy(isIDByte) else {
    throw TOMLError(
      line: table.line, reason: "id '\(id)': use lower case letters, digits and hyphens")
  }
  let title = try table.string("title") ?? id
  let severity = try parseSeverity(table.value("severity"))

  let literalValue = table.value("literal")
  let literal = try table.required("literal", text(literalValue, "literal"))
  if literal.utf8.count < 3 {
    throw TOMLError(
      line: literalValue!.line,
      reason: "literal '\(literal)': at least 3 bytes, or the search stops everywhere")
  }
  let patternValue = table.value("pattern")
  let pattern = Pattern(try table.required("pattern", text(patternValue, "pattern")))
  let keepValue = table.value("keep")
  let keep = try integer(keepValue, "keep") ?? min(literal.utf8.count, Rule.longestKeep)
  let keepLimit = min(Rule.longestKeep, literal.utf8.count + 5)
  guard (0...keepLimit).contains(keep) else {
    throw TOMLError(
      line: keepValue?.line ?? table.line,
      reason: "keep \(keep): from 0 to \(keepLimit), the literal and five bytes, at most 15")
  }

  let confidence = try parseConfidence(table.value("confidence"))
  let placeholder = try parsePlaceholder(table.value("placeholder"))
  let remediation = try table.strings("remediation")?.map(\.text) ?? []
  let matching = try table.strings("match") ?? []
  let others = try table.strings("no_match") ?? []
  let line = table.line
  try table.finish()

  do throws(PatternError) {
    if source != RuleSet.builtInSource {
      try pattern.validate()
      let hasParts = try pattern.hasGroup("secret") ? true : pattern.hasGroup("id")
      if placeholder != nil && !hasParts {
        throw PatternError(reason: "'placeholder' looks at its groups 'id' and 'secret'; it has neither")
      }
    }
  } catch {
    throw TOMLError(line: patternValue!.line, reason: "rule '\(id)': the pattern: \(error.reason)")
  }
  return Rule(
    id: id, title: title, severity: severity, literal: Array(literal.utf8), pattern: pattern,
    keep: keep, confidence: confidence, placeholder: placeholder, remediation: remediation,
    examples: matching.map { Rule.Example(template: $0.text, matches: true, line: $0.line) }
      + others.map { Rule.Example(template: $0.text, matches: false, line: $0.line) },
    source: source, line: line)
}

private func isIDByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
    UInt8(ascii: "-"): true
  default: false
  }
}

private func text(_ value: TOMLValue?, _ key: String) throws(TOMLError) -> String? {
  guard let value else { return nil }
  guard case .string(let text) = value.content else {
    throw TOMLError(line: value.line, reason: "'\(key)' takes a string, not \(value.kind)")
  }
  return text
}

private func integer(_ value: TOMLValue?, _ key: String) throws(TOMLError) -> Int? {
  guard let value else { return nil }
  guard case .integer(let number) = value.content else {
    throw TOMLError(line: value.line, reason: "'\(key)' takes an integer, not \(value.kind)")
  }
  return number
}

private func parseSeverity(_ value: TOMLValue?) throws(TOMLError) -> Severity {
  guard let value, let name = try text(value, "severity") else { return .high }
  guard let severity = Severity(rawValue: name) else {
    let names = Severity.allCases.map(\.rawValue).joined(separator: ", ")
    throw TOMLError(line: value.line, reason: "severity '\(name)': one of \(names)")
  }
  return severity
}

private func parseConfidence(_ value: TOMLValue?) throws(TOMLError) -> (high: Int, medium: Int) {
  guard let value else { return (0, 0) }
  var table = try TOMLTable(value, name: "confidence")
  let high = try table.required("high", table.integer("high"))
  let medium = try table.integer("medium") ?? high
  try table.finish()
  guard medium <= high else {
    throw TOMLError(line: value.line, reason: "confidence: medium \(medium) is above high \(high)")
  }
  return (high, medium)
}

private func parsePlaceholder(_ value: TOMLValue?) throws(TOMLError) -> Placeholder? {
  guard let value else { return nil }
  var table = try TOMLTable(value, name: "placeholder")
  let minDistinct = try table.integer("min_distinct") ?? 0
  let words = try table.strings("words") ?? []
  try table.finish()
  if let empty = words.first(where: { $0.text.isEmpty }) {
    throw TOMLError(line: empty.line, reason: "an empty word in 'words'")
  }
  return Placeholder(minDistinct: minDistinct, words: words.map(\.text))
}
