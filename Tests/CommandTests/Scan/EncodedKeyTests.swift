// Keys that are encoded or broken up are found, by their own fingerprint, at their place.

import Foundation
import Disguises
import PackFixtures
import Rules
import TestSupport
import Testing

struct EncodedKeyTests {
  let folder = TestFolder()

  /// What is hidden by chance is drawn from it; a failure names it.
  private let seed = UInt64.random(in: 0...UInt64.max)

  private struct Hidden {
    let chain: [KeyDisguise]
    let key: [UInt8]
    let line: Int
    let column: Int
  }

  private let surroundings = [
    ("", ""), ("# a comment\r\nsetting = ", "\nend, of it\n"), ("{\"a\": 1,\n \"b\": ", "\nend, of it\n"),
    ("message: [", "] end\n"),
  ]

  /// Writes a key under the disguises of `chain`, the outermost first, in surroundings by chance.
  ///
  /// - Parameter copy: eight copies are in all surroundings; the odd ones have more than the key under what can be put
  ///   over more. Where that decides how the key looks, it always is.
  private func hide(
    _ chain: [KeyDisguise], in name: String, copy: Int? = nil, using random: inout SeededGenerator
  ) -> Hidden {
    let isLed = copy.map { $0 % 2 == 1 } ?? false
    let key = Array(random.key().utf8)
    let text = chain.reversed().reduce(key) { text, disguise in
      guard disguise.group > 1 || isLed && disguise.reach == .text else {
        return disguise.hide(text, using: &random)
      }
      let lead = String(repeating: "k", count: .random(in: 0...5, using: &random)) + " "
      return disguise.hide(text, before: Array(lead.utf8), after: Array(" ;".utf8), using: &random)
    }
    // Nothing is beside bytes, and the end of the last line is none of its text.
    let count =
      switch chain[0].makes {
      case .bytes: 1
      case .lines: 3
      case .line: 4
      }
    let (before, after) = surroundings[copy.map { $0 / 2 % count } ?? .random(in: 0..<count, using: &random)]
    folder.write(name, Array(before.utf8) + text + Array(after.utf8))
    let lines = before.split(separator: /\r?\n/, omittingEmptySubsequences: false)
    return Hidden(chain: chain, key: key, line: lines.count, column: lines.last!.utf8.count + 1)
  }

  /// Scans the folder and gives each file's findings.
  private func findings() throws -> [String: [Report.Finding]] {
    let report = try Report.scan("in", in: folder)
    #expect(report.problems.isEmpty)
    return Dictionary(grouping: report.findings) { String($0.path.dropFirst(3)) }
  }

  private func check(_ hidden: [String: Hidden], names: Bool) throws {
    let found = try findings()
    for ((name, hidden), fingerprint) in zip(hidden, fingerprints(of: hidden.values.map(\.key))) {
      let note: Comment = "\(hidden.chain), seed \(seed)"
      let matches = found[name, default: []]
      #expect(matches.count == 1, note)
      guard let match = matches.first else { continue }
      #expect(match.fingerprint == fingerprint, note)
      #expect(match.secret == String(decoding: hidden.key.prefix(15), as: UTF8.self) + "...")
      if names { #expect(match.encoding == hidden.chain.map(\.encoding).joined(separator: ">"), note) }
      #expect(match.line >= hidden.line, note)
      if match.line == hidden.line { #expect(match.column >= hidden.column, note) }
    }
  }

  /// Each file has its own key and no other.
  private func check(_ keys: [String: [UInt8]]) throws {
    let found = try findings()
    for (name, fingerprint) in zip(keys.keys, fingerprints(of: Array(keys.values))) {
      #expect(found[name]?.map(\.fingerprint) == [fingerprint], "\(folder.read("in/\(name)").count) bytes, \(name)")
    }
  }

  @Test func `each disguise by name`() throws {
    var random = SeededGenerator(seed: seed)
    var hidden: [String: Hidden] = [:]
    for (index, disguise) in KeyDisguise.scanned.enumerated() {
      for copy in 0..<8 {
        let name = "\(index)-\(copy)"
        hidden[name] = hide([disguise], in: "in/\(name)", copy: copy, using: &random)
      }
    }
    try check(hidden, names: true)
  }

  /// Of these a scan may see a shorter key as well, which is plain; of lines of any width it may see the first alone.
  @Test func `each disguise of some characters or any width`() throws {
    var random = SeededGenerator(seed: seed)
    var hidden: [String: Hidden] = [:]
    for (index, disguise) in KeyDisguise.all.enumerated() where !disguise.traits.isDisjoint(with: [.partly, .anyWidth])
    {
      for copy in 0..<8 { hidden["\(index)-\(copy)"] = hide([disguise], in: "in/\(index)-\(copy)", using: &random) }
    }
    let found = try findings()
    for ((name, hidden), fingerprint) in zip(hidden, fingerprints(of: hidden.values.map(\.key))) {
      let isWhole = !hidden.chain[0].traits.contains(.anyWidth)
      let isFound = found[name, default: []].contains { !isWhole || $0.fingerprint == fingerprint }
      #expect(isFound, "\(hidden.chain), seed \(seed)")
    }
  }

  @Test func `each disguise over each other`() throws {
    var random = SeededGenerator(seed: seed)
    var hidden: [String: Hidden] = [:]
    for (index, outer) in KeyDisguise.scanned.enumerated() {
      for (other, inner) in KeyDisguise.scanned.enumerated() where outer.canCover(inner) {
        hidden["\(index)-\(other)"] = hide([outer, inner], in: "in/\(index)-\(other)", using: &random)
      }
    }
    try check(hidden, names: false)
  }

  /// Each of these was missed by some draft: in the first three only line ends are escaped twice, in the next the
  /// letter and the blank before UTF-16 look like a character of the other byte order. The text beside the bytes of a
  /// dump may look like a line's end, and its first row stand behind something else.
  @Test(arguments: [
    ["percent of signs", "percent of signs", "base64 in YAML"],
    ["quoted-printable", "quoted-printable", "hex array"],
    ["percent of signs", "quoted-printable", "hex array"],
    ["base64 at 64 columns", "UTF-16LE", "base64 at 64 columns"],
    ["xxd", "links"], ["gzip in base64 at 76 columns", "curl --trace", "hex with colons"],
  ])
  func `chains that hide little but the ends of lines`(names: [String]) throws {
    var random = SeededGenerator(seed: seed)
    var hidden: [String: Hidden] = [:]
    for copy in 0..<24 { hidden["\(copy)"] = hide(names.map { KeyDisguise[$0] }, in: "in/\(copy)", using: &random) }
    try check(hidden, names: false)
  }

  @Test func `three disguises by chance`() throws {
    var random = SeededGenerator(seed: seed)
    var hidden: [String: Hidden] = [:]
    while hidden.count < 400 {
      let chain = (0..<3).map { _ in KeyDisguise.scanned.randomElement(using: &random)! }
      // A break between base64 digits that is itself escaped is beyond what is looked for.
      guard chain[0].canCover(chain[1]), chain[1].canCover(chain[2]), !chain[1].traits.contains(.breaks) else {
        continue
      }
      let name = "\(hidden.count)"
      hidden[name] = hide(chain, in: "in/\(name)", using: &random)
    }
    try check(hidden, names: false)
  }

  @Test func `a key that is as long as what is read at once ends no scan`() throws {
    let colour = String(repeating: "\u{1B}[38;2;100;100;100m", count: 209)
    let key = makeKey()
    folder.write("in/long", " " + key.map { String(UnicodeScalar($0)) + colour }.joined())
    #expect(try !findings().isEmpty)
  }

  @Test func `digits after a name and a sign that could be an escape's`() throws {
    var keys: [String: [UInt8]] = [:]
    for name in [1, 12, 47, 60] {
      for sign in ["=", "%", "==", "&a=", "=3D", "/"] {
        for isUpper in [false, true] {
          let key = makeKey()
          let digits = key.map { String(format: isUpper ? "%02X" : "%02x", $0) }.joined()
          keys["\(keys.count)"] = key
          folder.write("in/\(keys.count - 1)", "set \(String(repeating: "N", count: name))\(sign)\(digits)\n")
        }
      }
    }
    try check(keys)
  }

  @Test func `lines of base64, and the words below them`() throws {
    var keys: [String: [UInt8]] = [:]
    func hide(_ text: ([UInt8]) -> String) {
      let key = makeKey()
      keys["\(keys.count)"] = key
      folder.write("in/\(keys.count - 1)", text(key))
    }
    let base64 = { (key: [UInt8]) in Data(key).base64EncodedString() }
    // A word of digits would give the key a letter more.
    for word in ["data: x", "end", "data = 1", "PATH=/bin", "done, and more", "apiVersion: v1", "dGhl"] {
      hide { "data:\n  key: \(base64($0))\n  \(word)\n" }
      hide { "{\"yaml\": \"key: \(base64($0))\\n  \(word)\"}" }
    }
    for width in [50, 60, 64, 72, 76, 80] {
      hide { String(decoding: wrapped(base64($0), width, "\n"), as: UTF8.self) + "\nend\n" }
      hide { "<a>" + String(decoding: wrapped(base64($0), width, "\r\n\t"), as: UTF8.self) + "</a>" }
    }
    try check(keys)
  }

  /// The ends of such lines may lie where the search looks for digits.
  @Test func `wrapped digits below a line of nothing but digits`() throws {
    var keys: [String: [UInt8]] = [:]
    for width in [48, 64, 76] {
      for above in [20, 40, 63, 64, 65, 76, 80] {
        for isHex in [false, true] {
          let key = makeKey()
          let digits =
            isHex ? key.map { String(format: "%02x", $0) }.joined() : Data(key + [0x20]).base64EncodedString()
          let line = (0..<above).map { _ in String("0123456789abcdef".randomElement()!) }.joined()
          keys["\(keys.count)"] = key
          folder.write(
            "in/\(keys.count - 1)", Array("\(line)\n".utf8) + wrapped(digits, width, "\n") + Array("\n".utf8))
        }
      }
    }
    try check(keys)
  }

  @Test func `hex in lines of 48 below a line that ends with half a byte`() throws {
    let keys = (0..<1000).map { _ in makeKey() }
    let texts = keys.map { key in
      let digits = key.map { String(format: "%02x", $0) }.joined()
      return String(repeating: "b", count: 65) + "\n" + String(decoding: wrapped(digits, 48, "\n"), as: UTF8.self)
    }
    folder.write("in/a", texts.joined(separator: "\n.\n"))
    #expect(try findings()["a"]?.count == keys.count)
  }

  @Test func `a dump below a line of two digits`() throws {
    var random = SeededGenerator(seed: seed)
    var keys: [String: [UInt8]] = [:]
    for disguise in KeyDisguise.scanned where disguise.traits.contains(.dump) {
      let key = Array(random.key().utf8)
      keys[disguise.name] = key
      let text = disguise.hide(key, before: Array("kk ".utf8), after: Array(" ;".utf8), using: &random)
      folder.write("in/\(disguise.name)", Array("&\n46".utf8) + text + Array("\n".utf8))
    }
    try check(keys)
  }

  @Test func `a list of keys in base64`() throws {
    let keys = (0..<3).map { _ in makeKey() }
    folder.write("in/a", "[\"" + keys.map { Data($0).base64EncodedString() }.joined(separator: "\", \"") + "\"]")
    let found = try findings()["a"] ?? []
    #expect(found.map(\.fingerprint) == fingerprints(of: keys))
  }

  @Test func `several keys in compressed data, and what looks like it`() throws {
    let keys = [makeKey(), makeKey()]
    let text = Data(deflated(Array("a: ".utf8) + keys[0] + Array("\nb: ".utf8) + keys[1])).base64EncodedString()
    folder.write(
      "in/a",
      "[\"eJxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"\(text)\", \"\(text)\"]")
    let found = try findings()["a"] ?? []
    #expect(found.map(\.encoding) == Array(repeating: "base64>zlib", count: 4))
    #expect(Set(found.map(\.fingerprint)) == Set(fingerprints(of: keys)))
    #expect(try run(hopxguardPath, ["scan", "in", "--quiet"], in: folder.path).status == 1)
  }

  private func wrapped(_ text: String, _ width: Int, _ separator: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let lines = stride(from: 0, to: bytes.count, by: width).map { bytes[$0..<min($0 + width, bytes.count)] }
    return Array(lines.joined(separator: Array(separator.utf8)))
  }

  @Test func `a terminal's line wrap`() throws {
    let key = makeKey()
    let line = Array("$ echo the key of the day, which is ".utf8) + key
    folder.write("in/a", Array(line.prefix(80)) + [0x0A] + line.dropFirst(80) + [0x0A])
    let found = try #require(try findings()["a"]?.first)
    #expect(found.fingerprint == fingerprint(of: key))
    #expect(found.encoding == "line-wrap")
    #expect((found.line, found.column) == (1, 37))
  }

  @Test func `what PowerShell writes: UTF-16 with CRLF`() throws {
    let key = keyText()
    let text = "one\r\ntwo\r\n  key = \(key)\r\n"
    folder.write("in/a", [0xFF, 0xFE] + Array(text.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    let found = try #require(try findings()["a"]?.first)
    #expect(found.encoding == "utf-16le")
    #expect((found.line, found.column) == (3, 17))
  }

  @Test func `a cell of a notebook`() throws {
    let key = keyText()
    let source = "key = (\"\(key.prefix(30))\"\n       \"\(key.dropFirst(30))\")\n"
    let lines = source.split(separator: "\n").map { "\($0)\n" }
    folder.write("in/a", try JSONEncoder().encode(["cells": [["source": lines]]]).map { $0 })
    #expect(try findings()["a"]?.first?.fingerprint == fingerprint(of: Array(key.utf8)))
  }

  @Test func `every origin sees through them`() throws {
    let key = makeKey()
    let text = String(decoding: Data(key).base64EncodedData(), as: UTF8.self)
    folder.git("init", "-q")
    folder.git("commit", "-qm", "empty", "--allow-empty")
    folder.write("a", "k: \(text)\n")
    folder.git("add", "a")
    let staged = try Report.scan("--staged", in: folder)
    let patch = try run("/usr/bin/env", ["git", "-C", folder.path, "diff", "--cached"]).outputBytes
    folder.write("patch", patch)
    folder.git("commit", "-qm", "a")
    folder.git("rm", "-q", "a")
    folder.git("commit", "-qm", "gone")
    let reports = [
      staged, try Report.scan("--diff", "patch", in: folder), try Report.scan("--range", "HEAD~2..HEAD", in: folder),
      try Report.scan("--history", in: folder), try Report.scan("-", in: folder, input: Array(text.utf8)),
    ]
    for report in reports {
      #expect(report.findings.map(\.fingerprint) == [fingerprint(of: key)])
      #expect(report.findings.map(\.encoding) == ["base64"])
    }
  }

  @Test func `a key over the border of two chunks`() throws {
    let key = makeKey()
    let text = Array(Data(Array("user: ".utf8) + key).base64EncodedData())
    let filler = Array(repeating: UInt8(ascii: " "), count: 200)
    for border in [262_144, 229_376] {
      for shift in stride(from: -100, through: 20, by: 7) {
        folder.write("in/\(border)\(shift)", Array(repeating: 0x0A, count: border + shift) + text + filler)
      }
    }
    let found = try findings()
    #expect(found.count == 36)
    let wanted = [fingerprint(of: key)]
    #expect(found.values.allSatisfy { $0.map(\.fingerprint) == wanted })
  }

  @Test func `no snippet shows an encoded key`() throws {
    let encoded = (0..<4).map { _ in Data(makeKey()).base64EncodedString() }
    folder.write("in/a", "\(encoded[0]) \(keyText()) \(encoded[1])\n\(encoded[2]) \(encoded[3])\n")
    let report = try Report.scan("in", in: folder)
    #expect(report.findings.count == 5)
    for finding in report.findings {
      for text in encoded { #expect(!finding.snippet.contains(text.dropFirst(24).prefix(12))) }
    }
  }

  @Test func `what is beside a key of many kilobytes is not shown, nor all of that key`() throws {
    let (long, other) = (makeKey(), Data(makeKey()).base64EncodedString())
    let codes = Array(String(repeating: "\u{1B}[0m", count: 4000).utf8)
    for border in [219_000, 225_000, 229_000] {
      let lead = [UInt8](repeating: 0x0A, count: border)
      let text = Array(long[..<20]) + codes + Array(long[20...]) + Array(" \(other)\n".utf8)
      folder.write("in/\(border)", lead + text + [UInt8](repeating: 0x0A, count: 60_000))
    }
    let report = try Report.scan("in", in: folder)
    #expect(report.findings.count == 6)
    for finding in report.findings {
      #expect(!finding.snippet.contains(other.dropFirst(30).prefix(20)))
      #expect(finding.snippet.utf8.count < 1000)
    }
  }

  @Test(arguments: 0..<3)
  func `a key and a cut one without a gap between them, in one base64 text`(lead: Int) throws {
    let (key, cut) = (makeKey(), makeKey(secret: 25))
    let text = Array(repeating: UInt8(ascii: "k"), count: lead) + key + cut + [UInt8(ascii: " ")]
    folder.write("in/a", Array(Data(text).base64EncodedData()))
    let found = try findings()["a"] ?? []
    #expect(found.map(\.fingerprint) == [fingerprint(of: key), fingerprint(of: cut)])
    #expect(found.map(\.confidence) == ["high", "medium"])
  }

  @Test(arguments: [
    "\u{1B}[m", "a\u{1B}[m", "\u{200B}", "%25", "&amp;#", "\u{1B}]8", "hopx\u{1B}[m", "hopx<b>", "hopx_live_'a*",
    "(104)||", "00ff: 68 6f\n", "H4sI",
  ])
  func `a row of a million codes does not hold a scan up`(code: String) throws {
    folder.write("in/a", String(repeating: code, count: 1_000_000))
    let result = try run("/usr/bin/timeout", ["120", hopxguardPath, "scan", "in", "--quiet"], in: folder.path)
    #expect(result.status == 0)
  }

  @Test func `what is apart for a reason stays apart`() throws {
    let key = keyText()
    folder.write(
      "in/a",
      """
      ["\(key)", "tail"]
      "\(key)" + "abc"
      \(key.prefix(36))
      \(key.dropFirst(36))
      hopx_live_" + keyId + "." + secret
      """)
    let found = try findings()["a"] ?? []
    #expect(found.map(\.encoding) == ["plain", "plain"])
    #expect(Set(found.map(\.fingerprint)) == [fingerprint(of: Array(key.utf8))])
  }

  @Test func `lines of compressed data that turn out not to belong together do no harm`() throws {
    let digits = Data(deflated((0..<2000).map { _ in UInt8.random(in: 0...255) })).base64EncodedString()
    let lines = [String(digits.prefix(48)), digits.dropFirst(48).prefix(480) + ":", keyText()]
    folder.write("in/a", lines.joined(separator: "\n"))
    #expect(try findings()["a"]?.map(\.encoding) == ["plain"])
  }

  @Test func `a user's rule is seen through them too`() throws {
    folder.write(
      "r.toml", "[[rule]]\nid = 'acme'\nliteral = 'acme-'\npattern = 'acme-[0-9a-f]{32}'\nkeep = 5\n")
    let secret = "acme-" + (0..<32).map { _ in "0123456789abcdef".randomElement()! }
    folder.write("in/a", Data(secret.utf8).base64EncodedString())
    folder.write("in/b", secret.replacing("-", with: "%2D"))
    folder.write("in/c", Array(secret.utf8).flatMap { [$0, 0] })
    let report = try Report.scan("in", "--rules", "r.toml", in: folder)
    #expect(report.findings.map(\.encoding) == ["base64", "percent", "utf-16le"])
    #expect(Set(report.findings.map(\.fingerprint)) == [fingerprint(of: Array(secret.utf8))])
  }
}
