// What a Dockerfile copies from its build context. Source: docs.docker.com, "Dockerfile reference":
// continuation lines, the escape directive, ARG and ENV, the two forms of COPY and ADD.

import Bytes
import Inputs
import Platform

struct ContainerFile {
  struct Copy {
    /// From 1.
    let line: Int
    /// The first line of the instruction.
    let text: [UInt8]
    let sources: [PathGlob]
  }

  private(set) var copies: [Copy] = []
  private var variables: [String: String] = [:]

  init(_ content: [UInt8]) {
    let lines = numberedLines(content)
    let escape = Self.escape(lines)
    var at = 0
    while at < lines.count {
      let first = lines[at]
      at += 1
      if first.text.isEmpty || first.text.hasPrefix("#") { continue }
      var text = first.text
      // Comments and empty lines within an instruction are passed over.
      var parts: [Substring] = []
      while text.last == escape {
        parts.append(text.dropLast())
        text = ""
        while at < lines.count, lines[at].text.isEmpty || lines[at].text.hasPrefix("#") { at += 1 }
        guard at < lines.count else { break }
        text = lines[at].text
        at += 1
      }
      let instruction = (parts.map(String.init) + [text]).joined(separator: " ")
      add(instruction, line: first.number, text: Array(first.text.utf8))
    }
  }

  /// `# escape=` in the first lines.
  private static func escape(_ lines: [(number: Int, text: String)]) -> Character {
    for line in lines {
      guard line.text.hasPrefix("#") else { break }
      let parts = line.text.dropFirst().split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
      if parts.count == 2, parts[0].lowercased() == "escape", parts[1] == "`" { return "`" }
    }
    return "\\"
  }

  private mutating func add(_ instruction: String, line: Int, text: [UInt8]) {
    var rest = instruction[...]
    var word = Self.word(&rest).uppercased()
    if word == "ONBUILD" { word = Self.word(&rest).uppercased() }
    switch word {
    case "ARG", "ENV":
      for pair in rest.split(whereSeparator: \.isWhitespace) {
        guard let equals = pair.firstIndex(of: "=") else { continue }
        let value = pair[pair.index(after: equals)...].filter { $0 != "\"" && $0 != "'" }
        variables[String(pair[..<equals])] = expanded(value)
      }
    case "COPY", "ADD":
      while rest.hasPrefix("--") {
        let flag = Self.word(&rest)
        if flag.hasPrefix("--from=") { return }
      }
      // What follows is text of the file itself.
      if rest.hasPrefix("<<") { return }
      let words =
        rest.hasPrefix("[")
        ? Self.list(rest)
        : rest.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" && $0 != "'" } }
      let sources = words.dropLast().filter { !$0.contains("://") }.map { PathGlob(expanded($0)) }
      if !sources.isEmpty { copies.append(Copy(line: line, text: text, sources: sources)) }
    default: break
    }
  }

  /// The strings of a JSON array; empty if `text` is not an array of strings.
  private static func list(_ text: Substring) -> [String] {
    guard case .array(let items)? = JSONValue(parsing: Array(text.utf8)) else { return [] }
    return items.compactMap(\.text)
  }

  private static func word(_ rest: inout Substring) -> String {
    let end = rest.firstIndex { $0.isWhitespace || $0 == "[" } ?? rest.endIndex
    let word = String(rest[..<end])
    rest = rest[end...].drop(while: \.isWhitespace)
    return word
  }

  /// `text` with variables replaced by their values. A variable without a value could be anything.
  private func expanded(_ text: String) -> String {
    guard text.contains("$") else { return text }
    var result = ""
    var rest = text[...]
    while let character = rest.first {
      rest = rest.dropFirst()
      guard character == "$" else {
        result.append(character)
        continue
      }
      var name: Substring
      var other: Substring?
      if rest.first == "{" {
        let inner = rest.dropFirst().prefix { $0 != "}" }
        rest = rest.dropFirst(inner.count + 2)
        name = inner.prefix { $0 != ":" }
        let form = inner.dropFirst(name.count)
        if form.hasPrefix(":-") || form.hasPrefix(":+") { other = form.dropFirst(2) }
        if form.hasPrefix(":+"), let other { result += other; continue }
      } else {
        name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(name.count)
      }
      result += variables[String(name)].flatMap { $0.isEmpty ? nil : $0 } ?? other.map(String.init) ?? "*"
      if result.utf8.count > 65_536 { return "*" }
    }
    return result
  }
}
