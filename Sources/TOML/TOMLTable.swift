// Reading a table of settings strictly: each field has a type, and a field nobody asked for is an
// error, because a misspelt setting that is passed over is a setting that silently does nothing.

/// A TOML table whose fields are taken one by one; `finish()` rejects what was left.
public struct TOMLTable: ~Copyable {
  public let line: Int
  private let name: String
  private let members: [(key: String, value: TOMLValue)]
  private var taken: Set<String> = []

  /// - Parameter name: what errors call this table, such as `rule`.
  /// - Throws: `TOMLError` when `value` is no table.
  public init(_ value: TOMLValue, name: String) throws(TOMLError) {
    guard case .table(let members) = value.content else {
      throw TOMLError(line: value.line, reason: "\(name) is \(value.kind), not a table")
    }
    self.line = value.line
    self.name = name
    self.members = members
  }

  public mutating func value(_ key: String) -> TOMLValue? {
    taken.insert(key)
    return members.first { $0.key == key }?.value
  }

  /// Where a field stands; where the table does when it has no such field. From 1.
  public borrowing func line(of key: String) -> Int {
    members.first { $0.key == key }?.value.line ?? line
  }

  public mutating func string(_ key: String) throws(TOMLError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value.content else { throw wrong(key, value, "a string") }
    return text
  }

  public mutating func integer(_ key: String) throws(TOMLError) -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let number) = value.content else { throw wrong(key, value, "an integer") }
    return number
  }

  public mutating func boolean(_ key: String) throws(TOMLError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .boolean(let flag) = value.content else { throw wrong(key, value, "true or false") }
    return flag
  }

  public mutating func strings(_ key: String) throws(TOMLError) -> [(text: String, line: Int)]? {
    guard let value = value(key) else { return nil }
    guard case .array(let items) = value.content else {
      throw wrong(key, value, "an array of strings")
    }
    var texts: [(text: String, line: Int)] = []
    for item in items {
      guard case .string(let text) = item.content else { throw wrong(key, item, "strings only") }
      texts.append((text, item.line))
    }
    return texts
  }

  /// A field that has to be there.
  ///
  /// - Throws: `TOMLError` at the table's line when it is missing.
  public borrowing func required<Value>(_ key: String, _ value: Value?) throws(TOMLError) -> Value {
    guard let value else { throw TOMLError(line: line, reason: "\(name) has no '\(key)'") }
    return value
  }

  /// - Throws: `TOMLError` for the first field that no call has taken.
  public consuming func finish() throws(TOMLError) { try rejectUnknown() }

  /// The same, where what is missing is to be told after what is misspelt.
  public borrowing func rejectUnknown() throws(TOMLError) {
    if let extra = members.first(where: { !taken.contains($0.key) }) {
      throw TOMLError(
        line: extra.value.line,
        reason: "unknown field '\(extra.key)' in \(name)\(suggestion(for: extra.key, among: taken))")
    }
  }

  private func wrong(_ key: String, _ value: TOMLValue, _ wanted: String) -> TOMLError {
    TOMLError(line: value.line, reason: "'\(key)' takes \(wanted), not \(value.kind)")
  }
}

/// `; did you mean 'skip'?` for a word that is nearly one of the known ones; else which there are.
public func suggestion(for word: String, among known: some Sequence<String>) -> String {
  let ranked = known.map { (distance(word, $0), $0) }.sorted { $0 < $1 }
  if let best = ranked.first, best.0 <= max(1, min(word.utf8.count, best.1.utf8.count) / 3) {
    return "; did you mean '\(best.1)'?"
  }
  return ranked.isEmpty ? "" : "; known: \(ranked.map(\.1).sorted().joined(separator: ", "))"
}

/// Insertions, deletions, changes and swaps of neighbours from one word to the other (optimal string alignment).
/// Of long words only the beginning is looked at.
private func distance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
  var rows = [Array(0...right.count)]
  for (index, byte) in left.enumerated() {
    var row = [index + 1]
    for (other, wanted) in right.enumerated() {
      var cost = min(rows[index][other] + (byte == wanted ? 0 : 1), rows[index][other + 1] + 1, row[other] + 1)
      if index > 0, other > 0, byte == right[other - 1], left[index - 1] == wanted {
        cost = min(cost, rows[index - 1][other - 1] + 1)
      }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
