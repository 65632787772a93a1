// TOML 1.0 as a plain tree in which every node knows its line, so that an error about a setting can
// point at it. The parsing is toml++'s; this file turns its nodes into Swift values.

import CTOML

/// A value of a TOML document and its line.
package struct TOMLValue: Sendable {
  package indirect enum Content: Sendable {
    case table([(key: String, value: TOMLValue)])
    case array([TOMLValue])
    case string(String)
    case integer(Int)
    case boolean(Bool)
    /// `YYYY-MM-DD`.
    case date(String)
    case number(Double)
    /// A time or a date with a time.
    case other
  }

  package let content: Content
  /// From 1. Of a table's member, the line of its key.
  package let line: Int

  /// What a person calls this kind of value.
  package var kind: String {
    switch content {
    case .table: "a table"
    case .array: "an array"
    case .string: "a string"
    case .integer: "an integer"
    case .boolean: "true or false"
    case .date: "a date"
    case .number: "a number"
    case .other: "a time"
    }
  }
}

/// Why a document could not be used, and the line to look at.
package struct TOMLError: Error, Sendable {
  package let line: Int
  package let reason: String

  package init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }
}

extension TOMLValue {
  /// Parses a TOML document, UTF-8.
  ///
  /// - Throws: `TOMLError` with the parser's reason and the line.
  package init(parsing text: UnsafeRawBufferPointer) throws(TOMLError) {
    guard let document = ctoml_parse(text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count)
    else { throw TOMLError(line: 1, reason: "out of memory") }
    defer { ctoml_free(document) }
    guard let nodes = document.pointee.nodes else {
      let reason = document.pointee.error.map { String(cString: $0) } ?? "not TOML"
      throw TOMLError(line: Int(document.pointee.error_line), reason: reason)
    }
    var index = 0
    self = Self.build(UnsafeBufferPointer(start: nodes, count: document.pointee.count), &index).value
  }

  private static func build(
    _ nodes: UnsafeBufferPointer<ctoml_node>, _ index: inout Int
  ) -> (key: String, value: TOMLValue) {
    let node = nodes[index]
    index += 1
    let end = index + node.extent
    var members: [(key: String, value: TOMLValue)] = []
    while index < end { members.append(build(nodes, &index)) }

    let content: Content =
      switch node.kind {
      case ctoml_table: .table(members)
      case ctoml_array: .array(members.map(\.value))
      case ctoml_string: .string(text(node.text, node.text_length))
      case ctoml_integer: .integer(Int(node.integer))
      case ctoml_float: .number(node.number)
      case ctoml_boolean: .boolean(node.integer != 0)
      case ctoml_date: .date(text(node.text, node.text_length))
      default: .other
      }
    let key = text(node.key, node.key_length)
    return (key, TOMLValue(content: content, line: max(1, Int(node.line))))
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
