// The environment of a line in a CI system's YAML: that of the job around it. `environment: NAME`, or `name: NAME` in
// a block `environment:`, as GitHub Actions, GitLab CI and Azure Pipelines have it.

import Platform

package struct JobEnvironments {
  private let lines: [Substring]

  package init(_ text: [UInt8]) {
    lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// - Parameter number: of a line, from 1.
  package func name(ofLine number: Int) -> String? {
    guard lines.indices.contains(number - 1) else { return nil }
    var depth = indent(lines[number - 1])
    var index = number - 1
    // Goes up through the blocks around the line and looks at what is beside it in each.
    while depth > 0 {
      guard let start = lines[..<index].lastIndex(where: { !isBlank($0) && indent($0) < depth }) else { return nil }
      let inner = indent(lines[start...].dropFirst().first { !isBlank($0) } ?? "")
      if let name = environment(in: start + 1, depth: inner) { return name }
      depth = indent(lines[start])
      index = start
    }
    return environment(in: 0, depth: 0)
  }

  /// Of the lines of one block: from `start` on, until one is further out.
  private func environment(in start: Int, depth: Int) -> String? {
    var index = start
    while index < lines.count {
      let line = lines[index]
      if !isBlank(line) {
        let indent = indent(line)
        if indent < depth { return nil }
        if indent == depth, let value = value(of: "environment", in: line) {
          return value.isEmpty ? nested(after: index, depth) : value
        }
      }
      index += 1
    }
    return nil
  }

  private func nested(after index: Int, _ depth: Int) -> String? {
    for line in lines[(index + 1)...] where !isBlank(line) {
      if indent(line) <= depth { return nil }
      if let name = value(of: "name", in: line), !name.isEmpty { return name }
    }
    return nil
  }

  private func value(of name: String, in line: Substring) -> String? {
    let text = line.drop { $0 == " " || $0 == "-" }
    guard text.hasPrefix(name + ":") else { return nil }
    let value = text.dropFirst(name.count + 1).prefix { $0 != "#" }
    return value.filter { !" \t\r\"'".contains($0) }
  }

  private func indent(_ line: Substring) -> Int { line.prefix { $0 == " " || $0 == "-" }.count }

  private func isBlank(_ line: Substring) -> Bool {
    let text = line.drop { " \t\r".contains($0) }
    return text.isEmpty || text.first == "#"
  }
}
