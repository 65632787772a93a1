// `--rules`, and the reading of rule files for every command that takes them.

import ArgumentParser
import Detection
import Platform
import Rules

struct RuleOptions: ParsableArguments {
  @Option(
    name: .customLong("rules"), parsing: .singleValue,
    help: ArgumentHelp(
      "Add the rules in this file, written like rules/hopx.toml or a configuration of gitleaks or betterleaks; "
        + "builtin:common has those of other vendors; repeatable.", valueName: "file"),
    completion: .file(extensions: ["toml"]))
  var files: [String] = []

  @Flag(help: "Go on without what a rule file asks for and hopxguard cannot do.")
  var acceptUnsupported = false

  func load() throws(ExitStatus) -> RuleSet {
    try loadRules(files + environmentRules, acceptsUnsupported: acceptUnsupported)
  }

  /// The same with the rules of the project in which the command runs.
  func loadWithProject() throws(ExitStatus) -> RuleSet {
    try addingProjectRules(to: load(), besides: files + environmentRules)
  }
}

/// The files of HOPXGUARD_RULES, with colons between them. `builtin:common` is one of them.
var environmentRules: [String] {
  var files: [String] = []
  for part in environment("RULES")?.split(separator: ":").map(String.init) ?? [] {
    if files.last == "builtin" { files[files.count - 1] += ":" + part } else { files.append(part) }
  }
  return files
}

/// The built-in rules and those of `files`.
///
/// - Throws: `ExitStatus.failed`, after saying which file, line and reason.
func loadRules(_ files: [String], acceptsUnsupported: Bool = false) throws(ExitStatus) -> RuleSet {
  var set = RuleSet.builtIn()
  Console.use(set)
  for file in files {
    let text: [UInt8]
    do throws(SystemError) { text = try readRules(file) } catch {
      throw Console.fail("\(file): the rules cannot be read: \(error)")
    }
    do throws(RuleFileError) { set = try set.adding(text, source: file, read: { readExtended($0, by: file) }) } catch {
      throw Console.fail(aboutSettings: "\(error)")
    }
    Console.use(set)
  }
  try report(set.unsupported, isAccepted: acceptsUnsupported)
  return set
}

/// Says what rule files ask for and cannot have.
///
/// - Throws: `ExitStatus.failed` unless that was accepted.
func report(_ unsupported: [RuleFileError], isAccepted: Bool) throws(ExitStatus) {
  if isAccepted {
    for feature in unsupported { Console.say("note: \(Console.shown("\(feature)".utf8))\n") }
  } else if let last = unsupported.last {
    for feature in unsupported.dropLast() { _ = Console.fail(aboutSettings: "\(feature)") }
    throw Console.fail(aboutSettings: "\(last); --accept-unsupported goes on without what is not supported")
  }
}

/// The bytes of a rule file or of a pack that is part of this program.
func readRules(_ file: String) throws(SystemError) -> [UInt8] {
  if let pack = RuleSet.pack(file) { return pack }
  return try readWhole(Path(argument: file), limit: longestRules)
}

/// The bytes of a file that another one extends: beside it, or below the current folder.
func readExtended(_ name: String, by file: String) -> [UInt8]? {
  let path = Path(argument: name)
  if let text = try? readWhole(path, limit: longestRules) { return text }
  return Path(argument: file).parent.flatMap { try? readWhole($0.appending(Array(name.utf8)), limit: longestRules) }
}

/// Bytes of a rule file.
let longestRules = 1 << 20
