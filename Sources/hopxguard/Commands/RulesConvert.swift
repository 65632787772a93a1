// `hopxguard rules convert`: a configuration of gitleaks or betterleaks as a rule file of ours.

import ArgumentParser
import Detection
import Platform
import Rules

struct RulesConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write the rules of a gitleaks or betterleaks file in hopxguard's form.",
    discussion: """
      Nobody has to convert a file to use it: --rules takes it as it is. A converted file can be changed and given
      examples, which `rules test` runs.

      Examples:
        hopxguard rules convert gitleaks.toml > rules.toml
        hopxguard rules test rules.toml
      """)

  @Argument(help: "The file to convert.", completion: .file(extensions: ["toml"]))
  var file: String

  @Flag(help: "Go on without what the file asks for and hopxguard cannot do.")
  var acceptUnsupported = false

  func run() throws {
    let set = try loadRules([file], acceptsUnsupported: acceptUnsupported)
    let own = RuleSet.builtIn().rules.count
    for line in ruleFileText(set.rules.dropFirst(own)) { try Console.writeLine(line) }
  }
}
