// How much of an archive is read: options, variables and settings of the same names. What is beyond a
// limit is never clean, so that no file can narrow what is found.

import Archives
import ArgumentParser
import Bytes
import Inputs
import TOML

struct ArchiveLimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Maximum nesting of archives (default: \(ArchiveLimit.depth.usual)).", valueName: "n"))
  var archiveDepth: String?

  @Option(
    help: ArgumentHelp(
      "Maximum number of entries, with those of nested archives (default: \(ArchiveLimit.entries.usual)).",
      valueName: "n"))
  var archiveEntries: String?

  @Option(
    help: ArgumentHelp("Maximum size of the expanded content (default: \(ArchiveLimit.size.usual)).", valueName: "size")
  )
  var archiveSize: String?

  @Option(
    help: ArgumentHelp(
      "Maximum expansion ratio, enforced beyond 32 MiB (default: \(ArchiveLimit.ratio.usual)).",
      valueName: "n"))
  var archiveRatio: String?

  @Option(
    help: ArgumentHelp("Maximum memory for one archive (default: \(ArchiveLimit.memory.usual)).", valueName: "size"))
  var archiveMemory: String?

  /// What the caller asks for, by the names of the settings.
  var asked: [ArchiveLimit: String] {
    [
      .depth: archiveDepth, .entries: archiveEntries, .size: archiveSize, .ratio: archiveRatio, .memory: archiveMemory,
    ].compactMapValues(\.self)
  }
}

enum ArchiveLimit: String, CaseIterable {
  case depth = "archive-depth"
  case entries = "archive-entries"
  case size = "archive-size"
  case ratio = "archive-ratio"
  case memory = "archive-memory"

  var field: WritableKeyPath<ArchiveLimits, Int> {
    switch self {
    case .depth: \.depth
    case .entries: \.entries
    case .size: \.bytes
    case .ratio: \.ratio
    case .memory: \.memory
    }
  }

  /// The values that the caller may ask for. Each nested archive takes memory.
  private var range: ClosedRange<Int> {
    switch self {
    case .depth: 1...16
    case .entries, .ratio: 1...1_000_000_000
    case .size: 1 << 20...1 << 50
    case .memory: 64 << 20...1 << 40
    }
  }

  /// What a repository may ask for, which may be hostile: not that its own archives keep a scan busy for days, or
  /// fill the memory. nil for nothing.
  private var rangeOfSettings: ClosedRange<Int>? {
    switch self {
    case .depth: range
    case .entries: 1...10_000_000
    case .size: 1 << 20...100 << 30
    case .ratio: 1...100_000
    case .memory: nil
    }
  }

  /// The default.
  var usual: String { text(ArchiveLimits()[keyPath: field]) }

  var isSize: Bool { self == .size || self == .memory }

  var option: String { "--\(rawValue)" }

  var variable: String { rawValue.uppercased().replacing("-", with: "_") }

  func text(_ value: Int) -> String { isSize ? byteSizeText(value) : "\(value)" }

  /// The value that a caller wrote.
  ///
  /// - Parameter source: the option or variable.
  func value(_ text: String, source: String) throws(SettingsError) -> Int {
    if let value = number(text), range.contains(value) { return value }
    throw SettingsError(source: source, reason: demand(range))
  }

  /// The value in the settings; nil if there is none.
  func value(_ table: inout TOMLTable) throws(TOMLError) -> (value: Int, line: Int)? {
    let text = isSize ? try table.string(rawValue) : try table.integer(rawValue).map(String.init)
    guard let text else { return nil }
    let line = table.line(of: rawValue)
    guard let rangeOfSettings else {
      throw TOMLError(line: line, reason: "\(rawValue) is set by \(option) or HOPXGUARD_\(variable) alone")
    }
    if let value = number(text), rangeOfSettings.contains(value) { return (value, line) }
    throw TOMLError(line: line, reason: "\(rawValue) \(demand(rangeOfSettings))")
  }

  private func demand(_ range: ClosedRange<Int>) -> String {
    let span = "\(text(range.lowerBound)) to \(text(range.upperBound))"
    return isSize ? "takes \(span): a whole number of KiB, MiB, GiB or TiB, as in 20GiB" : "takes \(span)"
  }

  private func number(_ text: String) -> Int? {
    guard isSize else { return Int(text) }
    guard let (name, bytes) = byteSizeUnits.first(where: { text.hasSuffix($0.name) }) else { return nil }
    var digits = text.dropLast(name.count)
    if digits.last == " " { digits.removeLast() }
    guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let count = Int(digits) else { return nil }
    let (size, isTooLarge) = count.multipliedReportingOverflow(by: bytes)
    return isTooLarge ? nil : size
  }
}

/// The limits of the command line, of the environment and of the settings, in this order.
///
/// - Parameter noted: is called with each, its value, and the line of the settings if they have it.
func archiveLimits(
  _ asked: [ArchiveLimit: String], _ settings: Settings, noted: (ArchiveLimit, String, Int?) -> Void = { _, _, _ in }
) throws(SettingsError) -> ArchiveLimits {
  var limits = ArchiveLimits()
  for limit in ArchiveLimit.allCases {
    let own = settings.limits[limit]
    if let own { limits[keyPath: limit.field] = own.value }
    if let text = asked[limit] {
      limits[keyPath: limit.field] = try limit.value(text, source: limit.option)
    } else if let text = environment(limit.variable) {
      limits[keyPath: limit.field] = try limit.value(text, source: "HOPXGUARD_\(limit.variable)")
    }
    noted(limit, limit.text(limits[keyPath: limit.field]), own?.line)
  }
  return limits
}
