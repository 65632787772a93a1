// Rule files of gitleaks and betterleaks, as they are: read into raw rules, joined with those they extend, and turned
// into rules of ours by `ForeignRule`.
// Formats: the README of gitleaks ("Configuration") and docs/config.md of betterleaks.

import TOML

/// Rules read from a file, and what of it cannot be done.
package struct RuleFileContent: Sendable {
  package var rules: [Rule] = []
  /// Features that are not supported, each with the rules that use it, and the line of the first.
  package var unsupported: [(feature: String, rules: [String], line: Int)] = []

  package init() {}

  mutating func note(_ feature: String, _ rule: String, _ line: Int) {
    if let index = unsupported.firstIndex(where: { $0.feature == feature }) {
      if !unsupported[index].rules.contains(rule) { unsupported[index].rules.append(rule) }
    } else {
      unsupported.append((feature, [rule], line))
    }
  }
}

/// Whether a document is in the format of gitleaks or betterleaks.
func isForeign(_ document: TOMLValue) -> Bool {
  guard case .table(let members) = document.content else { return false }
  let keys = members.map(\.key)
  return keys.contains("rules")
    || (!keys.contains("rule") && keys.contains { ["extend", "allowlist", "allowlists"].contains($0) })
}

/// The rules of such a document.
///
/// - Parameter read: returns the bytes of a file that it extends; nil if there is none.
func parseForeign(
  _ document: TOMLValue, source: String, read: (String) -> [UInt8]?
) throws(TOMLError) -> RuleFileContent {
  var content = RuleFileContent()
  let config = try ForeignConfig(document, source: source, depth: 0, read: read, &content)
  let shared = SharedFilters(config)
  for raw in config.rules where !config.disabled.contains(raw.id) {
    if let rule = try ForeignRule(raw, config, shared).rule(&content) { content.rules.append(rule) }
  }
  return content
}

/// A file with the ones that it extends.
struct ForeignConfig {
  var rules: [RawRule] = []
  var allowed: [RawAllowList] = []
  /// Expressions of betterleaks, for all rules.
  var filters: [(text: String, line: Int)] = []
  var disabled: Set<String> = []

  private static let deepest = 2

  init(
    _ document: TOMLValue, source: String, depth: Int, read: (String) -> [UInt8]?, _ content: inout RuleFileContent
  ) throws(TOMLError) {
    var table = try TOMLTable(document, name: "a rule file")
    for key in ["title", "description", "minVersion", "betterleaksMinVersion"] { _ = table.value(key) }
    if let extend = table.value("extend") {
      try self.extend(extend, source: source, depth: depth, read: read, &content)
    }
    for key in ["prefilter", "filter"] {
      if let text = try table.string(key) { filters.append((text, table.line(of: key))) }
    }
    if let value = table.value("allowlist") { allowed.append(try RawAllowList(value)) }
    for value in try tables(table.value("allowlists")) { allowed.append(try RawAllowList(value)) }
    for value in try tables(table.value("rules")) {
      let rule = try RawRule(value, source: source)
      if let index = rules.firstIndex(where: { $0.id == rule.id }) {
        rules[index].override(with: rule)
      } else {
        rules.append(rule)
      }
    }
    try table.finish()
  }

  private mutating func extend(
    _ value: TOMLValue, source: String, depth: Int, read: (String) -> [UInt8]?, _ content: inout RuleFileContent
  ) throws(TOMLError) {
    var table = try TOMLTable(value, name: "extend")
    if try table.boolean("useDefault") == true {
      content.note(
        "extend.useDefault (hopxguard has no copy of those rules: name their file in extend.path or with --rules)",
        "extend", table.line(of: "useDefault"))
    }
    if try table.string("url") != nil { content.note("extend.url", "extend", table.line(of: "url")) }
    disabled = Set(try table.strings("disabledRules")?.map(\.text) ?? [])
    if let path = try table.string("path") {
      let line = table.line(of: "path")
      if depth >= Self.deepest { throw TOMLError(line: line, reason: "extend: more than \(Self.deepest) files deep") }
      guard let text = read(path) else { throw TOMLError(line: line, reason: "extend: '\(path)' cannot be read") }
      let parsed = text.withUnsafeBytes { bytes in
        Result { () throws(TOMLError) in try TOMLValue(parsing: bytes) }
      }
      do throws(TOMLError) {
        let base = try ForeignConfig(parsed.get(), source: path, depth: depth + 1, read: read, &content)
        rules = base.rules.filter { !disabled.contains($0.id) && !base.disabled.contains($0.id) }
        allowed = base.allowed
        filters = base.filters
      } catch {
        throw TOMLError(line: line, reason: "extend: \(path):\(error.line): \(error.reason)")
      }
    }
    try table.finish()
  }
}

/// A rule as its file has it.
struct RawRule {
  let id: String
  var description: String?
  var regex: String?
  var path: String?
  var secretGroup: Int?
  var entropy: Double?
  var keywords: [String]
  var allowed: [RawAllowList]
  var required: [RequiredRule]
  var isReported: Bool
  var filter: String?
  let source: String
  let line: Int

  init(_ value: TOMLValue, source: String) throws(TOMLError) {
    var table = try TOMLTable(value, name: "rule")
    id = try table.required("id", table.string("id"))
    description = try table.string("description")
    regex = try table.string("regex")
    path = try table.string("path")
    secretGroup = try table.integer("secretGroup")
    entropy = try table.number("entropy")
    keywords = try table.strings("keywords")?.map(\.text) ?? []
    isReported = try !(table.boolean("skipReport") ?? false)
    filter = try table.string("filter")
    // Checks with the vendor and what only orders a report do not change what is found here.
    for key in ["tags", "validate", "specificity"] { _ = table.value(key) }
    var lists: [RawAllowList] = []
    if let value = table.value("allowlist") { lists.append(try RawAllowList(value)) }
    for value in try tables(table.value("allowlists")) { lists.append(try RawAllowList(value)) }
    allowed = lists
    var needed: [RequiredRule] = []
    for value in try tables(table.value("required")) {
      var entry = try TOMLTable(value, name: "required")
      needed.append(
        RequiredRule(
          id: try entry.required("id", entry.string("id")), lines: try entry.integer("withinLines"),
          columns: try entry.integer("withinColumns")))
      try entry.finish()
    }
    required = needed
    self.source = source
    line = table.line
    try table.finish()
  }

  /// What a file says of a rule that it extends.
  mutating func override(with other: RawRule) {
    description = other.description ?? description
    regex = other.regex ?? regex
    path = other.path ?? path
    secretGroup = other.secretGroup ?? secretGroup
    entropy = other.entropy ?? entropy
    filter = other.filter ?? filter
    keywords += other.keywords
    allowed += other.allowed
    required += other.required
    isReported = isReported && other.isReported
  }
}

/// An allow-list as its file has it.
struct RawAllowList {
  let needsAll: Bool
  let paths: [String]
  let regexes: [String]
  let target: FilterTarget
  let words: [String]
  let commits: Int
  let rules: [String]?
  let line: Int

  init(_ value: TOMLValue) throws(TOMLError) {
    var table = try TOMLTable(value, name: "allowlist")
    line = table.line
    _ = table.value("description")
    let condition = try table.string("condition")?.uppercased() ?? "OR"
    guard ["OR", "||", "AND", "&&"].contains(condition) else {
      throw TOMLError(line: table.line(of: "condition"), reason: "condition '\(condition)': OR or AND")
    }
    needsAll = condition == "AND" || condition == "&&"
    paths = try table.strings("paths")?.map(\.text) ?? []
    regexes = try table.strings("regexes")?.map(\.text) ?? []
    words = try table.strings("stopwords")?.map(\.text) ?? []
    commits = try table.strings("commits")?.count ?? 0
    rules = try table.strings("targetRules")?.map(\.text)
    let name = try table.string("regexTarget") ?? "secret"
    guard let target = FilterTarget(rawValue: name.isEmpty ? "secret" : name), target != .path else {
      throw TOMLError(line: table.line(of: "regexTarget"), reason: "regexTarget '\(name)': secret, match or line")
    }
    self.target = target
    try table.finish()
  }
}

private func tables(_ value: TOMLValue?) throws(TOMLError) -> [TOMLValue] {
  guard let value else { return [] }
  guard case .array(let tables) = value.content else {
    throw TOMLError(line: value.line, reason: "an array of tables is needed, with two brackets")
  }
  return tables
}
