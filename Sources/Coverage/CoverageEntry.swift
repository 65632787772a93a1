// The names that have to be covered: the built-in entries of rules/gitignore.toml, with the changes of the
// project's own configuration.

import Bytes
import CEmbedded
package import Platform
package import TOML

/// A kind of file that must not get into git.
package struct CoverageEntry: Sendable {
  package enum Grade: String, Sendable {
    /// Not covered is a finding.
    case required
    /// Not covered is a warning.
    case recommended
    /// A warning where such a file exists and is not ignored; `--fix` adds it.
    case suggested
    /// Not checked, at the project's request.
    case off
  }

  /// What a person calls it.
  package let name: String
  package let pattern: NamePattern
  package let grade: Grade
  package let why: String
  /// Paths relative to a folder, or to the top when the pattern is rooted.
  package let probes: [Path]
  /// Names that must stay committable, with `*` if need be.
  package let keep: [Path]
  /// Names that may be committed or ignored, with wildcards if need be.
  let except: [String]
  /// Those of them that the project named.
  package let ownExcept: [String]
  private let spared: [Glob]
  /// Where it says so: a file, and a line from 1.
  package let source: String
  package let line: Int
  /// Why the project changed it.
  package let reason: String?
  /// The paths that git is asked about: first one that represents all names the pattern matches, then the
  /// probes.
  let tries: [Path]

  fileprivate init(
    name: String, pattern: NamePattern, grade: Grade, why: String, probes: [Path], keep: [Path],
    except: [String], ownExcept: [String], source: String, line: Int, reason: String?
  ) {
    self.name = name
    self.pattern = pattern
    self.grade = grade
    self.why = why
    self.probes = probes
    self.keep = keep
    self.except = except
    self.ownExcept = ownExcept
    self.source = source
    self.line = line
    self.reason = reason
    spared = keep.map { Glob($0.bytes) } + except.map { Glob($0.utf8) }
    tries = [Self.unguessable(pattern)].compactMap { $0 }.filter { !probes.contains($0) } + probes
  }

  /// A path that the pattern means by a wildcard or by the folder.
  private static func unguessable(_ pattern: NamePattern) -> Path? {
    if pattern.components.allSatisfy({ $0.literal != nil }) && !pattern.isForFolders { return nil }
    var path = Path("")
    for glob in pattern.components {
      guard let name = glob.common(.all, filler: Unguessable.name) else { return nil }
      path = path.appending(name)
    }
    return pattern.isForFolders ? path.appending(Unguessable.name) : path
  }

  /// Whether the entry is about the file at `path`.
  func covers(_ path: Path, foldingCase: Bool = false) -> Bool {
    !spares(path.lastComponent) && pattern.covers(path, foldingCase: foldingCase)
  }

  /// Whether a name is one that the pattern means by accident.
  func spares(_ name: ArraySlice<UInt8>) -> Bool {
    spared.contains { $0.matches(name) }
  }

  /// A name of the kind that is kept.
  static func example(of keep: Path) -> Path {
    Path(keep.bytes.flatMap { $0 == UInt8(ascii: "*") ? Array("hopx".utf8) : [$0] })
  }
}

/// The entries of a run, in order.
package struct CoverageEntries: Sendable {
  package private(set) var entries: [CoverageEntry]

  /// Entries that are checked.
  var active: [CoverageEntry] { entries.filter { $0.grade != .off } }

  /// Entries that the project dropped or regraded, or added.
  package var changed: [CoverageEntry] { entries.filter { $0.reason != nil } }

  package static func builtIn() -> CoverageEntries {
    let file = embedded_gitignore()
    let text = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
    do throws(TOMLError) {
      var table = try TOMLTable(TOMLValue(parsing: text), name: "rules/gitignore.toml")
      let list = table.value("gitignore")
      try table.finish()
      var entries: [CoverageEntry] = []
      for value in try tables(list) { entries.append(try parse(value, source: "built-in", over: nil)) }
      return CoverageEntries(entries: entries)
    } catch {
      fatalError("rules/gitignore.toml:\(error.line): \(error.reason)")
    }
  }

  /// These entries as the `[[gitignore]]` tables of a project's configuration change them. A table
  /// with the pattern of an entry changes that entry; any other adds one. Each states its `reason`.
  ///
  /// - Parameter source: name of the configuration in errors and reports.
  package func changed(by value: TOMLValue?, source: String) throws(TOMLError) -> CoverageEntries {
    var result = self
    for value in try tables(value) {
      let index = try entries.firstIndex(ofPattern: value)
      let entry = try parse(value, source: source, over: index.map { entries[$0] })
      if let other = result.entries.first(where: { $0.pattern.text == entry.pattern.text && $0.reason != nil }) {
        throw TOMLError(
          line: entry.line, reason: "pattern '\(entry.pattern.text)'appears twice: see line \(other.line)")
      }
      if let index { result.entries[index] = entry } else { result.entries.append(entry) }
    }
    return result
  }
}

extension [CoverageEntry] {
  fileprivate func firstIndex(ofPattern value: TOMLValue) throws(TOMLError) -> Int? {
    var table = try TOMLTable(value, name: "gitignore")
    let pattern = try table.string("pattern")
    return firstIndex { $0.pattern.text == pattern }
  }
}

private func tables(_ value: TOMLValue?) throws(TOMLError) -> [TOMLValue] {
  guard let value else { return [] }
  guard case .array(let tables) = value.content else {
    throw TOMLError(line: value.line, reason: "write [[gitignore]], with two brackets")
  }
  return tables
}

/// - Parameter base: the entry that the table changes, in a project's configuration.
private func parse(
  _ value: TOMLValue, source: String, over base: CoverageEntry?
) throws(TOMLError) -> CoverageEntry {
  let isBuiltIn = source == "built-in"
  var table = try TOMLTable(value, name: "gitignore")
  let text = try table.required("pattern", table.string("pattern"))
  if let objection = NamePattern.objection(to: text) {
    throw TOMLError(line: table.line, reason: "pattern '\(text)': \(objection)")
  }
  let pattern = NamePattern(text)
  // A project that names what is only suggested to others wants it.
  let usual = base.map { $0.grade == .suggested ? .required : $0.grade } ?? CoverageEntry.Grade.required
  let gradeName = try table.string("grade") ?? usual.rawValue
  guard let grade = CoverageEntry.Grade(rawValue: gradeName), grade != .off || base != nil else {
    throw TOMLError(
      line: table.line, reason: "grade '\(gradeName)': required, recommended, suggested, or off for a built-in pattern")
  }
  let name = try table.string("name") ?? base?.name ?? text
  let why = isBuiltIn ? try table.required("why", table.string("why")) : base?.why ?? ""
  let reason = isBuiltIn ? nil : try table.required("reason", table.string("reason"))
  if let reason, reason.allSatisfy(\.isWhitespace) {
    throw TOMLError(line: table.line, reason: "the reason is empty")
  }
  var probes = try names(table.strings("probes"), "probes") ?? base?.probes ?? []
  if probes.isEmpty { probes = try probe(of: pattern, table.line) }
  let keep = try names(table.strings("keep"), "keep") ?? base?.keep ?? []
  let own = try names(table.strings("except"), "except")?.map { String(decoding: $0.bytes, as: UTF8.self) }
  let except = own ?? base?.except ?? []
  for text in except where text.contains("/") {
    throw TOMLError(line: table.line, reason: "'\(text)' in 'except' is no name")
  }
  let line = table.line
  try table.finish()

  let entry = CoverageEntry(
    name: name, pattern: pattern, grade: grade, why: reason ?? why, probes: probes, keep: keep,
    except: except, ownExcept: isBuiltIn ? [] : own ?? [], source: source, line: line, reason: reason)
  for probe in probes where !entry.covers(probe) {
    let text = String(decoding: probe.bytes, as: UTF8.self)
    throw TOMLError(line: line, reason: "probe '\(text)' is not what pattern '\(pattern.text)' means")
  }
  return entry
}

private func names(_ list: [(text: String, line: Int)]?, _ key: String) throws(TOMLError) -> [Path]? {
  guard let list else { return nil }
  for item in list {
    let parts = item.text.split(separator: "/", omittingEmptySubsequences: false)
    let isName = !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
    if !isName || item.text.utf8.contains(where: { $0 < 0x20 }) {
      throw TOMLError(line: item.line, reason: "'\(item.text)' in '\(key)' is no relative path")
    }
  }
  return list.map { Path($0.text) }
}

/// A name to try a pattern with.
private func probe(of pattern: NamePattern, _ line: Int) throws(TOMLError) -> [Path] {
  if pattern.text.contains("[") {
    throw TOMLError(line: line, reason: "pattern '\(pattern.text)' needs 'probes'")
  }
  var text = pattern.text.drop { $0 == "/" }.map { $0 == "*" ? "hopx" : $0 == "?" ? "x" : String($0) }
    .joined()
  if pattern.isForFolders { text += "hopx.txt" }
  return [Path(text)]
}
