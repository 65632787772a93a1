// A rule file that cannot work is an error with file, line and reason.

import Detection
import Rules
import TestSupport
import Testing

struct RuleFileTests {
  private func load(_ text: String) throws(RuleFileError) -> RuleSet {
    try RuleSet.builtIn().adding(Array(text.utf8), source: "my.toml")
  }

  private static let sound = """
    [[rule]]
    id = "acme-token"
    literal = "acme_"
    pattern = 'acme_[0-9a-f]{32}'

    """

  @Test func `a rule needs an ID, a literal and a pattern`() throws {
    let rules = try load(Self.sound).rules
    #expect(rules.map(\.id) == ["hopx-api-key", "acme-token"])
    #expect(rules[1].keep == 5)
    #expect(rules[1].severity == .high)
    #expect(rules[1].title == "acme-token")
  }

  @Test func `braces of other forms stand for themselves`() throws {
    let examples = [
      "acme_{hex:32} {}", "{a: 1} {x} {a:b} {:1} acme_{hex:32}", "{repeat:{:1}port:8080} acme_{hex:32}",
      "acme_{hex:32}{",
    ]
    let list = examples.map { "'\($0)'" }.joined(separator: ", ")
    let rules = try load(Self.sound + "match = [\(list)]\nno_match = ['acme_{32}', 'acme_{hex}']\n").rules
    #expect(rules[1].examples.count == 6)
  }

  static let broken: [(text: String, line: Int, reason: String)] = [
    ("[[rule]]\nid = \n", 2, ""),
    ("", 1, "no [[rule]]"),
    ("[rule]\nid = 'a'\n", 1, "two brackets"),
    ("[[rulez]]\nid = 'a'\n", 1, "no [[rule]]"),
    (sound + "colour = 'red'\n", 5, "unknown field 'colour'"),
    ("[[rule]]\nliteral = 'abc'\npattern = 'abc'\n", 1, "no 'id'"),
    (
      sound + "match = ['acme_{hex:32}']\nno_match = ['acme_{hexx:33}']\n", 6,
      "rule 'acme-token': an example: {hexx:33} is no placeholder; did you mean 'hex'?"
    ),
    (
      sound + "match = [\n'acme_{hex:32}',\n'acme_{b64:32}']\n", 7,
      "{b64:32} is no placeholder; known: base62, base64url, digits, hex, letters"
    ),
    (sound + "match = ['{repeat:5}']\n", 5, "{repeat:5}: write {repeat:TEXT:N}"),
    (sound + "no_match = ['{hex:70000}']\n", 5, "{hex:70000}: at most 65536 characters"),
    ("[[rule]]\nid = 'My Rule'\nliteral = 'abc'\npattern = 'abc'\n", 1, "lower case"),
    ("[[rule]]\nid = 'a'\npattern = 'abc'\n", 1, "no 'literal'"),
    ("[[rule]]\nid = 'a'\nliteral = ''\npattern = 'abc'\n", 3, "at least 3 bytes"),
    ("[[rule]]\nid = 'a'\nliteral = 7\npattern = 'abc'\n", 3, "a string, not an integer"),
    ("[[rule]]\nid = 'a'\nliteral = 'abc'\n", 1, "no 'pattern'"),
    ("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = 'abc['\n", 4, "missing terminating ]"),
    ("[[rule]]\nid = 'a'\nliteral = 'abc'\npattern = '(abc)?'\n", 4, "the empty text"),
    (sound + "severity = 'grave'\n", 5, "one of critical"),
    ("[[rule]]\nid = 'a'\nliteral = 'AKIA'\npattern = 'xAKIA[0-9]{9}'\n", 4, "no match begins with its literal 'AKIA'"),
    (sound + "keywords = ['acme']\n", 3, "'keywords' or 'literal', not both"),
    (sound + "within = 5\n", 5, "'within' goes with 'keywords'"),
    (sound + "capture = true\n", 4, "'capture' needs a group"),
    (sound + "capture = 'x'\n", 5, "capture: true"),
    (sound + "checksum = 'md5'\n", 5, "one of crc32"),
    (sound + "[[rule.allow]]\nall = true\n", 5, "allow: give it secret"),
    (sound + "[[rule.required]]\nrule = 'b'\n", 1, "requires 'b': there is no such rule"),
    (sound + "keep = 16\n", 5, "keep 16"),
    (sound + "keep = 11\n", 5, "keep 11"),
    (sound + "confidence = { high = 10, medium = 20 }\n", 5, "medium 20 is above"),
    (sound + "confidence = { low = 10 }\n", 5, "no 'high'"),
    (sound + "placeholder = { words = ['x'] }\n", 4, "'id' and 'secret'"),
    (sound + "match = ['acme_', 'x']\n", 5, "must match, but does not"),
    (sound + "match = [\n  'acme_{hex:32}',\n  'acme_{hex:31}',\n]\n", 7, "must match, but does not"),
    (sound + "no_match = ['acme_{hex:32}']\n", 5, "must not match, but does"),
    (sound + sound, 5, "already exists: my.toml:1"),
    (sound.replacing("acme-token", with: "hopx-api-key"), 1, "already exists: built-in"),
    (sound + "match = 'acme'\n", 5, "an array of strings, not a string"),
    (sound + "match = [1]\n", 5, "strings only"),
  ]

  @Test(arguments: broken)
  func `what is broken is named`(text: String, line: Int, reason: String) {
    let error = #expect(throws: RuleFileError.self) { try load(text) }
    #expect(error?.line == line)
    #expect(error?.file == "my.toml")
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `an example that fails is quoted without its key`() {
    let key = String(decoding: makeKey(), as: UTF8.self)
    let error = #expect(throws: RuleFileError.self) { try load(Self.sound + "match = ['\(key)']\n") }
    #expect(error?.reason.contains(key) == false)
    #expect(error?.reason.contains(key.prefix(15) + "...") == true)
  }

  @Test func `a pattern that backtracks without end is given up, once an input`() throws {
    let rules = try load("[[rule]]\nid = 'bad'\nliteral = 'aaa'\npattern = '(a+)+(a+)+(a+)+$'\n")
    var scanner = Scanner(rules: rules)
    var found: [Match] = []
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 4000) + Array("!".utf8) + makeKey()
    text.withUnsafeBytes { _ = scanner.search($0, from: 0, atStart: true, isLast: true, into: &found) }
    #expect(scanner.surrenders.map(\.rule) == [1])
    #expect(found.filter { $0.confidence != nil }.map(\.rule) == [0])
    scanner.begin()
    #expect(scanner.surrenders.isEmpty)
  }

  @Test func `the built-in examples hold`() {
    #expect(RuleSet.builtIn().exampleFailures().isEmpty)
    #expect(RuleSet.builtIn().rules[0].examples.count > 20)
  }
}
