// What a Python source distribution is made with, where a file says so. Source: setuptools,
// "Controlling files in the distribution" (MANIFEST.in); the manuals of hatch, poetry, flit and pdm
// for what in pyproject.toml takes in files that git ignores.

import POSIX
import TOML

extension Survey {
  /// MANIFEST.in: commands in order, the last that matches decides. Without one setuptools takes
  /// none of our files.
  func manifestLapse(_ path: Path, _ files: inout BuildFiles) -> Lapse? {
    guard let content = files.read(path) else { return nil }
    let commands = numberedLines(content).map { line in
      (line: line.number, text: line.text, words: line.text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
    var blame: (line: Int, text: String)?
    let taken = names(in: path.parent ?? Path("")).filter { name in
      var taker: (line: Int, text: String)?
      for command in commands {
        guard let takes = effect(command.words, on: name) else { continue }
        taker = takes ? (command.line, command.text) : nil
      }
      blame = blame ?? taker
      return taker != nil
    }
    guard let blame else { return nil }
    let lines = entries.filter { $0.grade == .required }.map { entry in
      entry.pattern.isForFolders ? "prune \(entry.pattern.text.dropLast())" : "global-exclude \(entry.pattern.text)"
    }
    return Lapse(
      .inDistribution, isWarning: true, path: path, line: blame.line, text: Array(blame.text.utf8),
      message: "a source distribution is made with \(list(taken)): this line takes it",
      commands: ["add to \(shown(path)): \(lines.joined(separator: "; "))"])
  }

  /// Whether a command takes the name in (true) or leaves it out (false); nil when it is not about it.
  private func effect(_ words: [String], on name: Path) -> Bool? {
    guard let command = words.first, words.count > 1 else { return nil }
    let takes = !["exclude", "recursive-exclude", "global-exclude", "prune"].contains(command)
    let last = name.lastComponent
    switch command {
    case "include", "exclude":
      return words.dropFirst().contains { PathGlob($0).takes(name, whole: true) } ? takes : nil
    case "recursive-include", "recursive-exclude":
      guard PathGlob(words[1]).takes(name) else { return nil }
      return words.dropFirst(2).contains { globMatches($0.utf8, last) } ? takes : nil
    case "global-include", "global-exclude":
      return words.dropFirst().contains { globMatches($0.utf8, last) } ? takes : nil
    case "graft", "prune": return PathGlob(words[1]).takes(name) ? takes : nil
    default: return nil
    }
  }

  /// pyproject.toml: the settings that take in what git ignores.
  func projectLapses(_ path: Path, _ files: inout BuildFiles) -> [Lapse] {
    guard let content = files.read(path), let project = parsed(content), let tool = project["tool"] else {
      return []
    }
    let hatch = [tool["hatch"]?["build"], tool["hatch"]?["build"]?["targets"]?["sdist"]]
    let pdm = tool["pdm"]?["build"]
    var lapses: [Lapse?] = [
      lapse(path, takes: [tool["poetry"]?["include"]], leaves: [tool["poetry"]?["exclude"]]),
      lapse(
        path, takes: [tool["flit"]?["sdist"]?["include"]], leaves: [tool["flit"]?["sdist"]?["exclude"]]),
      lapse(path, takes: [pdm?["includes"], pdm?["source-includes"]], leaves: [pdm?["excludes"]]),
      lapse(path, takes: hatch.map { $0?["artifacts"] }, leaves: hatch.map { $0?["exclude"] }),
    ]
    for part in hatch {
      guard let setting = part?["ignore-vcs"], case .boolean(true) = setting.content else { continue }
      let left = names(in: path.parent ?? Path("")).filter { name in
        !hatch.contains { patterns($0?["exclude"]).contains { takes($0.text, name) } }
      }
      if left.isEmpty { continue }
      lapses.append(
        Lapse(
          .inDistribution, isWarning: true, path: path, line: setting.line,
          text: Array("ignore-vcs = true".utf8),
          message: "a source distribution is made with \(list(left)): hatch does not look at .gitignore",
          commands: ["take the setting out, or add the files to 'exclude'"]))
    }
    return lapses.compactMap { $0 }
  }

  private func lapse(_ path: Path, takes: [TOMLValue?], leaves: [TOMLValue?]) -> Lapse? {
    let taking = takes.flatMap(patterns)
    if taking.isEmpty { return nil }
    let leaving = leaves.flatMap(patterns)
    var blame: (text: String, line: Int)?
    let taken = names(in: path.parent ?? Path("")).filter { name in
      guard let taker = taking.first(where: { self.takes($0.text, name) }),
        !leaving.contains(where: { self.takes($0.text, name) })
      else { return false }
      blame = blame ?? taker
      return true
    }
    guard let blame else { return nil }
    return Lapse(
      .inDistribution, isWarning: true, path: path, line: blame.line, text: Array(blame.text.utf8),
      message: "a source distribution is made with \(list(taken)): this pattern takes it",
      commands: ["narrow the pattern, or add the files to the tool's exclude list"])
  }

  private func takes(_ pattern: String, _ name: Path) -> Bool {
    PathGlob(pattern).takes(name)
      || (!pattern.contains("/") && globMatches(pattern.utf8, name.lastComponent))
  }

  /// The patterns of a list of strings, or of tables with a `path`.
  private func patterns(_ value: TOMLValue?) -> [(text: String, line: Int)] {
    guard let value, case .array(let items) = value.content else { return [] }
    return items.compactMap { item in
      guard case .string(let text) = (item["path"] ?? item).content else { return nil }
      return (text, item.line)
    }
  }

  private func parsed(_ content: [UInt8]) -> TOMLValue? {
    content.withUnsafeBytes { try? TOMLValue(parsing: $0) }
  }
}

extension TOMLValue {
  /// The member of that name; nil when this is no table, or has none.
  fileprivate subscript(_ key: String) -> TOMLValue? {
    guard case .table(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }
}
