// What a Python source distribution contains, if a file says so. Source: setuptools,
// "Controlling files in the distribution" (MANIFEST.in); the manuals of hatch, poetry, flit and pdm
// for what in pyproject.toml takes in files that git ignores.

import Bytes
import Platform
import TOML

extension Survey {
  /// MANIFEST.in: of its commands the last match decides. Without the file setuptools includes none of the
  /// secret files.
  func manifestLapse(_ path: Path, _ names: [Path], _ files: inout BuildFiles) -> Lapse? {
    guard let content = files.read(path) else { return nil }
    let commands = numberedLines(content).compactMap { line in ManifestCommand(line.text, line: line.number) }
    var blame: (line: Int, text: String)?
    let taken = names.filter { name in
      let parts = name.bytes.split(separator: UInt8(ascii: "/"))
      guard let last = commands.last(where: { $0.isAbout(parts) }), last.takes else { return false }
      blame = blame ?? (last.line, last.text)
      return true
    }
    guard let blame else { return nil }
    let lines = entries.filter { $0.grade == .required }.map { entry in
      entry.pattern.isForFolders ? "prune \(entry.pattern.text.dropLast())" : "global-exclude \(entry.pattern.text)"
    }
    return Lapse(
      .inDistribution, isWarning: true, path: path, line: blame.line, text: Array(blame.text.utf8),
      message: "a source distribution would contain \(list(taken)): this line includes it",
      commands: ["add to \(shown(path)): \(lines.joined(separator: "; "))"])
  }

  /// pyproject.toml: the settings that take in what git ignores.
  func projectLapses(_ path: Path, _ names: [Path], _ files: inout BuildFiles) -> [Lapse] {
    guard let content = files.read(path), let project = parsed(content), let tool = project["tool"] else {
      return []
    }
    let hatch = [tool["hatch"]?["build"], tool["hatch"]?["build"]?["targets"]?["sdist"]]
    let pdm = tool["pdm"]?["build"]
    var lapses: [Lapse?] = [
      lapse(path, names, takes: [tool["poetry"]?["include"]], leaves: [tool["poetry"]?["exclude"]]),
      lapse(
        path, names, takes: [tool["flit"]?["sdist"]?["include"]], leaves: [tool["flit"]?["sdist"]?["exclude"]]),
      lapse(path, names, takes: [pdm?["includes"], pdm?["source-includes"]], leaves: [pdm?["excludes"]]),
      lapse(path, names, takes: hatch.map { $0?["artifacts"] }, leaves: hatch.map { $0?["exclude"] }),
    ]
    for part in hatch {
      guard let setting = part?["ignore-vcs"], case .boolean(true) = setting.content else { continue }
      let leaving = hatch.flatMap { patterns($0?["exclude"]) }
      let left = names.filter { name in !leaving.contains { $0.takes(name) } }
      if left.isEmpty { continue }
      lapses.append(
        Lapse(
          .inDistribution, isWarning: true, path: path, line: setting.line,
          text: Array("ignore-vcs = true".utf8),
          message: "a source distribution would contain \(list(left)): hatch does not read .gitignore",
          commands: ["remove the setting, or add the files to 'exclude'"]))
    }
    // What is forced in is not excluded by anything.
    lapses += hatch.map { lapse(path, names, takes: [$0?["force-include"]], leaves: []) }
    return lapses.compactMap { $0 }
  }

  private func lapse(_ path: Path, _ names: [Path], takes: [TOMLValue?], leaves: [TOMLValue?]) -> Lapse? {
    let taking = takes.flatMap(patterns)
    if taking.isEmpty { return nil }
    let leaving = leaves.flatMap(patterns)
    var blame: ProjectPattern?
    let taken = names.filter { name in
      guard let taker = taking.first(where: { $0.takes(name) }), !leaving.contains(where: { $0.takes(name) })
      else { return false }
      blame = blame ?? taker
      return true
    }
    guard let blame else { return nil }
    return Lapse(
      .inDistribution, isWarning: true, path: path, line: blame.line, text: Array(blame.text.utf8),
      message: "a source distribution would contain \(list(taken)): this pattern includes it",
      commands: ["narrow the pattern, or add the files to the tool's exclude list"])
  }

  /// The patterns of a list of strings, or of tables with a `path`; of a table its keys.
  private func patterns(_ value: TOMLValue?) -> [ProjectPattern] {
    switch value?.content {
    case .array(let items):
      return items.compactMap { item in
        guard case .string(let text) = (item["path"] ?? item).content else { return nil }
        return ProjectPattern(text, line: item.line)
      }
    case .table(let members): return members.map { ProjectPattern($0.key, line: $0.value.line) }
    default: return []
    }
  }

  private func parsed(_ content: [UInt8]) -> TOMLValue? {
    content.withUnsafeBytes { try? TOMLValue(parsing: $0) }
  }
}

/// A command of MANIFEST.in, compiled.
private struct ManifestCommand {
  let line: Int
  let text: String
  /// It takes names in; otherwise it leaves them out.
  let takes: Bool
  private let folders: [PathGlob]
  private let isWhole: Bool
  /// Of the names themselves; nil when all that is in the folders is meant.
  private let names: [Glob]?

  /// nil for what is no command.
  init?(_ text: String, line: Int) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard let command = words.first, words.count > 1 else { return nil }
    self.line = line
    self.text = text
    takes = !["exclude", "recursive-exclude", "global-exclude", "prune"].contains(command)
    isWhole = command == "include" || command == "exclude"
    switch command {
    case "include", "exclude": (folders, names) = (words.dropFirst().map { PathGlob($0) }, nil)
    case "recursive-include", "recursive-exclude":
      (folders, names) = ([PathGlob(words[1])], words.dropFirst(2).map { Glob($0.utf8) })
    case "global-include", "global-exclude":
      (folders, names) = ([PathGlob("")], words.dropFirst().map { Glob($0.utf8) })
    case "graft", "prune": (folders, names) = ([PathGlob(words[1])], nil)
    default: return nil
    }
  }

  func isAbout(_ path: [ArraySlice<UInt8>]) -> Bool {
    guard let last = path.last, folders.contains(where: { $0.takes(path, whole: isWhole) }) else { return false }
    return names.map { $0.contains { $0.matches(last) } } ?? true
  }
}

/// A pattern of pyproject.toml, compiled. One without `/` counts at any depth.
private struct ProjectPattern {
  let text: String
  /// From 1.
  let line: Int
  private let path: PathGlob
  private let name: Glob?

  init(_ text: String, line: Int) {
    self.text = text
    self.line = line
    path = PathGlob(text)
    name = text.contains("/") ? nil : Glob(text.utf8)
  }

  func takes(_ name: Path) -> Bool { path.takes(name) || self.name?.matches(name.lastComponent) ?? false }
}

extension TOMLValue {
  /// The member of that name; nil if this is not a table or has no such member.
  fileprivate subscript(_ key: String) -> TOMLValue? {
    guard case .table(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }
}
