// Reading a rule file: TOML, `[[rule]]` tables, checked field by field. A rule that cannot work is
// an error here, before anything is scanned, with file, line and reason.

import TOML

/// Why a rule file cannot be used.
public struct RuleFileError: Error, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1.
  public let line: Int
  public let reason: String

  package init(file: String, line: Int, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  public var description: String { "\(file):\(line): \(reason)" }
}

/// The rules in `text`, the bytes of a rule file.
///
/// - Parameters:
///   - source: what errors and listings call the file.
///   - isTrusted: the patterns are known to be sound; to compile them would cost every start.
package func parseRules(
  _ text: UnsafeRawBufferPointer, source: String, isTrusted: Bool
) throws(RuleFileError) -> [Rule] {
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
    for table in tables { rules.append(try parseRule(table, source, isTrusted)) }
    return rules
  } catch {
    throw RuleFileError(file: source, line: error.line, reason: error.reason)
  }
}

private func parseRule(
  _ value: TOMLValue, _ source: String, _ isTrusted: Bool
) throws(TOMLError) -> Rule {
  var table = try TOMLTable(value, name: "rule")
  let id = try table.required("id", table.string("id"))
  guard !id.isEmpty, id.utf8.allSatisfy(isIDByte) else {
    throw TOMLError(
      line: table.line, reason: "id '\(id)': use lower case letters, digits and hyphens")
  }
  let title = try table.string("title") ?? id
  let severity = try parseSeverity(&table)

  let literal = try table.required("literal", table.string("literal"))
  if literal.utf8.count < 3 {
    throw TOMLError(
      line: table.line(of: "literal"),
      reason: "literal '\(literal)': at least 3 bytes, or the search stops everywhere")
  }
  if literal.utf8.count > Rule.longestLiteral {
    throw TOMLError(
      line: table.line(of: "literal"),
      reason: "a literal of \(literal.utf8.count) bytes: at most \(Rule.longestLiteral)")
  }
  let pattern = Pattern(try table.required("pattern", table.string("pattern")))
  let portable = try parsePortable(&table, id)
  let wanted = try table.integer("keep") ?? min(literal.utf8.count, Rule.longestKeep)
  let keepLimit = min(Rule.longestKeep, literal.utf8.count + 5)
  guard (0...keepLimit).contains(wanted) else {
    throw TOMLError(
      line: table.line(of: "keep"),
      reason: "keep \(wanted): from 0 to \(keepLimit), the literal and five bytes, at most 15")
  }

  let confidence = try parseConfidence(table.value("confidence"))
  let placeholder = try parsePlaceholder(table.value("placeholder"))
  let remediation = try table.strings("remediation")?.map(\.text) ?? []
  let matching = try table.strings("match") ?? []
  let others = try table.strings("no_match") ?? []
  if !isTrusted {
    for example in matching + others {
      guard let objection = objection(toTemplate: example.text) else { continue }
      throw TOMLError(line: example.line, reason: "rule '\(id)': an example: \(objection)")
    }
  }

  var keep = wanted
  do throws(PatternError) {
    if !isTrusted {
      try pattern.validate()
      keep = min(wanted, try pattern.shortestMatch() / 2)
      if let placeholder {
        let (hasID, hasSecret) = (try pattern.hasGroup("id"), try pattern.hasGroup("secret"))
        if !hasID && !hasSecret {
          throw PatternError(reason: "'placeholder' looks at its groups 'id' and 'secret'; it has neither")
        }
        if placeholder.sequences && !hasSecret {
          throw PatternError(reason: "'sequences' looks at its group 'secret'; it has none")
        }
        if placeholder.identifiers && !(hasID && hasSecret) {
          throw PatternError(reason: "'identifiers' looks at its groups 'id' and 'secret'; it needs both")
        }
      }
    }
  } catch {
    throw TOMLError(
      line: table.line(of: "pattern"), reason: "rule '\(id)': the pattern: \(error.reason)")
  }
  let line = table.line
  try table.finish()
  return Rule(
    id: id, title: title, severity: severity, literal: Array(literal.utf8), pattern: pattern,
    portable: portable, keep: keep, confidence: confidence, placeholder: placeholder, remediation: remediation,
    examples: matching.map { Rule.Example(template: $0.text, matches: true, line: $0.line) }
      + others.map { Rule.Example(template: $0.text, matches: false, line: $0.line) },
    source: source, line: line)
}

private func isIDByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
    UInt8(ascii: "-"):
    true
  default: false
  }
}

private func parseSeverity(_ table: inout TOMLTable) throws(TOMLError) -> Severity {
  guard let name = try table.string("severity") else { return .high }
  guard let severity = Severity(rawValue: name) else {
    let names = Severity.allCases.map(\.rawValue).joined(separator: ", ")
    throw TOMLError(line: table.line(of: "severity"), reason: "severity '\(name)': one of \(names)")
  }
  return severity
}

private func parsePortable(_ table: inout TOMLTable, _ id: String) throws(TOMLError) -> String? {
  guard let source = try table.string("portable") else { return nil }
  do throws(PatternError) {
    _ = try PortablePattern(source)
    return source
  } catch {
    throw TOMLError(line: table.line(of: "portable"), reason: "rule '\(id)': portable: \(error.reason)")
  }
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
  let sequences = try table.boolean("sequences") ?? false
  let identifiers = try table.boolean("identifiers") ?? false
  try table.finish()
  if let empty = words.first(where: { $0.text.isEmpty }) {
    throw TOMLError(line: empty.line, reason: "an empty word in 'words'")
  }
  return Placeholder(
    minDistinct: minDistinct, words: words.map(\.text), sequences: sequences, identifiers: identifiers)
}
