// How much of an archive is read: options, variables and settings of the same names. What is beyond a
// limit is never clean, so that no file can narrow what is found.

import ArgumentParser
import Inputs

struct LimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Archives in archives; \(LimitSetting.usual(.depth)) unless given.", valueName: "n"))
  var archiveDepth: String?

  @Option(help: ArgumentHelp("Entries in an archive and those in it; \(LimitSetting.usual(.entries)).", valueName: "n"))
  var archiveEntries: String?

  @Option(
    help: ArgumentHelp("What an archive may come to when expanded; \(LimitSetting.usual(.size)).", valueName: "size"))
  var archiveSize: String?

  @Option(
    help: ArgumentHelp("How many times its own size that may be; \(LimitSetting.usual(.ratio)).", valueName: "n"))
  var archiveRatio: String?

  @Option(help: ArgumentHelp("Memory that may be in use while one is expanded; \(LimitSetting.usual(.memory)).", valueName: "size"))
  var archiveMemory: String?

  /// What the caller asks for, by the names of the settings.
  var asked: [LimitSetting: String] {
    [
      .depth: archiveDepth, .entries: archiveEntries, .size: archiveSize, .ratio: archiveRatio, .memory: archiveMemory,
    ].compactMapValues(\.self)
  }
}

enum LimitSetting: String, CaseIterable {
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

  /// What may be asked for. Each archive round another takes memory.
  private var range: ClosedRange<Int> {
    switch self {
    case .depth: 1...16
    case .entries, .ratio: 1...1_000_000_000
    case .size: 1 << 20...1 << 50
    case .memory: 64 << 20...1 << 40
    }
  }

  static func usual(_ limit: LimitSetting) -> String { limit.text(ArchiveLimits()[keyPath: limit.field]) }

  var isSize: Bool { self == .size || self == .memory }

  func text(_ value: Int) -> String { isSize ? byteSizeText(value) : "\(value)" }

  /// The value in the words of a person; nil when it is none that may be asked for.
  func value(_ text: String) -> Int? {
    let value = isSize ? byteSize(text) : Int(text)
    return value.flatMap { range.contains($0) ? $0 : nil }
  }

  /// What a wrong value is told.
  var demand: String {
    let span = "\(text(range.lowerBound)) to \(text(range.upperBound))"
    return isSize ? "takes a size, as in 20GiB, of \(span)" : "takes \(span)"
  }
}

/// The limits of the command line, of the environment and of the settings, in this order.
///
/// - Parameter noted: is called with each, its value, and the line of the settings if they have it.
func archiveLimits(
  _ asked: [LimitSetting: String], _ settings: Settings, noted: (LimitSetting, String, Int?) -> Void = { _, _, _ in }
) throws(SettingsError) -> ArchiveLimits {
  var limits = ArchiveLimits()
  for limit in LimitSetting.allCases {
    let own = settings.limits[limit]
    if let own { limits[keyPath: limit.field] = own.value }
    let variable = limit.rawValue.uppercased().replacing("-", with: "_")
    if let text = asked[limit] ?? environment(variable) {
      guard let value = limit.value(text) else {
        throw SettingsError(
          source: asked[limit] != nil ? "--\(limit.rawValue)" : "HOPXGUARD_\(variable)", reason: limit.demand)
      }
      limits[keyPath: limit.field] = value
    }
    noted(limit, limit.text(limits[keyPath: limit.field]), own?.line)
  }
  return limits
}
