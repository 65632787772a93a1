// What a rule of our own form can say beyond a literal and a pattern, and what files of gitleaks and betterleaks
// become: which secrets are found, and that only they are.

import Detection
import Rules
import TestSupport
import Testing

struct RuleModelTests {
  private func load(_ text: String) throws -> RuleSet {
    try RuleSet.builtIn().adding(Array(text.utf8), source: "my.toml")
  }

  /// The secrets that a scan finds, with their rules.
  private func found(_ rules: RuleSet, _ text: String, path: String? = nil) -> [String] {
    var scanner = Scanner(rules: rules)
    scanner.begin(path: path.map { Array($0.utf8) })
    var matches: [Match] = []
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { _ = scanner.search($0, from: 0, atStart: true, isLast: true, into: &matches) }
    return matches.filter { $0.confidence != nil }.map { match in
      let ids = ([match.rule] + match.others).map { rules.rules[$0].id }.joined(separator: "+")
      return "\(ids) \(String(decoding: bytes[match.range], as: UTF8.self))"
    }
  }

  @Test func `several literals and any case, and only the capture is the secret`() throws {
    let rules = try load(
      """
      [[rule]]
      id = "acme"
      literals = ["acme_key", "acme-key"]
      ignore_case = true
      pattern = '(?i:acme[_-]key)\\s*=\\s*([0-9a-f]{8})\\b'
      capture = true
      """)
    #expect(found(rules, "ACME_KEY = 0123abcd, Acme-Key=deadbeef.") == ["acme 0123abcd", "acme deadbeef"])
  }

  @Test func `a keyword has to be near, and not after`() throws {
    let rules = try load(
      """
      [[rule]]
      id = "near"
      keywords = ["acme"]
      within = 20
      pattern = '\\b[0-9a-f]{8}\\b'
      """)
    #expect(found(rules, "ACME id 0123abcd") == ["near 0123abcd"])
    #expect(found(rules, "0123abcd acme") == [])
    #expect(found(rules, "acme \(String(repeating: "-", count: 20)) 0123abcd") == [])
  }

  @Test func `entropy, stop words and allow-lists drop what is no secret`() throws {
    let rules = try load(
      """
      [[rule]]
      id = "t"
      literal = "tok_"
      pattern = 'tok_([0-9a-z]{8})'
      capture = true
      entropy = 2.0
      stop_words = ["test"]
      [[rule.allow]]
      secret = ['^0000']
      [[rule.allow]]
      all = true
      line = ['sample']
      path = ['\\.md$']
      """)
    #expect(found(rules, "tok_ab12cd34 tok_aaaaaaaa tok_1test234 tok_00001234") == ["t ab12cd34"])
    #expect(found(rules, "sample tok_ab12cd34", path: "a/b.md") == [])
    #expect(found(rules, "sample tok_ab12cd34", path: "a/b.c") == ["t ab12cd34"])
  }

  @Test func `a rule for some paths, and one that needs another near`() throws {
    let rules = try load(
      """
      [[rule]]
      id = "id"
      literal = "AID_"
      pattern = 'AID_[0-9]{4}'
      report = false
      [[rule]]
      id = "pair"
      literal = "AKEY_"
      pattern = 'AKEY_[0-9]{4}'
      path = '\\.env$'
      [[rule.required]]
      rule = "id"
      lines = 2
      """)
    #expect(found(rules, "AID_1234\nAKEY_5678", path: ".env") == ["pair AKEY_5678"])
    #expect(found(rules, "AID_1234\nAKEY_5678", path: "a.c") == [])
    #expect(found(rules, "AID_1234\n\n\n\nAKEY_5678", path: ".env") == [])
    #expect(found(rules, "AKEY_5678", path: ".env") == [])
  }

  static let foreign = """
    title = "x"
    [allowlist]
    regexes = ['^changeme']
    [[rules]]
    id = "Generic_Key"
    description = "generic"
    regex = '''(?i)[\\w.-]{0,50}?(?:key|token)[\\s'"]{0,3}=[\\s'"]{0,3}([a-z0-9]{8,20})(?:['"\\s;]|$)'''
    entropy = 2.5
    keywords = ["key", "token"]
    [[rules]]
    id = "acme"
    regex = '''\\b(acme[a-f0-9]{8})\\b'''
    keywords = ["acme"]
    [[rules]]
    id = "tail"
    regex = '''\\b[a-z]{4}_zz\\b'''
    keywords = ["_zz"]
    [[rules]]
    id = "cert"
    path = '''\\.p12$'''

    """

  @Test func `a configuration of gitleaks is taken as it is`() throws {
    let rules = try load(Self.foreign)
    #expect(rules.unsupported.isEmpty)
    #expect(found(rules, "my.API_KEY = \"abcd1234efgh\"") == ["generic-key abcd1234efgh"])
    #expect(found(rules, "token = aaaaaaaaaaaa\ntoken = changeme12345") == [])
    #expect(found(rules, "key='acme0123abcd'") == ["acme+generic-key acme0123abcd"])
    #expect(found(rules, "x abcd_zz y") == ["tail abcd_zz"])
    #expect(rules.rules.last?.id == "cert")
  }

  @Test func `what cannot be done is named with its rules`() throws {
    let rules = try load(
      """
      [[rules]]
      id = "unicode"
      regex = '''abc\\p{Greek}+'''
      [[rules]]
      id = "bare"
      regex = '''[0-9a-f]{40}'''
      [[rules]]
      id = "filtered"
      regex = '''tok_([0-9a-z]{8})'''
      filter = '''entropy(finding["secret"]) <= 2.0 || matchesAny(finding["line"], [`sample`])'''
      """)
    #expect(rules.rules.map(\.id) == ["hopx-api-key", "filtered"])
    #expect(rules.unsupported.map(\.line) == [1, 4])
    #expect(rules.unsupported[0].reason.contains("Unicode") && rules.unsupported[0].reason.contains("unicode"))
    #expect(rules.unsupported[1].reason.contains("without keywords"))
    #expect(found(rules, "tok_ab12cd34") == ["filtered ab12cd34"])
    #expect(found(rules, "sample tok_ab12cd34 tok_aaaaaaaa") == [])
  }

  @Test func `a filter keeps the alternatives that are understood, and names the others once`() throws {
    let rules = try load(
      """
      [[rules]]
      id = "partly"
      regex = '''tok_([0-9a-z]{8})'''
      filter = '''
      let near = finding["fragment_raw"][max(0, 1): min(2, 3)];
      entropy(finding["secret"]) <= 2.0
      || failsTokenEfficiency(finding["secret"])
      || (matchesAny(near, [`sample`]) && containsAny(near, ["x"]))
      || containsAny(near, ["y"])
      || containsAny(finding["secret"], ["test"])
      '''
      [[rules]]
      id = "chosen"
      regex = '''cho_([0-9a-z]{8})'''
      filter = '''entropy(finding["secret"]) <= 9.0 || x ? true : false'''
      """)
    let reasons = rules.unsupported.map(\.reason)
    #expect(reasons.count == 3)
    #expect(reasons[0].contains("'failsTokenEfficiency' is not supported (partly)"))
    #expect(reasons[1].contains("'let' is not supported (partly)"))
    #expect(reasons[2].contains("'?' is not supported (chosen)"))
    #expect(
      found(rules, "tok_ab12cd34 tok_aaaaaaaa tok_test1234 cho_ab12cd34") == ["partly ab12cd34", "chosen ab12cd34"])
  }

  @Test(arguments: ["rules:\n  - name: x\n", "# rules\n\n---\nrules:\r\n", "rules:\r\n- id: x\n"])
  func `YAML is refused as such`(text: String) {
    #expect(throws: RuleFileError.self) { try load(text) }
    do { _ = try load(text) } catch { #expect("\(error)".contains("kingfisher")) }
  }

  @Test func `the pack of common kinds holds its examples`() throws {
    let pack = try #require(RuleSet.pack("builtin:common"))
    let rules = try RuleSet.builtIn().adding(pack, source: "builtin:common")
    #expect(rules.rules.count > 15)
    #expect(rules.patternFailures().isEmpty)
    #expect(rules.rules.dropFirst().allSatisfy { !$0.remediation.isEmpty && $0.examples.contains(where: \.matches) })
  }

  @Test("Secrets are the same however the text is cut", arguments: 1..<40)
  func cuts(step: Int) throws {
    let rules = try load(Self.foreign)
    let text = Array("my.API_KEY = \"abcd1234efgh\" key='acme0123abcd' x abcd_zz y token = zxcv0987bnm1;".utf8)
    var scanner = Scanner(rules: rules)
    var ranges: [Range<Int>] = []
    var (searched, end) = (0, 0)
    while searched < text.count {
      end = min(text.count, end + step)
      let start = max(0, searched - rules.context)
      var part: [Match] = []
      let progress = text[start..<end].withUnsafeBytes {
        scanner.search(
          $0, from: searched - start, atStart: start == 0, isLast: end == text.count, into: &part)
      }
      ranges += part.map { (start + $0.range.lowerBound)..<(start + $0.range.upperBound) }
      searched = start + progress.decided
    }
    let secrets = ranges.map { String(decoding: text[$0], as: UTF8.self) }
    #expect(secrets == ["abcd1234efgh", "acme0123abcd", "abcd_zz", "zxcv0987bnm1"])
  }
}
