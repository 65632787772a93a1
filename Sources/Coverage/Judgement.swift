// Turns a survey into lapses: names that are not covered, and the responsible line. One lapse for each cause,
// in however many folders it appears.

import GitCommand
import Inputs
package import Platform

extension Survey {
  /// All faults in what git ignores and tracks, in report order, and what could not be checked.
  ///
  /// - Parameter strict: treats recommended entries as required. Ignoring too much stays a warning, because
  ///   it lets nothing in.
  package func lapses(strict: Bool) -> (lapses: [Lapse], problems: [SurveyProblem]) {
    var lapses = uncovered() + trackedFiles() + suggestedFiles() + exposedFiles() + changedIgnoreFiles()
    let builds = builds()
    lapses += builds.lapses
    if strict { lapses = lapses.map { $0.asFinding } }
    return ((lapses + tooBroad()).sorted(by: Lapse.precedes), builds.problems)
  }

  /// Files that git leaves alone, for a look at their mode: only who may read the repository's
  /// folder is kept out by ignoring.
  package var coveredFiles: [Path] {
    existing.compactMap { file in file.rule.map { !$0.isNegated } ?? false ? file.path : nil }
  }

  /// The lapse that a file of this mode is which holds a key; nil when only its owner may read it.
  package static func lapse(forKeyIn path: Path, mode: UInt32, strict: Bool) -> Lapse? {
    guard mode & 0o077 != 0 else { return nil }
    let lapse = Lapse(
      .readable, isWarning: !strict, path: path,
      message: "holds a key and may be opened by other users (mode 0\(String(mode & 0o777, radix: 8)))",
      commands: ["chmod 600 -- \(shellWord(path))"])
    return lapse
  }

  // MARK: Names

  private func uncovered() -> [Lapse] {
    var groups = Groups()
    for (path, index, verdict) in probes {
      switch verdict {
      case .covered: break
      case .missing: groups.add(.init(kind: .missing, entry: index, rule: nil), path)
      case .negated(let rule): groups.add(.init(kind: .negated, entry: index, rule: rule), path)
      case .local(let rule): groups.add(.init(kind: .localOnly, entry: index, rule: rule), path)
      case .caseOnly(let rule):
        groups.add(.init(kind: .localOnly, entry: index, rule: rule, isByCase: true), path)
      case .uncommitted(let rule):
        groups.add(.init(kind: .uncommitted, entry: index, rule: rule), path)
      }
    }
    let pending = groups.all.filter { $0.cause.kind == .uncommitted }
    var lapses: [Lapse] = []
    // Causes named by git, or found in the file if git names none.
    var known: Set<[String]> = []
    for (cause, paths) in groups.all where cause.kind != .uncommitted && entries[cause.entry].grade != .suggested {
      let lapse = lapse(cause, paths)
      if let line = lapse.line,
        !known.insert([lapse.kind.rawValue, shown(lapse.path), "\(line)", lapse.message]).inserted
      {
        continue
      }
      lapses.append(lapse)
    }
    return lapses + uncommitted(pending)
  }

  /// One lapse for each file with lines that are not committed yet.
  private func uncommitted(_ groups: [(cause: Cause, paths: [Path])]) -> [Lapse] {
    let files = Dictionary(grouping: groups) { $0.cause.rule!.source }
    return files.map { source, groups in
      let rules = groups.map { $0.cause.rule! }
      let first = rules.min { $0.line < $1.line }!
      let indexes = Set(groups.map(\.cause.entry)).sorted()
      let names = indexes.map { "'\(entries[$0].pattern.text)'" }.joined(separator: ", ")
      return Lapse(
        .uncommitted, isWarning: indexes.allSatisfy { entries[$0].grade != .required },
        path: source, line: first.line, text: first.pattern,
        message: "\(names): covered, but by lines that are not committed or staged",
        details: ["lines \(Set(rules.map(\.line)).sorted().map(String.init).joined(separator: ", "))"],
        commands: [addCommand(source)])
    }
  }

  private func lapse(_ cause: Cause, _ paths: [Path]) -> Lapse {
    let entry = entries[cause.entry]
    let isWarning = entry.grade != .required
    let name = "'\(entry.pattern.text)' (\(entry.name))"
    let places = "not covered: \(listed(paths))"
    guard let rule = cause.rule else {
      if let (path, miss) = nearMiss(entry, paths) {
        if miss.isNegation {
          let rule = IgnoreRule(source: path, line: miss.line, pattern: miss.text)
          return lapse(Cause(kind: .negated, entry: cause.entry, rule: rule), paths)
        }
        return Lapse(
          .ineffective, isWarning: isWarning, path: path, line: miss.line, text: miss.text,
          message: "\(name) is not covered by the line that is meant to: \(miss.reason)",
          details: [places], commands: [fixCommand])
      }
      let isAtTop = paths.contains { entry.tries.contains($0) }
      return Lapse(
        .missing, isWarning: isWarning, path: Path(ignoreFileName),
        message: isAtTop ? "\(name) is not ignored" : "\(name) is not ignored everywhere",
        details: [places, entry.why], commands: [fixCommand])
    }
    let line = "line \(rule.line) of \(shown(rule.source))"
    switch cause.kind {
    case .negated:
      let isTop = rule.source.bytes.elementsEqual(ignoreFileName)
      let isDeleted = ignoreFiles.contains { $0.path == rule.source && $0.change == .deleted }
      return Lapse(
        .negated, isWarning: isWarning, path: rule.source, line: rule.line, text: rule.pattern,
        message: "\(name) is re-included by this line",
        details: [
          places,
          "Meant to be committed? Then name it in 'except' of [[gitignore]] in .hopxguard.toml, with the reason.",
        ],
        commands: isTop
          ? [fixCommand]
          : (isDeleted ? [] : ["remove \(line)"]) + [addCommand(rule.source)])
    default:
      let isKnown = rule != .unknown
      return Lapse(
        .localOnly, isWarning: isWarning, path: isKnown ? rule.source : Path(ignoreFileName),
        line: isKnown ? rule.line : nil, text: rule.pattern,
        message: cause.isByCase
          ? "\(name) is covered only where git ignores case (core.ignoreCase), as here: other clones may not"
          : "\(name) is covered on this machine only: nobody else has this rule",
        details: [places], commands: [fixCommand])
    }
  }

  /// Stages a `.gitignore`, also one that git ignores.
  func addCommand(_ path: Path) -> String {
    "git add \(ignoredIgnoreFiles.contains(path) ? "-f " : "")-- \(pathspec(path))"
  }

  var fixCommand: String { "hopxguard gitignore --fix" }

  /// A line at or above one of the places that seems to cover it.
  private func nearMiss(_ entry: CoverageEntry, _ paths: [Path]) -> (Path, NearMiss)? {
    guard let root = try? Folder(.openFolder(top)) else { return nil }
    var chain = FolderChain(root: root)
    for path in paths.prefix(3) {
      var folder = path.parent
      while true {
        let file = (folder ?? Path("")).appending(ignoreFileName)
        if let content = (try? readRegular(file, &chain)) ?? nil,
          let miss = Coverage.nearMiss(content, pattern: entry.pattern)
        {
          return (file, miss)
        }
        guard let here = folder else { break }
        folder = here.parent
      }
    }
    return nil
  }

  private func listed(_ paths: [Path]) -> String {
    let first = paths.prefix(3).map { shown(Unguessable.hidden(in: $0)) }.joined(separator: ", ")
    return paths.count > 3 ? "\(first) and \(paths.count - 3) more" : first
  }
}

extension Lapse {
  fileprivate var asFinding: Lapse {
    Lapse(
      kind, isWarning: false, path: path, line: line, text: text, message: message,
      details: details, commands: commands)
  }
}

/// What makes names uncovered.
private struct Cause: Hashable {
  let kind: Lapse.Kind
  let entry: Int
  let rule: IgnoreRule?
  /// The rule counts only where git takes upper for lower case.
  var isByCase = false
}

/// Names grouped by the cause that leaves them uncovered, in order of appearance.
private struct Groups {
  private(set) var all: [(cause: Cause, paths: [Path])] = []
  private var indexes: [Cause: Int] = [:]

  mutating func add(_ cause: Cause, _ path: Path) {
    if let index = indexes[cause] {
      all[index].paths.append(path)
    } else {
      indexes[cause] = all.count
      all.append((cause, [path]))
    }
  }
}
