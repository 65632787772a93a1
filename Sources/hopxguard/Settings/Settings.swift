// The project's own settings: `.hopxguard.toml` at the repository's top, or the file that --config
// names. Each section has a reader of its own. An unknown section is an error, because a misspelt setting that is
// ignored would silently do nothing.

import ArgumentParser
import Bytes
import Coverage
import Findings
import GitCommand
import Platform
import Reporting
import TOML

struct Settings {
  /// What .gitignore has to cover: the built-in entries as `[[gitignore]]` changes them.
  var coverage = CoverageEntries.builtIn()
  /// `[[allow]]`
  var allowed = AllowList()

  /// `[scan]`: each setting and its line, from 1.
  var skip: [(text: String, line: Int)] = []
  var rules: [(text: String, line: Int)] = []
  /// What rule files ask for and cannot have is left out.
  var acceptsUnsupported = false
  var disable: [(text: String, line: Int)] = []
  var baseline: (text: String, line: Int)?
  var format: (value: ReportFormat, line: Int)?
  var jobs: (value: Int, line: Int)?
  /// What becomes of a scan that met formats which nothing here opens.
  var unopened: (value: String, line: Int)?
  var limits: [ArchiveLimit: (value: Int, line: Int)] = [:]

  /// `[lint]`
  var lint = LintSettings()

  static let fileName = ".hopxguard.toml"
  /// Bytes.
  static let longest = 1 << 20

  /// No file: nothing is set.
  init() {}

  /// - Parameters:
  ///   - text: the bytes of the file.
  ///   - source: what errors call it.
  init(_ text: [UInt8], source: String) throws(SettingsError) {
    do throws(TOMLError) { try parse(text, source) } catch {
      throw SettingsError(source: source, line: error.line, reason: error.reason)
    }
  }

  private mutating func parse(_ text: [UInt8], _ source: String) throws(TOMLError) {
    // A copy that stays in place while the parser looks at it.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, text.count), alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: text)
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<text.count])
    var file = try TOMLTable(TOMLValue(parsing: bytes), name: source)
    coverage = try coverage.changed(by: file.value("gitignore"), source: source)
    allowed = try AllowList(file.value("allow"), source: source)
    if let section = file.value("scan") { try parse(scan: section) }
    if let section = file.value("lint") { lint = try LintSettings(section) }
    try file.finish()
  }

  private mutating func parse(scan: TOMLValue) throws(TOMLError) {
    var table = try TOMLTable(scan, name: "scan")
    skip = try table.strings("skip") ?? []
    rules = try table.strings("rules") ?? []
    acceptsUnsupported = try table.boolean("accept-unsupported") ?? false
    disable = try table.strings("disable") ?? []
    baseline = try table.string("baseline").map { ($0, table.line(of: "baseline")) }
    let format = try table.string("format")
    let jobs = try table.integer("jobs")
    if skip.count > mostPatterns {
      throw TOMLError(line: skip[mostPatterns].line, reason: "skip has more than \(mostPatterns) patterns")
    }
    for pattern in skip {
      guard let objection = objection(toPattern: pattern.text) else { continue }
      throw TOMLError(line: pattern.line, reason: "skip '\(pattern.text)': \(objection)")
    }
    if let format {
      guard let value = ReportFormat(rawValue: format) else {
        throw TOMLError(
          line: table.line(of: "format"),
          reason: "format '\(format)'\(suggestion(for: format, among: ReportFormat.allCases.map(\.rawValue)))")
      }
      self.format = (value, table.line(of: "format"))
    }
    if let jobs {
      guard jobCounts.contains(jobs) else {
        throw TOMLError(
          line: table.line(of: "jobs"), reason: "jobs takes \(jobCounts.lowerBound) to \(jobCounts.upperBound)")
      }
      self.jobs = (jobs, table.line(of: "jobs"))
    }
    if let text = try table.string("unopened") {
      guard ["warn", "fail"].contains(text) else {
        throw TOMLError(line: table.line(of: "unopened"), reason: "unopened takes 'warn' or 'fail'")
      }
      unopened = (text, table.line(of: "unopened"))
    }
    for limit in ArchiveLimit.allCases { limits[limit] = try limit.value(&table) }
    try table.finish()
  }
}

/// Threads that may be asked for.
let jobCounts = 1...256

struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project's settings (default: .hopxguard.toml at the repository's top).",
      valueName: "file"), completion: .file(extensions: ["toml"]))
  var config: String?

  /// The settings for the working tree at `top`.
  ///
  func load(top: Path) throws(SettingsError) -> Settings {
    try readSettings(config ?? environment("CONFIG"), top: top, trusted: nil).settings
  }
}

/// The settings for a working tree, what errors call them, and where else files come from that they name.
///
/// - Parameters:
///   - config: the file that the caller chose.
///   - top: nil outside of a repository.
///   - trusted: the revision that all of it is taken from.
func readSettings(
  _ config: String?, top: Path?, trusted: (revision: String, repository: GitRepository)?
) throws(SettingsError) -> (settings: Settings, name: String, files: SettingsSource) {
  if let config {
    // The caller chose this file, so it may be a link or a pipe.
    let path = Path(argument: config)
    let text: [UInt8]
    do throws(SystemError) { text = try readWhole(path, limit: Settings.longest) } catch {
      throw SettingsError(source: config, reason: "the settings cannot be read: \(error)")
    }
    let folder = path.parent ?? Path(path.bytes.first == UInt8(ascii: "/") ? "/" : ".")
    return (try Settings(text, source: config), config, .folder((try? canonicalPath(folder)) ?? folder))
  }
  var files = SettingsSource.folder(top)
  var name = Settings.fileName
  if let trusted {
    files = try .at(trusted.revision, in: trusted.repository)
    name = "\(trusted.revision):\(name)"
  }
  guard let text = try files.read(Settings.fileName, limit: Settings.longest) else {
    return (Settings(), name, files)
  }
  return (try Settings(text, source: name), name, files)
}
