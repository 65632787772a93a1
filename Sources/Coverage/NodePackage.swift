// What an npm package contains. Source: docs.npmjs.com, "package.json" (files, private) and
// "npm publish"; .npmignore is written as .gitignore is, so git is asked about it.

import Bytes
import GitCommand
import Inputs
import Platform

/// What decides about the files of a package.
enum PackageFiles {
  /// `files` of package.json, each with its line.
  case list([(text: String, line: Int)])
  /// `.npmignore`, or `.gitignore` if that does not exist.
  case ignoreFile
}

extension Survey {
  /// nil for a package that is private, or no package.
  func packageFiles(_ path: Path, _ files: inout BuildFiles) -> PackageFiles? {
    guard let content = files.read(path), let package = JSONValue(parsing: content),
      case .object = package, package["private"]?.boolean != true
    else { return nil }
    guard case .array(let items)? = package["files"] else { return .ignoreFile }
    return .list(
      items.compactMap { item in
        guard case .string(let text, let line) = item else { return nil }
        return (text, line)
      })
  }

  func packageLapse(_ path: Path, _ list: [(text: String, line: Int)], _ names: [Path]) -> Lapse? {
    let globs = list.map { PathGlob($0.text.hasPrefix("!") ? $0.text.dropFirst() : $0.text[...]) }
    var blame: (text: String, line: Int)?
    let taken = names.filter { name in
      let parts = name.bytes.split(separator: UInt8(ascii: "/"))
      guard let last = globs.lastIndex(where: { $0.takes(parts) }).map({ list[$0] }), !last.text.hasPrefix("!") else {
        return false
      }
      blame = blame ?? last
      return true
    }
    guard let blame else { return nil }
    return Lapse(
      .inPackage, isWarning: true, path: path, line: blame.line, text: Array(blame.text.utf8),
      message: "the npm package would contain \(self.list(taken)): 'files' includes it",
      commands: ["name in 'files' what belongs in the package, or add '!**/.env' and the like to it"])
  }

  /// The packages in `folders` that a `.npmignore` decides about, asked of git at once.
  func ignoreFileLapses(_ folders: [Path], _ present: [Path], _ files: inout BuildFiles) -> [Lapse] {
    var found: [(folder: Path, content: [UInt8])] = []
    for folder in folders {
      if let content = files.read(folder.appending(".npmignore".utf8)) { found.append((folder, content)) }
    }
    if found.isEmpty { return [] }
    var questions: [(package: Int, name: Path)] = []
    do {
      let scratch = try ScratchRepository()
      for (index, package) in found.enumerated() {
        try scratch.addFile(Path("\(index)/.gitignore"), package.content)
        questions += names(in: package.folder, present).map { (index, $0) }
      }
      var check = try IgnoreCheck(top: top, scope: .shared(scratch, ignoreCase: true, inScratch: true))
      let rules = try check.rules(for: questions.map { Path("\($0.package)").appending($0.name.bytes) })
      try check.finish()
      return found.enumerated().compactMap { index, package in
        lapse(package.folder, zip(questions, rules).filter { $0.0.package == index }.map { ($0.0.name, $0.1) })
      }
    } catch {
      return [
        Lapse(
          .inPackage, isWarning: true, path: found[0].folder.appending(".npmignore".utf8),
          message: "could not be tested")
      ]
    }
  }

  private func lapse(_ folder: Path, _ answers: [(name: Path, rule: IgnoreRule?)]) -> Lapse? {
    let taken = answers.filter { $0.rule?.isNegated ?? true }
    if taken.isEmpty { return nil }
    let blame = taken.lazy.compactMap(\.rule).first
    let file = folder.appending(".npmignore".utf8)
    let lines = entries.filter { $0.grade == .required }.map(\.pattern.text)
    return Lapse(
      .inPackage, isWarning: true, path: file, line: blame?.line, text: blame?.pattern ?? [],
      message:
        "the npm package would contain \(list(taken.map(\.name))): with a .npmignore, npm does not read .gitignore",
      commands: ["add to \(shown(file)): \(lines.joined(separator: "  "))"])
  }
}
