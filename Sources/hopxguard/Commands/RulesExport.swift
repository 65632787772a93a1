// `hopxguard rules export`: the rules as other scanners read them.

import ArgumentParser
import Detection
import Reporting
import Rules

struct RulesExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the rules in the format of another scanner.",
    discussion: """
      Examples:
        hopxguard rules export --format gitleaks > hopx.toml
        gitleaks dir --config hopx.toml .
        hopxguard rules export --format kingfisher > hopx.yml
        kingfisher scan --rules-path hopx.yml .
        hopxguard rules export --format trufflehog > hopx.yml
        trufflehog filesystem --config hopx.yml .
        hopxguard rules export --format detect-secrets > hopx.py
        detect-secrets scan --plugin hopx.py .

      The other scanner finds keys that stand there plainly. What hopxguard sees through (encodings, archives,
      git's objects) is not in a rule.
      """)

  @Option(help: ArgumentHelp("The scanner to write for.", valueName: "scanner"))
  var format: RuleExportFormat

  @OptionGroup var rules: RuleOptions

  func run() throws {
    let set = try rules.load()
    let text: String
    do throws(RuleExportError) { text = try exported(set.rules, as: format, version: Tool.version) } catch {
      throw Console.fail(aboutSettings: "\(error)")
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      try Console.writeLine(String(line))
    }
  }
}

extension RuleExportFormat: ExpressibleByArgument {}
