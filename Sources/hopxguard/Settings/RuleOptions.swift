// `--rules`, and the reading of rule files for every command that takes them.

import ArgumentParser
import Detection
import Platform
import Rules

struct RuleOptions: ParsableArguments {
  @Option(
    name: .customLong("rules"), parsing: .singleValue,
    help: ArgumentHelp("Add the rules in this file, written like rules/hopx.toml; repeatable.", valueName: "file"),
    completion: .file(extensions: ["toml"]))
  var files: [String] = []

  func load() throws(ExitStatus) -> RuleSet { try loadRules(files + environmentRules) }

  /// The same with the rules of the project in which the command runs.
  func loadWithProject() throws(ExitStatus) -> RuleSet {
    try addingProjectRules(to: load(), besides: files + environmentRules)
  }
}

/// The files of HOPXGUARD_RULES, with colons between them.
var environmentRules: [String] { environment("RULES")?.split(separator: ":").map(String.init) ?? [] }

/// The built-in rules and those of `files`.
///
/// - Throws: `ExitStatus.failed`, after saying which file, line and reason.
func loadRules(_ files: [String]) throws(ExitStatus) -> RuleSet {
  var set = RuleSet.builtIn()
  Console.use(set)
  for file in files {
    let text: [UInt8]
    do throws(SystemError) { text = try readWhole(Path(argument: file), limit: longestRules) } catch {
      throw Console.fail("\(file): the rules cannot be read: \(error)")
    }
    do throws(RuleFileError) { set = try set.adding(text, source: file) } catch {
      throw Console.fail(aboutSettings: "\(error)")
    }
    Console.use(set)
  }
  return set
}

/// Bytes of a rule file.
let longestRules = 1 << 20
