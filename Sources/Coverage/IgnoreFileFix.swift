// Fixes a `.gitignore` by appending the missing lines. No other line changes, and a second run has nothing
// to add.

import GitCommand
import Platform

extension Survey {
  /// What the top `.gitignore` lacks, each line tried out: only what makes a difference is added, and a
  /// `!` in a nested file is not fought.
  ///
  /// - Returns: nil when there is nothing to add.
  /// - Throws: `SurveyProblem` when the `.gitignore` is not one to add lines to, or git fails.
  package func fix(redact: ([UInt8]) -> [UInt8]) throws(SurveyProblem) -> IgnoreFileFix? {
    var wanted: [(path: Path, entry: Int)] = []
    for (path, index, verdict) in probes {
      switch verdict {
      case .missing, .local, .caseOnly: wanted.append((path, index))
      // What a project takes back in on purpose is not suggested to it.
      case .negated: if entries[index].grade != .suggested { wanted.append((path, index)) }
      case .uncommitted, .covered: break
      }
    }
    for (path, index, rule) in existing where rule?.isNegated ?? true {
      if rule == nil || entries[index].grade != .suggested { wanted.append((path, index)) }
    }
    let kept = ignoredKeeps.map { (path: CoverageEntry.example(of: $0.path), name: $0.path) }
    if wanted.isEmpty && kept.isEmpty { return nil }
    // What has to be covered is tried first: a folder that is only suggested would hide a path in it from the trial.
    let required = wanted.filter { entries[$0.entry].grade != .suggested }
    var helped = try helpful(required, beside: [], kept, redact)
    let suggested = wanted.filter { entries[$0.entry].grade == .suggested }
    if !suggested.isEmpty {
      helped.entries.formUnion(try helpful(suggested, beside: helped.entries, [], redact).entries)
    }
    let lines = lines(helped.entries, helped.freed)
    return lines.isEmpty ? nil : try IgnoreFileFix(adding: lines, top: top)
  }

  /// The entries whose lines cover a path that was not covered, and the names that lines take back in.
  ///
  /// - Parameter others: entries whose lines are added as well.
  private func helpful(
    _ wanted: [(path: Path, entry: Int)], beside others: Set<Int>, _ kept: [(path: Path, name: Path)],
    _ redact: ([UInt8]) -> [UInt8]
  ) throws(SurveyProblem) -> (entries: Set<Int>, freed: [Path]) {
    if wanted.isEmpty && kept.isEmpty { return ([], []) }
    let candidates = lines(others.union(wanted.map(\.entry)), kept.map(\.name))
    let whole = try IgnoreFileFix(adding: candidates, top: top)
    let trials: [(before: Bool, after: Bool)]
    do throws(GitError) {
      trials = try trial(wanted.map(\.path) + kept.map(\.path), top: whole.result, redact)
    } catch {
      throw SurveyProblem(path: Path(""), reason: error.reason)
    }
    let helped = zip(wanted, trials).filter { !$0.1.before && $0.1.after }.map(\.0.entry)
    let freed = zip(kept, trials.dropFirst(wanted.count)).filter { $0.1.before && !$0.1.after }.map(\.0.name)
    return (Set(helped), freed)
  }

  /// The suggested patterns that nothing covers: `fix` adds them, and no check asks for them.
  package var suggested: [String] {
    let missing = Set(
      probes.filter { probe in
        if case .missing = probe.verdict { entries[probe.entry].grade == .suggested } else { false }
      }.map(\.entry))
    return missing.sorted().map { entries[$0].pattern.text }
  }

  private func lines(_ wanted: Set<Int>, _ kept: [Path]) -> [String] {
    var lines = wanted.sorted().flatMap { index in
      [entries[index].pattern.text] + entries[index].keep.map { "!\(shown($0))" }
    }
    for line in kept.map({ "!\(shown($0))" }) where !lines.contains(line) { lines.append(line) }
    return lines
  }
}

/// A `.gitignore` as it is, and as it has to be.
package struct IgnoreFileFix: Sendable {
  /// The current content; nil if the file does not exist.
  package let original: [UInt8]?
  package let result: [UInt8]
  /// The original's permissions.
  package let mode: UInt32?
  /// The lines of patterns that are added.
  package let lines: [String]
  private let added: [String]

  /// The comment above the added lines.
  static let heading = "# secret files that never belong in git (hopxguard)"

  /// - Parameter top: of the working tree.
  /// - Throws: `SurveyProblem` when the `.gitignore` there is not one to add lines to.
  init(adding lines: [String], top: Path) throws(SurveyProblem) {
    self.lines = lines
    let (original, mode) = try Self.read(top)
    self.original = original
    self.mode = mode
    let text = original ?? []
    let end = Self.lineEnd(of: text)
    var added = lines
    let heading = Array(Self.heading.utf8)
    let has = text.split(separator: 0x0A).contains { line in
      line.elementsEqual(heading) || line.elementsEqual(heading + [0x0D])
    }
    if !has { added.insert(Self.heading, at: 0) }
    if !has && !text.isEmpty { added.insert("", at: 0) }
    var result = text
    if let last = text.last, last != 0x0A { result += Array(end.utf8) }
    for line in added { result += Array((line + end).utf8) }
    self.added = added.map { $0 + (end == "\r\n" ? "\r" : "") }
    self.result = result
  }

  private static func read(_ top: Path) throws(SurveyProblem) -> ([UInt8]?, UInt32?) {
    let name = Path(ignoreFileName)
    do throws(SystemError) {
      let file = try Descriptor.openFile(top.appending(name.bytes))
      let status = try file.status()
      guard status.kind == .file else {
        throw SystemError("open", status.kind == .folder ? SystemError.isFolder : SystemError.invalid)
      }
      let text = try readAll(file, limit: 1 << 20)
      if text.contains(0) {
        throw SystemError("read", SystemError.notText)
      }
      return (text, UInt32(status.mode))
    } catch {
      switch error.code {
      case SystemError.noSuchFile: return (nil, nil)
      case SystemError.isLink:
        throw SurveyProblem(
          path: name, reason: "it is a symbolic link, which git does not follow; replace it with a file")
      case SystemError.notText:
        throw SurveyProblem(
          path: name, reason: "it is UTF-16 or binary, but git reads it as bytes; save it as UTF-8")
      default: throw SurveyProblem(path: name, reason: "it cannot be fixed: \(error)")
      }
    }
  }

  /// The line end that most lines have.
  private static func lineEnd(of text: [UInt8]) -> String {
    let ends = text.indices.filter { text[$0] == 0x0A }
    let carriages = ends.count { $0 > 0 && text[$0 - 1] == 0x0D }
    return carriages * 2 > ends.count ? "\r\n" : "\n"
  }

  /// The change as a unified diff.
  package var diff: [UInt8] {
    let text = original ?? []
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    let isWhole = lines.last?.isEmpty ?? true
    if isWhole { lines.removeLast(min(1, lines.count)) }
    let context = lines.suffix(3)
    let first = lines.count - context.count + (context.isEmpty ? 0 : 1)
    var diff = Array("--- \(original == nil ? "/dev/null" : "a/.gitignore")\n+++ b/.gitignore\n".utf8)
    let from = "-\(first),\(context.count)"
    diff += Array("@@ \(from) +\(context.isEmpty ? 1 : first),\(context.count + added.count) @@\n".utf8)
    for (index, line) in context.enumerated() {
      if !isWhole && index == context.count - 1 {
        let end = added[0].hasSuffix("\r") ? [UInt8(0x0D)] : []
        diff += Array("-".utf8) + line + Array("\n\\ No newline at end of file\n+".utf8) + line + end + [0x0A]
      } else {
        diff += Array(" ".utf8) + line + [0x0A]
      }
    }
    for line in added { diff += Array("+\(line)\n".utf8) }
    return diff
  }
}
