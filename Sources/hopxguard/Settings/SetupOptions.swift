// The options of every command that scans: its rules, its settings, its limits and what of the findings counts; and how
// they, the environment and the project's settings become what a scan goes by. The command line wins over the
// environment, the environment over the file, and the file can narrow nothing that the caller has fixed.

import ArgumentParser
import Detection
import GitCommand
import Platform
import Reporting
import Scanning

struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read settings, allow-list and baseline from this revision, not from what is scanned.",
      valueName: "rev"))
  var allowFrom: String?

  @Flag(help: "Allow nothing: ignore the allow-list, the comments and the baseline.")
  var noAllow = false

  @Option(
    help: ArgumentHelp("Allow the findings listed in this file, which hopxguard baseline writes.", valueName: "file"),
    completion: .file())
  var baseline: String?
}

struct SetupOptions: ParsableArguments {
  @OptionGroup var rules: RuleOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var limits: ArchiveLimitOptions

  /// What the scan of `place` goes by.
  func prepare(for place: SettingsPlace, checksAddresses: Bool = false) throws(ExitStatus) -> ScanSetup {
    let asked = AskedSetup(
      allowFrom: policy.allowFrom, noAllow: policy.noAllow, baseline: policy.baseline, config: settings.config,
      rules: rules.files, acceptsUnsupported: rules.acceptUnsupported, limits: limits.asked,
      checksAddresses: checksAddresses)
    return try asked.prepare(for: place)
  }
}

/// What the caller asks for.
struct AskedSetup {
  var allowFrom: String?
  var noAllow = false
  var baseline: String?
  var config: String?
  var rules: [String] = []
  var acceptsUnsupported = false
  var limits: [ArchiveLimit: String] = [:]
  /// Whether addresses that keys would be sent to are found, too.
  var checksAddresses = false

  /// What the scan of a repository goes by.
  ///
  /// - Parameter place: what is scanned.
  /// - Throws: `ExitStatus.failed`, after saying which file, line and reason.
  func prepare(for place: SettingsPlace) throws(ExitStatus) -> ScanSetup {
    let setup = try read(for: place)
    let isAccepted = acceptsUnsupported || setup.settings.acceptsUnsupported
    try report(setup.plan.options.rules.unsupported, isAccepted: isAccepted)
    return setup
  }

  private func read(for place: SettingsPlace) throws(ExitStatus) -> ScanSetup {
    do throws(SettingsError) {
      let revision = allowFrom ?? environment("ALLOW_FROM")
      let config = config ?? environment("CONFIG")
      if revision != nil, let config {
        throw SettingsError(
          source: "--config \(config)",
          reason: "does not go with --allow-from, which takes \(Settings.fileName) from the revision")
      }
      let trusted = revision.map { (revision: $0, repository: place.repository) }
      var reader = SetupReader(
        try readSettings(config, top: place.top, trusted: trusted), place,
        checksAddresses: checksAddresses)
      try reader.addRules(rules)
      try reader.addDisabled()
      try reader.addSkipped()
      try reader.addLimits(limits)
      let allowsNothing = try environmentFlag("NO_ALLOW") || noAllow
      if allowsNothing && baseline != nil {
        throw SettingsError(source: "--baseline", reason: "does not go with --no-allow, which ignores every baseline")
      }
      reader.note("config", config, option: self.config != nil, line: nil)
      reader.note("allow-from", revision, option: allowFrom != nil, line: nil)
      reader.note(
        "no-allow", allowsNothing ? "true" : "false", option: noAllow, line: nil,
        isDefault: !allowsNothing)
      if allowsNothing { reader.allowNothing() } else { try reader.addBaseline(baseline) }
      return reader.setup
    } catch { throw Console.fail(aboutSettings: error.text) }
  }
}

/// Which repository's settings a scan goes by, and where git is asked about it.
struct SettingsPlace {
  /// The top of its working tree; nil outside of one.
  var top: Path?
  var repository = GitRepository.here

  /// The repository of the working folder.
  static var here: SettingsPlace {
    // A caller may have put the repository elsewhere; then git knows where its working tree is.
    if environmentVariable("GIT_DIR") != nil || environmentVariable("GIT_WORK_TREE") != nil {
      let top = try? GitProcess.output(of: .here, ["rev-parse", "--show-toplevel"])
      return SettingsPlace(top: top.map { Path($0) })
    }
    let folder = try? canonicalPath(".")
    return SettingsPlace(top: folder.flatMap { workTreeTop(of: $0) })
  }

  /// The working folder itself, which is where git starts its hooks.
  static var ofHook: SettingsPlace { SettingsPlace(top: try? canonicalPath(".")) }

  /// - Parameter top: of a working tree.
  init(top: Path?) { self.top = top }

  /// The repository that contains all `paths`; without paths, that of the working folder. If they are in several
  /// repositories, no settings are used, so that the settings of one do not apply to another.
  init(of paths: [Path]) {
    var places: [Path] = []
    for path in paths where path != "-" {
      guard let real = try? canonicalPath(path) else { continue }
      let folder = (try? FileStatus.of(real).kind) == .folder ? real : real.parent ?? "/"
      let place = workTreeTop(of: folder) ?? (isBareRepository(folder) ? folder : "/")
      if !places.contains(place) { places.append(place) }
    }
    if places.isEmpty {
      self = .here
    } else if places.count > 1 {
      Console.say("note: the paths are in several places, so no \(Settings.fileName) is used; name one with --config\n")
    } else {
      let folder = places[0]
      top = folder == "/" ? nil : folder
      repository = GitRepository(folder: folder, inherited: .discovered)
    }
  }
}
