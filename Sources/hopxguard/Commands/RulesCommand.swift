// `hopxguard rules`: what is looked for, and whether its examples hold. RulesExport has a file of its own.

import ArgumentParser
import Bytes
import Detection
import Linting
import Reporting
import Rules

struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Show the rules, test them on their own examples, or export them.",
    discussion: """
      Examples:
        hopxguard rules                     list the rules in use
        hopxguard rules list --rules tokens.toml
        hopxguard rules test tokens.toml    does it find its own examples, and no more?
        hopxguard rules list --rules gitleaks.toml
        hopxguard rules convert gitleaks.toml > rules.toml
        hopxguard rules export --format gitleaks > gitleaks-hopx.toml
      """,
    subcommands: [List.self, Test.self, RulesConvert.self, RulesExport.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the rules in use.")

    @OptionGroup var rules: RuleOptions

    func run() throws {
      for rule in try rules.load().rules {
        let text = """
          \(rule.id)
            title      \(rule.title)
            severity   \(rule.severity.rawValue)
            \(rule.placeText)
            pattern    \(rule.pattern.source)\(rule.checksText)
            redacted   the first \(counted(rule.keep, "byte")), then ...
            examples   \(rule.examples.filter(\.matches).count) that match, \
          \(rule.examples.filter { !$0.matches }.count) that do not
            from       \(rule.source):\(rule.line)

          """
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          try Console.writeLine(String(line))
        }
      }
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the examples of the built-in rules and of the given files.",
      discussion: "Exit codes: 0 all examples hold, 2 one does not, or a file is broken.")

    @Argument(help: "Rule files.", completion: .file(extensions: ["toml"]))
    var files: [String] = []

    func run() throws {
      let set = try loadRules(files)
      let failures = set.patternFailures() + set.exampleFailures()
      for failure in failures { _ = Console.fail(aboutSettings: "\(failure)") }
      let lint = Linter(LintRules())
      let lintFailures = lint.exampleFailures()
      for failure in lintFailures { _ = Console.fail("\(failure)") }
      if !failures.isEmpty || !lintFailures.isEmpty { throw ExitStatus.failed }
      for rule in set.rules {
        try Console.writeLine("ok  \(rule.id)  \(counted(rule.examples.count, "example"))  \(rule.source)")
      }
      for rule in lint.rules.rules {
        try Console.writeLine("ok  \(rule.id)  \(counted(rule.examples.count, "example"))  built-in, of lint")
      }
    }
  }
}
