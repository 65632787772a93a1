// Turns a survey into lapses about files: tracked ones, ones that git would add, and `.gitignore` files
// whose current content is not committed.

import Bytes
import GitCommand
import Platform

extension Survey {
  func trackedFiles() -> [Lapse] {
    let tracked = tracked.filter { entries[$0.entry].grade != .suggested }
    return tracked.enumerated().map { number, found in
      let (file, index) = found
      let entry = entries[index]
      // The paths of `update-index` are relative to the current folder.
      let update = "git -C \"$(git rev-parse --show-toplevel)\" update-index"
      let word = shellWord(file.path)
      var flags: [String] = []
      var commands: [String] = []
      if file.isAssumedUnchanged {
        flags.append("assume-unchanged")
        commands.append("\(update) --no-assume-unchanged -- \(word)")
      }
      if file.isSkipped {
        flags.append("skip-worktree")
        commands.append("\(update) --no-skip-worktree -- \(word)")
      }
      // `-f`, because what is staged may be neither in the last commit nor on disk; the file stays.
      let isInConflict = conflicts.contains(file.path)
      let isDropped = file.isDropped && !isInConflict
      if !isDropped {
        commands.append("git rm --cached -f\(file.isSkipped ? " --sparse" : "") -- \(pathspec(file.path))")
      }
      // One commit, after the last file: an earlier one would include what is staged of the others.
      if number == tracked.count - 1 { commands.append("git commit -m 'Stop tracking secret files'") }
      let marked = flags.isEmpty ? "" : ", marked \(flags.joined(separator: " and "))"
      let what =
        isDropped
        ? "is in the last commit still, though no longer in the index"
        : isInConflict
          ? "is tracked and in conflict: ignoring it does nothing"
          : "is tracked\(marked): ignoring it does nothing"
      return Lapse(
        .tracked, isWarning: false, path: file.path,
        message: "\(what) ('\(entry.pattern.text)', \(entry.name))",
        details: ["A key that was ever committed is leaked: rotate it, then fix this."]
          + (isDropped ? ["The next commit leaves it out."] : []),
        commands: commands)
    }
  }

  /// Tracked files that a suggested entry is about, a warning for each entry: some are committed on purpose.
  func suggestedFiles() -> [Lapse] {
    let groups = Dictionary(grouping: tracked.filter { entries[$0.entry].grade == .suggested }, by: \.entry)
    return groups.map { index, files in
      let entry = entries[index]
      let names = files.map(\.file.path)
      let more = names.count > 1 ? ", as are \(counted(names.count - 1, "more file")) of such names" : ""
      return Lapse(
        .tracked, isWarning: true, path: names[0],
        message: "is tracked\(more) ('\(entry.pattern.text)', \(entry.name))",
        details: [
          "Such files often hold keys: \(entry.why).",
          "Meant to be committed? Then name it in 'except' of [[gitignore]] in .hopxguard.toml, with the reason.",
        ],
        commands: names.count == 1 ? ["git rm --cached -- \(pathspec(names[0]))"] : [])
    }
  }

  func exposedFiles() -> [Lapse] {
    existing.compactMap { path, index, rule in
      if let rule, !rule.isNegated { return nil }
      let entry = entries[index]
      let isSuggested = entry.grade == .suggested
      // Taken back in on purpose.
      if isSuggested && rule != nil { return nil }
      let blame = rule.map { "; line \($0.line) of \(shown($0.source)) re-includes it" } ?? ""
      var commands = [fixCommand]
      if let rule, !rule.source.bytes.elementsEqual(ignoreFileName) {
        commands = ["remove line \(rule.line) of \(shown(rule.source))"]
      }
      return Lapse(
        .exposed, isWarning: isSuggested, path: path,
        message:
          "exists and 'git add' would add it ('\(entry.pattern.text)', \(entry.name))\(blame)",
        commands: commands)
    }
  }

  /// The changed `.gitignore` files on which nothing that was tried depends.
  func changedIgnoreFiles() -> [Lapse] {
    var blamed: Set<Path> = []
    for probe in probes {
      if case .uncommitted(let rule) = probe.verdict { blamed.insert(rule.source) }
    }
    return ignoreFiles.filter { !blamed.contains($0.path) }.compactMap { file in
      switch file.change {
      case nil, .absent: return nil
      case .link:
        return Lapse(
          .ineffective, isWarning: true, path: file.path,
          message: "is a symbolic link, which git does not follow: no line of it counts",
          commands: ["put a file in its place", addCommand(file.path)])
      case let change?:
        return Lapse(
          .uncommitted, isWarning: true, path: file.path,
          message: "is \(change.rawValue): it is not committed as it stands",
          commands: [addCommand(file.path)])
      }
    }
  }

  func tooBroad() -> [Lapse] {
    var rules: [(rule: IgnoreRule, names: [Path])] = []
    for (path, _, rule) in ignoredKeeps {
      if let index = rules.firstIndex(where: { $0.rule == rule }) {
        rules[index].names.append(path)
      } else {
        rules.append((rule, [path]))
      }
    }
    return rules.map { rule, names in
      Lapse(
        .tooBroad, isWarning: true, path: rule.source, line: rule.line, text: rule.pattern,
        message: "also ignores files that are meant to be committed: \(names.map(shown).joined(separator: ", "))",
        commands: [fixCommand])
    }
  }
}
