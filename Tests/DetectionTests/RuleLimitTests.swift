// Rule files that ask for more than there is are refused or given up on, and never hang.

import Detection
import Rules
import TestSupport
import Testing

struct RuleLimitTests {
  private func load(_ text: String) throws(RuleFileError) -> RuleSet {
    try RuleSet.builtIn().adding(Array(text.utf8), source: "my.toml")
  }

  private func search(_ text: [UInt8], _ rules: RuleSet, most: Int = .max) -> [Match] {
    var scanner = Scanner(rules: rules)
    var found: [Match] = []
    text.withUnsafeBytes {
      _ = scanner.search($0, from: 0, most: most, atStart: true, isLast: true, into: &found)
    }
    return found
  }

  @Test func `a literal has 256 bytes at most`() throws {
    func rule(_ count: Int) -> String {
      "[[rule]]\nid = 'a'\nliteral = '\(String(repeating: "a", count: count))'\npattern = 'a+'\n"
    }
    #expect(try load(rule(256)).rules.count == 2)
    for count in [257, 300_000] {
      let error = #expect(throws: RuleFileError.self) { try load(rule(count)) }
      #expect(error?.line == 3)
      #expect(error?.reason == "a literal of \(count) bytes: at most 256")
    }
  }

  @Test(arguments: ["", "[", "[["])
  func `a key of 300,000 parts is refused`(bracket: String) {
    let key = String(repeating: "a.", count: 300_000) + "a"
    let text = "# 1\n\(bracket)\(key)\(bracket == "" ? " = 1" : bracket == "[" ? "]" : "]]")\n"
    let error = #expect(throws: RuleFileError.self) { try load(text) }
    #expect(error?.line == 2)
  }

  @Test func `tables inside tables are refused`() {
    let text = "rule = \(String(repeating: "{a.a.a.a = [\n", count: 100))1\(String(repeating: "]}", count: 100))\n"
    #expect(throws: RuleFileError.self) { try load(text) }
  }

  @Test func `dots in strings and comments are no parts of a key`() throws {
    let dots = String(repeating: ".", count: 100)
    let text = #"""
      # \#(dots)
      [[rule]]
      id = "a"
      title = "\"\#(dots)" # \#(dots)
      literal = '\abc'
      remediation = ['''
      '\#(dots)''', """
      "\"""\#(dots)"""]
      pattern = '\\abc\#(dots)'

      """#
    #expect(try load(text).rules.count == 2)
  }

  @Test func `no more than half of a match is kept`() throws {
    let rules = try load("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc'\nkeep = 8\n")
    #expect(rules.rules[1].keep == 1)
    var scanner = Scanner(rules: rules)
    #expect(scanner.redacted(Array("abcabc abc".utf8)) == Array("a...a... a...".utf8))
    let key = try load("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc[0-9]{13,}'\nkeep = 8\n")
    #expect(key.rules.map(\.keep) == [15, 8])
  }

  @Test func `a filled example has 64 KiB at most`() {
    var generator = SeededGenerator(seed: 1)
    let long = String(repeating: "x", count: 200_000)
    #expect(fill("{repeat:\(long):65536}", using: &generator).count < 300_000)
    #expect(fill(String(repeating: "{hex:60000}", count: 1000), using: &generator).count < 80_000)
    #expect(fill("{repeat:ab:3}{repeat::9}{repeat:a:0}", using: &generator) == Array("ababab".utf8))
  }

  @Test func `rules with one literal share its search, and matches come in portions`() throws {
    let text = (0..<3000).map { "[[rule]]\nid = 'r\($0)'\nliteral = 'aaa'\npattern = 'aaa'\n" }.joined()
    let rules = try load(text)
    let found = search([UInt8](repeating: UInt8(ascii: "a"), count: 250_000), rules, most: 1)
    #expect(found.map(\.rule) == Array(1...3000))
    #expect(found.allSatisfy { $0.range == 0..<3 })
  }

  @Test func `literals at one place keep the order of their rules`() throws {
    let literals = ["abc", "abcd", "abc", "abcde", "abcd"]
    let text = literals.enumerated().map {
      "[[rule]]\nid = 'r\($0)'\nliteral = '\($1)'\npattern = '\($1)'\n"
    }.joined()
    let found = search(Array("-abcde-abcde".utf8), try load(text))
    #expect(found.map(\.rule) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
  }

  @Test func `a file of any name is checked`() {
    #expect(throws: RuleFileError.self) {
      try RuleSet.builtIn().adding(
        Array("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc['\n".utf8), source: "built-in")
    }
  }

  @Test func `the secret may be any group`() throws {
    let groups = String(repeating: "(x)", count: 40)
    let rules = try load(
      "[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc\(groups)(?<secret>[0-9]+)'\nconfidence = { high = 4 }\n")
    let text = Array("abc\(String(repeating: "x", count: 40))".utf8)
    #expect(search(text + Array("123".utf8), rules).map(\.confidence) == [nil])
    #expect(search(text + Array("1234".utf8), rules).map(\.confidence) == [.high])
  }

  @Test func `a pattern looks back at most 256 bytes`() throws {
    func rule(_ count: Int) -> String {
      "[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = '(?<=x{\(count)})abc'\n"
    }
    let error = #expect(throws: RuleFileError.self) { try load(rule(257)) }
    #expect(error?.line == 4)
    #expect(error?.reason.contains("looks 257 bytes back") == true)
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: 256) + Array("abc".utf8)
    #expect(search(text, try load(rule(256))).count == 1)
  }

  @Test func `a narrow miss is quoted in part`() {
    let secret = String(repeating: "0123456789abcdef", count: 2)
    let file = "[[rule]]\nid = 'a'\nliteral = 'acme_'\npattern = 'acme_[0-9a-f]{33}'\nmatch = ['x', 'acme_\(secret)']\n"
    let error = #expect(throws: RuleFileError.self) {
      try load(file.replacing("'x', ", with: ""))
    }
    #expect(error?.reason == "rule 'a': example 'acme_0123456789...' must match, but does not")
  }
}
