// Beyond git: what is built from a folder and takes the secret files along. Files are read, nothing
// is run, because a package manager runs the repository's own scripts.

import Git
import Inputs
import POSIX

/// A reader of the files that say what a build takes.
struct BuildFiles: ~Copyable {
  private var chain: FolderChain

  init(root: Folder) { chain = FolderChain(root: root) }

  mutating func read(_ path: Path) -> [UInt8]? { readRegular(path, &chain) }
}

extension Survey {
  /// Warnings about builds that take secret files along.
  func builds() -> [Lapse] {
    guard !buildFiles.isEmpty, let root = try? Folder(.openFolder(top)) else { return [] }
    var files = BuildFiles(root: root)
    var lapses: [Lapse] = []
    var packages: [Path] = []
    for path in buildFiles {
      let folder = path.parent ?? Path("")
      let name = path.lastComponent
      if BuildFile.isContainerFile(name) {
        lapses += containerLapse(path, &files).map { [$0] } ?? []
      } else if name.elementsEqual("package.json".utf8) {
        switch packageFiles(path, &files) {
        case .some(.list(let list)):
          lapses += packageLapse(path, list).map { [$0] } ?? []
        case .some(.ignoreFile): packages.append(folder)
        case nil: break
        }
      } else if name.elementsEqual("MANIFEST.in".utf8) {
        lapses += manifestLapse(path, &files).map { [$0] } ?? []
      } else {
        lapses += projectLapses(path, &files)
      }
    }
    return lapses + ignoreFileLapses(packages, &files)
  }

  /// Names to try in a folder, relative to it: those that are required, and files that are there.
  func names(in folder: Path) -> [Path] {
    var names = entries.filter { $0.grade == .required && !$0.pattern.isRooted }.flatMap(\.probes)
    for file in existing.map(\.path) + tracked.map(\.file.path)
    where folder.bytes.isEmpty || (file.isWithin(folder) && file != folder) {
      let name = folder.bytes.isEmpty ? file : file.relative(to: folder)
      if !names.contains(name) { names.append(name) }
      if names.count > 100 { break }
    }
    return names
  }

  func list(_ names: [Path]) -> String {
    names.prefix(4).map(shown).joined(separator: ", ") + (names.count > 4 ? ", ..." : "")
  }

  // MARK: Container images

  /// What `COPY` and `ADD` take that `.dockerignore` leaves in. Source: docs.docker.com, "Dockerfile
  /// reference" and "Build context: .dockerignore files".
  private func containerLapse(_ path: Path, _ files: inout BuildFiles) -> Lapse? {
    guard let content = files.read(path) else { return nil }
    let own = path.parent ?? Path("")
    var context = own
    var rules: (path: Path, content: [UInt8])?
    let candidates =
      [(own, Path(path.bytes + Array(".dockerignore".utf8)))]
      + [own, Path("")].flatMap { folder in
        [".containerignore", ".dockerignore"].map { (folder, folder.appending($0.utf8)) }
      }
    for (folder, candidate) in candidates where rules == nil {
      if let content = files.read(candidate) {
        rules = (candidate, content)
        context = folder
      }
    }
    let ignored = (rules.map { numberedLines($0.content) } ?? []).filter { !$0.text.isEmpty && !$0.text.hasPrefix("#") }
    for (number, line) in numberedLines(content) {
      let sources = copySources(line)
      if sources.isEmpty { continue }
      var blame: Int?
      let taken = names(in: context).filter { name in
        guard sources.contains(where: { $0.takes(name) }) else { return false }
        let last = ignored.last { rule in
          PathGlob(rule.text.hasPrefix("!") ? rule.text.dropFirst() : rule.text[...]).takes(name)
        }
        if let last, last.text.hasPrefix("!") { blame = last.number }
        return last?.text.hasPrefix("!") ?? true
      }
      if taken.isEmpty { continue }
      let file = rules?.path ?? own.appending(".dockerignore".utf8)
      let why =
        rules == nil
        ? "there is no .dockerignore"
        : blame.map { "line \($0) of \(shown(file)) takes some back in" } ?? "\(shown(file)) leaves them in"
      let lines = entries.filter { $0.grade == .required }.map { "**/\($0.pattern.text)" }
      return Lapse(
        .inImage, isWarning: true, path: path, line: number, text: Array(line.utf8),
        message: "an image built here takes \(list(taken)) along: \(why)",
        commands: ["add to \(shown(file)): \(lines.joined(separator: "  "))"])
    }
    return nil
  }

  /// What a `COPY` or `ADD` line takes from the build context.
  private func copySources(_ line: String) -> [PathGlob] {
    var words = line.split(whereSeparator: \.isWhitespace)
    if words.first?.uppercased() == "ONBUILD" { words.removeFirst() }
    guard let instruction = words.first?.uppercased(), ["COPY", "ADD"].contains(instruction) else { return [] }
    words.removeFirst()
    while let word = words.first, word.hasPrefix("--") {
      if word.hasPrefix("--from=") { return [] }
      words.removeFirst()
    }
    if words.first?.hasPrefix("<<") ?? true { return [] }
    let texts = words.map { word in word.filter { !"[]\",".contains($0) } }
    return texts.dropLast().filter { !$0.contains("://") }.map { PathGlob($0) }
  }
}
