// `rules` lists, tests and exports rules, and `scan --rules` finds what they say; a rule that cannot work is an error.

import TestSupport
import Testing

struct RulesCommandTests {
  private let folder = TestFolder()

  @Test func `list shows the rules in use`() throws {
    folder.write("acme.toml", acmeTokenRule)
    let result = try hopxguard("rules", "list", "--rules", "acme.toml", in: folder)
    #expect(result.status == 0)
    #expect(result.output.contains("hopx-api-key\n  title      Hopx API key"))
    #expect(result.output.contains("acme-token\n  title      Acme token"))
    #expect(result.output.contains("from       acme.toml:1"))
  }

  @Test func `test runs the examples`() throws {
    folder.write("acme.toml", acmeTokenRule)
    let result = try hopxguard("rules", "test", "acme.toml", in: folder)
    #expect(result.status == 0)
    #expect(result.output.contains("ok  acme-token  2 examples  acme.toml"))
    folder.write(
      "bad.toml", acmeTokenRule + "[[rule]]\nid = 'x'\nliteral = 'abc'\npattern = 'abcd'\nmatch = ['abce']\n")
    let failed = try hopxguard("rules", "test", "bad.toml", in: folder)
    #expect(failed.status == 2)
    #expect(failed.errors == "hopxguard: bad.toml:15: rule 'x': example 'abce' must match, but does not\n")
  }

  @Test func `a user's rule finds, and keeps what it says`() throws {
    folder.write("acme.toml", acmeTokenRule)
    folder.write("in/a", "acme_0123456789abcdef0123456789abcdef and \(keyText())")
    let report = try Report.scan("in", "--rules", "acme.toml", in: folder)
    #expect(report.findings.map(\.rule) == ["acme-token", "hopx-api-key"])
    #expect(report.findings[0].secret == "acme_012...")
    #expect(report.findings[0].severity == "medium")
    #expect(report.findings[1].snippet.hasPrefix("acme_012... and hopx_live_"))
    #expect(try hopxguard("scan", "in", "--rules", "acme.toml", in: folder).errors.contains("1. Ask Acme."))
  }

  @Test(arguments: [
    ("[[rule]\n", 1), ("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = '('\n", 4),
    ("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc'\nx = 1\n", 5),
    ("[[rule]]\nid = 'a'\npattern = 'abc'\n", 1),
  ])
  func `a broken file stops everything before anything is scanned`(text: String, line: Int) throws {
    folder.write("bad.toml", text)
    folder.write("in/a", keyText())
    let result = try hopxguard("scan", "in", "--rules", "bad.toml", in: folder)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("hopxguard: bad.toml:\(line): "))
    #expect(try hopxguard("scan", "in", "--rules", "gone.toml", in: folder).status == 2)
  }

  @Test func `a pattern that backtracks without end is a problem, not a hang`() throws {
    folder.write("bad.toml", "[[rule]]\nid = 'slow'\nliteral = 'aaa'\npattern = '(a+)+(a+)+(a+)+$'\n")
    folder.write("in/a", String(repeating: "a", count: 5000) + "! \(keyText())")
    let report = try Report.scan("in", "--rules", "bad.toml", in: folder)
    #expect(report.status == 2)
    #expect(report.problems.map(\.path) == ["in/a"])
    #expect(report.problems[0].message.contains("rule 'slow' gave up: match limit exceeded"))
    #expect(report.findings.map(\.rule) == ["hopx-api-key"])
  }
}
