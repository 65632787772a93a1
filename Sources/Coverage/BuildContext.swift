// Beyond git: packages and images that are built from a folder and would include its secret files. Files are
// read and nothing is run, because a package manager runs the repository's own scripts.

import GitCommand
import Inputs
import Platform

/// A reader of the files that say what a build takes, and what has been made of them.
struct BuildFiles: ~Copyable {
  private var chain: FolderChain
  private(set) var problems: [SurveyProblem] = []
  /// What a `.dockerignore` leaves in, so that one that many builds go by is worked through once.
  var contexts: [Path: BuildContext] = [:]

  /// Patterns of a file; more are made to keep us busy.
  static let mostPatterns = 20_000

  init(root: Folder) { chain = FolderChain(root: root) }

  /// The bytes of a file; nil if it does not exist, or cannot be read, which is reported as a problem.
  mutating func read(_ path: Path) -> [UInt8]? {
    do throws(SystemError) {
      guard let content = try readRegular(path, &chain) else { return nil }
      if content.count(where: { $0 == 0x0A }) <= Self.mostPatterns { return content }
      problems.append(SurveyProblem(path: path, reason: "it has more than \(grouped(Self.mostPatterns)) lines"))
    } catch {
      problems.append(
        SurveyProblem(
          path: path,
          reason: error.code == SystemError.tooLarge ? "it is larger than 1 MiB" : "it cannot be read: \(error)"))
    }
    return nil
  }
}

private func grouped(_ number: Int) -> String { "\(number / 1000),\(String(number % 1000 + 1000).dropFirst())" }

/// The names of a build context that its ignore file leaves in, each with the line that takes it back in.
struct BuildContext {
  /// The ignore file, if any.
  let rules: Path?
  let left: [(name: Path, parts: [ArraySlice<UInt8>], line: Int?)]
}

extension Survey {
  /// Warnings about builds that include secret files, and files that could not be read.
  func builds() -> (lapses: [Lapse], problems: [SurveyProblem]) {
    guard !buildFiles.isEmpty else { return ([], []) }
    let root: Folder
    do throws(SystemError) { root = Folder(try .openFolder(top)) } catch {
      return ([], [SurveyProblem(path: Path(""), reason: "the top folder cannot be opened: \(error)")])
    }
    var files = BuildFiles(root: root)
    var lapses: [Lapse] = []
    var packages: [Path] = []
    let present = (existing.map(\.path) + tracked.map(\.file.path)).sorted()
    for path in buildFiles {
      let folder = path.parent ?? Path("")
      let names = names(in: folder, present)
      let name = path.lastComponent
      if BuildFile.isContainerFile(name) {
        lapses += containerLapse(path, present, &files).map { [$0] } ?? []
      } else if name.elementsEqual("package.json".utf8) {
        switch packageFiles(path, &files) {
        case .some(.list(let list)):
          lapses += packageLapse(path, list, names).map { [$0] } ?? []
        case .some(.ignoreFile): packages.append(folder)
        case nil: break
        }
      } else if name.elementsEqual("MANIFEST.in".utf8) {
        lapses += manifestLapse(path, names, &files).map { [$0] } ?? []
      } else {
        lapses += projectLapses(path, names, &files)
      }
    }
    lapses += ignoreFileLapses(packages, present, &files)
    return (lapses, files.problems)
  }

  /// Names to try in a folder, relative to it: those that are required, and files that are there.
  ///
  /// - Parameter present: in order.
  func names(in folder: Path, _ present: [Path]) -> [Path] {
    var names = entries.filter { $0.grade == .required && !$0.pattern.isRooted }.flatMap(\.probes)
    let start = folder.bytes.isEmpty ? folder : Path(folder.bytes + [UInt8(ascii: "/")])
    var (low, high) = (0, present.count)
    while low < high {
      let middle = (low + high) / 2
      if present[middle] < start { low = middle + 1 } else { high = middle }
    }
    for file in present[low...] {
      guard file.bytes.starts(with: start.bytes), names.count <= 100 else { break }
      let name = Path(file.bytes.dropFirst(start.bytes.count))
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  func list(_ names: [Path]) -> String {
    names.prefix(4).map(shown).joined(separator: ", ") + (names.count > 4 ? ", ..." : "")
  }

  // MARK: Container images

  /// What `COPY` and `ADD` take that `.dockerignore` leaves in. Source: docs.docker.com, "Build context:
  /// .dockerignore files".
  private func containerLapse(_ path: Path, _ present: [Path], _ files: inout BuildFiles) -> Lapse? {
    guard let content = files.read(path) else { return nil }
    let context = context(of: path, present, &files)
    if context.left.isEmpty { return nil }
    for copy in ContainerFile(content).copies {
      let taken = context.left.filter { name in copy.sources.contains { $0.takes(name.parts) } }
      if taken.isEmpty { continue }
      let file = context.rules ?? (path.parent ?? Path("")).appending(".dockerignore".utf8)
      let why =
        context.rules == nil
        ? "there is no .dockerignore"
        : taken.compactMap(\.line).last.map { "line \($0) of \(shown(file)) re-includes some" }
          ?? "\(shown(file)) leaves them in"
      let lines = entries.filter { $0.grade == .required }.map { "**/\($0.pattern.text)" }
      return Lapse(
        .inImage, isWarning: true, path: path, line: copy.line, text: copy.text,
        message: "an image built here would contain \(list(taken.map(\.name))): \(why)",
        commands: ["add to \(shown(file)): \(lines.joined(separator: "  "))"])
    }
    return nil
  }

  /// The ignore file of its own beats that of the folder, and that the top's.
  private func context(of path: Path, _ present: [Path], _ files: inout BuildFiles) -> BuildContext {
    let own = path.parent ?? Path("")
    let candidates =
      [(own, Path(path.bytes + Array(".dockerignore".utf8)))]
      + [own, Path("")].flatMap { folder in
        [".containerignore", ".dockerignore"].map { (folder, folder.appending($0.utf8)) }
      }
    for (folder, candidate) in candidates {
      if let known = files.contexts[candidate] { return known }
      guard let content = files.read(candidate) else { continue }
      let rules = numberedLines(content).filter { !$0.text.isEmpty && !$0.text.hasPrefix("#") }.map { line in
        let isException = line.text.hasPrefix("!")
        return (
          line: line.number, isException: isException,
          glob: PathGlob(isException ? line.text.dropFirst() : line.text[...])
        )
      }
      let context = BuildContext(
        rules: candidate,
        left: names(in: folder, present).compactMap { name in
          let parts = name.bytes.split(separator: UInt8(ascii: "/"))
          guard let last = rules.last(where: { $0.glob.takes(parts) }) else { return (name, parts, nil) }
          return last.isException ? (name, parts, last.line) : nil
        })
      files.contexts[candidate] = context
      return context
    }
    return BuildContext(
      rules: nil,
      left: names(in: own, present).map { ($0, $0.bytes.split(separator: UInt8(ascii: "/")), nil) })
  }
}
