// `hopxguard agent sweep`: keys in what agents and shells have kept already.

import Agents
import Bytes
import Detection
import Findings
import Platform
import Scanning

/// Files in which keys are looked for.
private struct SweepPlace {
  let path: Path
  let isRewritten: Bool
}

func sweep(_ rules: RuleSet, inPlace: Bool) throws(ExitStatus) {
  let places = try sweepPlaces()
  var results = ScanResults()
  let targets = places.compactMap { target(at: $0.path, &results) }
  if targets.isEmpty && results.problems.isEmpty {
    Console.say("hopxguard: no agent has kept anything here\n")
    return
  }
  let jobs = min(availableProcessors, 16)
  for turn in turns(targets) {
    results.merge(
      scanTree(turn.map { .target($0) }, ContentOptions(rules: rules), allFiles: true, jobs: jobs, showsProgress: true))
  }
  results.order()
  if inPlace { Interruption.watch() }
  var isWhole = true
  for (path, findings) in byPath(results.findings) {
    let keys = counted(findings.count, "key")
    let place = places.first { path.isWithin($0.path) }
    var outcome = "\(keys), \(Set(findings.map(\.secret)).sorted().joined(separator: " "))"
    if inPlace {
      do throws(RewriteError) {
        guard place?.isRewritten == true, let kind = TranscriptKind(of: path) else {
          throw RewriteError("is reported and not changed: take the key out by hand")
        }
        let tally =
          kind == .json
          ? try redactTranscript(path, rules)
          : try redactInPlace(path, rules, isPlain: false, progress: ReadingProgress())
        outcome = "\(counted(tally.keys, "key")) redacted"
      } catch {
        outcome += "; \(error.reason)"
        isWhole = false
      }
      if let signal = Interruption.signal { endBySignal(signal) }
    }
    try Console.writeLine("\(AgentFileError.shown(path)): \(outcome)")
  }
  for problem in results.problems { _ = Console.fail("\(AgentFileError.shown(problem.path)): \(problem.message)") }
  try conclude(results, inPlace: inPlace, isWhole: isWhole)
}

private func conclude(_ results: ScanResults, inPlace: Bool, isWhole: Bool) throws(ExitStatus) {
  let count = "\(counted(results.summary.files, "file")), \(byteCount(results.summary.bytes))"
  if results.findings.isEmpty {
    Console.say("hopxguard: no keys in \(count)\n")
  } else {
    var rotated: [String: Finding] = [:]
    for finding in results.findings { rotated[finding.fingerprint] = finding }
    try Console.writeLine("")
    try Console.writeLine("Rotate these: the agent's host and everyone who can read its files may have seen them:")
    for finding in rotated.values.sorted(by: { ($0.title, $0.secret) < ($1.title, $1.secret) }) {
      try Console.writeLine("  \(finding.title)  \(finding.secret)  \(finding.fingerprint)")
    }
    let way = inPlace ? "" : "; hopxguard agent sweep --in-place takes them out"
    Console.say("hopxguard: \(counted(results.findings.count, "key")) in \(count)\(way)\n")
  }
  if !results.problems.isEmpty { throw .failed }
  if !results.findings.isEmpty && !(inPlace && isWhole) { throw .found }
}

// MARK: Places

private func sweepPlaces() throws(ExitStatus) -> [SweepPlace] {
  let home = try AgentFile.homeFolder()
  var places: [SweepPlace] = []
  for agent in AgentContract.all {
    let folder = try AgentFile.homeFolder(of: agent)
    for text in agent.kept {
      let path =
        text.path.hasPrefix("~/") ? home.appending(text.path.utf8.dropFirst(2)) : folder.appending(text.path.utf8)
      places.append(SweepPlace(path: path, isRewritten: text.isRewritten))
    }
  }
  // "Always allow" keeps whole command lines.
  var projects = try [AgentFile.projectFolder()]
  projects += knownProjects(home)
  for project in projects {
    places.append(SweepPlace(path: project.appending(".claude/settings.local.json".utf8), isRewritten: true))
  }
  for history in [".bash_history", ".zsh_history", ".local/share/fish/fish_history"] {
    places.append(SweepPlace(path: home.appending(history.utf8), isRewritten: true))
  }
  if let history = variable("HISTFILE") { places.append(SweepPlace(path: Path(history), isRewritten: true)) }
  return places
}

/// The projects that Claude Code remembers.
private func knownProjects(_ home: Path) -> [Path] {
  guard let text = try? readRegularFile(home.appending(".claude.json".utf8), limit: 64 << 20),
    case .object(let projects)? = JSONValue(parsing: text)?["projects"]
  else { return [] }
  return projects.map { Path($0.name) }.filter { $0.bytes.first == UInt8(ascii: "/") }
}

/// nil when nothing is there.
private func target(at path: Path, _ results: inout ScanResults) -> ScanTarget? {
  do throws(SystemError) { return try locateAsNamed(path) } catch {
    if error.code != SystemError.noSuchFile {
      results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
    }
    return nil
  }
}

/// What a file is by its name.
private enum TranscriptKind {
  /// JSON, or lines of it.
  case json
  case text

  /// nil for what is neither.
  init?(of path: Path) {
    let name = String(decoding: path.lastComponent, as: UTF8.self)
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    switch dot.map({ name[name.index(after: $0)...] }) {
    case "jsonl", "json": self = .json
    case nil, "log", "txt", "md": self = .text
    default: return nil
    }
  }
}

private func byPath(_ findings: [Finding]) -> [(Path, [Finding])] {
  Dictionary(grouping: findings, by: \.path).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
}
