// The examples of rules/lint.toml: what each rule must find, where it begins and ends, and what it must leave alone.

import Linting
import Testing

struct RuleExampleTests {
  @Test func `every rule finds its own examples, at their marks, and no more`() {
    let failures = Linter(LintRules()).exampleFailures()
    #expect(failures.isEmpty, "\(failures.map(\.description).joined(separator: "\n"))")
  }

  @Test func `every kind of finding is a rule with examples that match and examples that do not`() {
    for kind in LintKind.allCases {
      let examples = LintRules().rule(kind).examples
      #expect(examples.contains { $0.matches } && examples.contains { !$0.matches }, "\(kind.rawValue)")
    }
  }
}
