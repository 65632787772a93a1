// Rules as the text of a rule file, and as a listing shows them.

import Bytes

/// The lines of a rule file with these rules. What its form cannot say is in comments.
package func ruleFileText(_ rules: some Sequence<Rule>) -> [String] {
  var lines: [String] = []
  for rule in rules {
    let isShort = rule.literals.contains { $0.bytes.count < RuleFields.leastLiteral }
    if rule.isForNames || isShort {
      let reason = isShort ? "is tried at a text of two bytes" : "finds files by their names"
      lines.append("# \(rule.id) \(reason); this form has no such rules.")
      lines.append("")
      continue
    }
    lines += ["[[rule]]", "id = \(quoted(rule.id))", "title = \(quoted(rule.title))"]
    lines.append("severity = \(quoted(rule.severity.rawValue))")
    let texts = rule.literals.map { String(decoding: $0.bytes, as: UTF8.self) }
    let isCaseless = rule.literals.contains(where: \.isCaseless)
    let list = "[\(texts.map(quoted).joined(separator: ", "))]"
    switch rule.anchor {
    case .start: lines.append("literals = \(list)")
    case .before(let bytes): lines += ["literals = \(list)", "before = \(bytes)"]
    case .after(let bytes): lines += ["keywords = \(list)", "within = \(bytes)"]
    }
    if isCaseless { lines.append("ignore_case = true") }
    lines.append("pattern = \(quoted(rule.pattern.source))")
    switch rule.capture {
    case .whole: break
    case .first: lines.append("capture = true")
    case .group(let number): lines.append("capture = \(number)")
    }
    if rule.keep > 0 { lines.append("keep = \(rule.keep)") }
    if let path = rule.path { lines.append("path = \(quoted(path.source))") }
    if !rule.isReported { lines.append("report = false") }
    if let checksum = rule.checksum { lines.append("checksum = \(quoted(checksum.rawValue))") }
    if !rule.remediation.isEmpty { lines.append("remediation = \(array(rule.remediation))") }
    var lists: [String] = []
    if let filter = rule.filter { add(filter, &lines, &lists) }
    lines += lists
    for required in rule.required {
      lines += ["[[rule.required]]", "rule = \(quoted(required.id))"]
      if let count = required.lines { lines.append("lines = \(count)") }
      if let count = required.columns { lines.append("columns = \(count)") }
    }
    lines.append("")
  }
  return lines
}

/// Adds a filter: the simple parts as fields, the others as allow-lists.
private func add(_ filter: RuleFilter, _ fields: inout [String], _ lists: inout [String]) {
  switch filter {
  case .any(let parts): for part in parts { add(part, &fields, &lists) }
  case .entropy(.secret, let limit, _):
    if !fields.contains(where: { $0.hasPrefix("entropy") }) { fields.append("entropy = \(limit)") }
  case .all(let parts):
    guard let lines = allowFields(parts) else { return lists.append("# A condition that this form cannot say.") }
    lists += ["[[rule.allow]]", "all = true"] + lines
  case .matches, .contains: lists += ["[[rule.allow]]"] + (allowFields([filter]) ?? [])
  case .not, .entropy: lists.append("# A condition that this form cannot say.")
  }
}

private func allowFields(_ parts: [RuleFilter]) -> [String]? {
  var lines: [String] = []
  for part in parts {
    switch part {
    case .matches(let target, let list): lines.append("\(target.rawValue) = \(array(list.patterns.map(\.source)))")
    case .contains(.secret, let list):
      lines.append("words = \(array(list.words.map { String(decoding: $0.bytes, as: UTF8.self) }))")
    case .any(let inner) where inner.count == 1: lines += allowFields(inner) ?? []
    default: return nil
    }
  }
  return lines
}

private func array(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

/// A TOML string, as it is if that is possible.
private func quoted(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "'") && $0 != 0x7F }) { return "'\(text)'" }
  return String(decoding: jsonString(text.utf8), as: UTF8.self)
}

extension Rule {
  /// Where it is tried, as a listing shows it.
  package var placeText: String {
    let texts = literals.map { String(decoding: $0.bytes, as: UTF8.self) + ($0.isCaseless ? " (any case)" : "") }
    let list = texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? " and \(texts.count - 8) more" : "")
    if isForNames { return "files      that match \(path?.source ?? "")" }
    switch anchor {
    case .start: return (distance.least > 0 ? "follows    " : "begins     ") + list
    case .before(let bytes): return "contains   \(list), at most \(bytes) bytes after its start"
    case .after(let bytes): return "near       \(list), at most \(bytes) bytes after it"
    }
  }

  /// What else decides, as lines of a listing.
  package var checksText: String {
    var lines: [String] = []
    if capture != .whole { lines.append("secret     a group of the pattern") }
    if let path, !isForNames { lines.append("paths      \(path.source)") }
    if let filter { lines.append("dropped    \(filter.text)") }
    if checksum != nil { lines.append("checked    by its checksum") }
    for other in required { lines.append("requires   \(other.id)") }
    if !isReported { lines.append("reported   only as what another rule requires") }
    return lines.map { "\n  " + $0 }.joined()
  }
}

extension RuleFilter {
  /// As a listing shows it.
  fileprivate var text: String {
    switch self {
    case .any(let parts): parts.map(\.text).joined(separator: "; ")
    case .all(let parts): parts.map(\.text).joined(separator: " and ")
    case .not(let part): "unless \(part.text)"
    case .entropy(let target, let limit, let orEqual):
      "\(target.rawValue) of entropy \(orEqual ? "up to" : "below") \(limit)"
    case .matches(let target, let list):
      "\(target.rawValue) like \(list.patterns.count == 1 ? "a pattern" : "one of \(list.patterns.count) patterns")"
    case .contains(let target, let list):
      "\(target.rawValue) with \(list.words.count == 1 ? "a word" : "one of \(list.words.count) words")"
    }
  }
}
