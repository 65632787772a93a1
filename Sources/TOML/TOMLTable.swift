// Reading a table of settings strictly: each field has a type, and an unknown field is an error, because a misspelt
// setting that is ignored would silently do nothing.

import Bytes

/// A TOML table whose fields are taken one by one; `finish()` rejects the rest.
package struct TOMLTable: ~Copyable {
  package let line: Int
  private let name: String
  private let members: [(key: String, value: TOMLValue)]
  private var taken: Set<String> = []

  /// - Parameter name: what errors call this table, such as `rule`.
  /// - Throws: `TOMLError` when `value` is no table.
  package init(_ value: TOMLValue, name: String) throws(TOMLError) {
    guard case .table(let members) = value.content else {
      throw TOMLError(line: value.line, reason: "\(name) is \(value.kind), not a table")
    }
    self.line = value.line
    self.name = name
    self.members = members
  }

  package mutating func value(_ key: String) -> TOMLValue? {
    taken.insert(key)
    return members.first { $0.key == key }?.value
  }

  /// The line of a field, or of the table if it has no such field; from 1.
  package borrowing func line(of key: String) -> Int {
    members.first { $0.key == key }?.value.line ?? line
  }

  package mutating func string(_ key: String) throws(TOMLError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value.content else { throw wrong(key, value, "a string") }
    return text
  }

  package mutating func integer(_ key: String) throws(TOMLError) -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let number) = value.content else { throw wrong(key, value, "an integer") }
    return number
  }

  /// An integer or a float.
  package mutating func number(_ key: String) throws(TOMLError) -> Double? {
    guard let value = value(key) else { return nil }
    switch value.content {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw wrong(key, value, "a number")
    }
  }

  package mutating func boolean(_ key: String) throws(TOMLError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .boolean(let flag) = value.content else { throw wrong(key, value, "true or false") }
    return flag
  }

  package mutating func strings(_ key: String) throws(TOMLError) -> [(text: String, line: Int)]? {
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
  package borrowing func required<Value>(_ key: String, _ value: Value?) throws(TOMLError) -> Value {
    guard let value else { throw TOMLError(line: line, reason: "\(name) has no '\(key)'") }
    return value
  }

  /// - Throws: `TOMLError` for the first field that no call has taken.
  package consuming func finish() throws(TOMLError) { try rejectUnknown() }

  /// The same, for callers that report missing fields after misspelt ones.
  package borrowing func rejectUnknown() throws(TOMLError) {
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
