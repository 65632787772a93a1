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

/// The rules in `text`, the bytes of a rule file of ours, of gitleaks or of betterleaks.
///
/// - Parameters:
///   - source: what errors and listings call the file.
///   - isTrusted: the patterns are known to be sound; to compile them would cost every start.
///   - read: returns the bytes of a file that this one extends; nil if there is none.
package func parseRules(
  _ text: UnsafeRawBufferPointer, source: String, isTrusted: Bool, read: (String) -> [UInt8]? = { _ in nil }
) throws(RuleFileError) -> RuleFileContent {
  do throws(TOMLError) {
    if isYAML(text) {
      throw TOMLError(
        line: 1, reason: "YAML, as kingfisher's rules are; rules here are TOML, of hopxguard, gitleaks or betterleaks")
    }
    let document = try TOMLValue(parsing: text)
    if isForeign(document) { return try parseForeign(document, source: source, read: read) }
    var file = try TOMLTable(document, name: "a rule file")
    guard let list = file.value("rule") else {
      throw TOMLError(line: 1, reason: "no [[rule]] in it, and no [[rules]] as gitleaks has them")
    }
    try file.finish()
    guard case .array(let tables) = list.content else {
      throw TOMLError(line: list.line, reason: "write [[rule]], with two brackets")
    }
    var content = RuleFileContent()
    for table in tables { content.rules.append(try parseRule(table, source, isTrusted)) }
    return content
  } catch {
    throw RuleFileError(file: source, line: error.line, reason: error.reason)
  }
}

/// Whether the first line that says something is the key of a block, as in no TOML.
private func isYAML(_ text: UnsafeRawBufferPointer) -> Bool {
  for line in text.split(separator: 0x0A) {
    let line = line.last == 0x0D ? line.dropLast() : line
    guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }), first != UInt8(ascii: "#") else { continue }
    return line.elementsEqual("---".utf8) || line.elementsEqual("rules:".utf8)
  }
  return false
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

  var fields = try RuleFields(&table, id)
  let pattern = fields.pattern
  let portable = try parsePortable(&table, id)
  let wanted = try table.integer("keep") ?? fields.usualKeep
  guard (0...fields.longestKeep).contains(wanted) else {
    throw TOMLError(
      line: table.line(of: "keep"),
      reason: "keep \(wanted): from 0 to \(fields.longestKeep), the literal and five bytes, at most 15")
  }

  let confidence = try parseConfidence(table.value("confidence"), &fields)
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
      try fields.validate()
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
  var rule = Rule(
    id: id, title: title, severity: severity, literals: fields.literals, anchor: fields.anchor, pattern: pattern,
    capture: fields.capture, distance: fields.distance, portable: portable, keep: keep, confidence: confidence,
    placeholder: placeholder, remediation: remediation,
    examples: matching.map { Rule.Example(template: $0.text, matches: true, line: $0.line) }
      + others.map { Rule.Example(template: $0.text, matches: false, line: $0.line) },
    source: source, line: line)
  rule.fixedConfidence = fields.confidence
  rule.filter = fields.filter
  rule.path = fields.path
  rule.required = fields.required
  rule.isReported = fields.isReported
  rule.checksum = fields.checksum
  return rule
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

private func parseConfidence(
  _ value: TOMLValue?, _ fields: inout RuleFields
) throws(TOMLError) -> (high: Int, medium: Int) {
  guard let value else { return (0, 0) }
  if case .string(let name) = value.content {
    guard let confidence = Confidence(rawValue: name) else {
      throw TOMLError(line: value.line, reason: "confidence '\(name)': high or medium")
    }
    fields.confidence = confidence
    return (0, 0)
  }
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
