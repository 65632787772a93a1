// `primaryLocationLineHash` and the UTF-16 columns beside it, held against another way of working
// them out: each line by itself, as the sum of a polynomial, from the text as a whole.

import Foundation
import Rules
import TestSupport
import Testing

struct LineHashTests {
  private let folder = TestFolder()

  /// The hash of each line of a text.
  private func hashes(_ bytes: [UInt8]) -> [String] {
    var units = Array(String(decoding: bytes, as: UTF8.self).utf16)
    var index = 0
    while index < units.count {
      if units[index] == 0x0D {
        units[index] = 0x0A
        if index + 1 < units.count, units[index + 1] == 0x0A { units.remove(at: index + 1) }
      }
      index += 1
    }
    units.append(0xFFFF)
    units.removeAll { $0 == 0x20 || $0 == 0x09 }
    let starts = [0] + units.indices.filter { $0 > 0 && units[$0 - 1] == 0x0A }
    var counts: [UInt64: Int] = [:]
    return starts.map { start in
      var sum: UInt64 = 0
      for place in start..<(start + 100) {
        sum = sum &* 37 &+ (place < units.count ? UInt64(units[place]) : 0)
      }
      counts[sum, default: 0] += 1
      return "\(String(sum, radix: 16)):\(counts[sum]!)"
    }
  }

  @Test func `the other way agrees with the published examples`() {
    // github/codeql-action, src/fingerprints.test.ts.
    #expect(hashes([]) == ["c129715d7a2bc9a3:1"])
    #expect(
      hashes(Array(" a\nb\n  \t\tc\n d".utf8)) == [
        "271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1",
      ])
    let repeated = hashes(Array(String(repeating: "Lorem ipsum dolor sit amet.\n", count: 10).utf8))
    #expect(
      repeated[5...] == [
        "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
      ])
  }

  private struct Result: Equatable {
    var line: Int, column: Int, endLine: Int, endColumn: Int
    var hash: String
  }

  private func results(_ output: [UInt8]) throws -> [Result] {
    typealias Object = [String: Any]
    let log = try #require(try JSONSerialization.jsonObject(with: Data(output)) as? Object)
    let results = try #require((log["runs"] as? [Object])?.first?["results"] as? [Object])
    return try results.map { result in
      let place = try #require((result["locations"] as? [Object])?.first?["physicalLocation"] as? Object)
      let region = try #require(place["region"] as? [String: Int])
      let prints = try #require(result["partialFingerprints"] as? [String: String])
      return Result(
        line: region["startLine"]!, column: region["startColumn"]!, endLine: region["endLine"]!,
        endColumn: region["endColumn"]!, hash: prints["primaryLocationLineHash"]!)
    }
  }

  /// What a SARIF report has to say of each key in a text.
  private func expected(_ bytes: [UInt8], _ ranges: [Range<Int>]) -> [Result] {
    let all = hashes(bytes)
    return ranges.map { range in
      let before = bytes[..<range.lowerBound]
      var line = 1, start = 0
      for (index, byte) in before.enumerated() {
        if byte == 0x0A || (byte == 0x0D && bytes[index + 1] != 0x0A) {
          line += 1
          start = index + 1
        }
      }
      let lead = String(decoding: bytes[start..<range.lowerBound], as: UTF8.self).utf16.count
      return Result(
        line: line, column: lead + 1, endLine: line, endColumn: lead + 1 + range.count, hash: all[line - 1])
    }
  }

  private static let pieces: [[UInt8]] =
    [
      "a", " ", "\t", "\n", "\n", "\r", "\r\n", "é", "😀", "漢字", "\u{FEFF}", "\u{FFFF}", "\0", "x = 1;\n",
      " \r \n",
      "Lorem ipsum dolor sit amet, consectetur.\n",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xC0, 0x80]]

  private func text(_ count: Int, keys: Int, _ random: inout SeededGenerator) -> (bytes: [UInt8], keys: [Range<Int>]) {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    let places = Set((0..<keys).map { _ in Int.random(in: 0..<count, using: &random) })
    for piece in 0..<count {
      if places.contains(piece) {
        let key = Array(random.key().utf8)
        ranges.append(bytes.count..<(bytes.count + key.count))
        // Behind a key comes what ends it.
        bytes += key + [0x3B]
      }
      bytes += Self.pieces.randomElement(using: &random)!
    }
    return (bytes, ranges)
  }

  @Test(arguments: 0..<40)
  func `texts of all kinds, as files and as streams`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (bytes, keys) = text([3, 40, 400, 3000][Int(seed) % 4], keys: 5, &random)
    folder.write("in/a", bytes)
    let expected = expected(bytes, keys)
    let file = try hopxguard("scan", "in", "--format", "sarif", in: folder)
    #expect(try results(file.outputBytes) == expected)
    let stream = try hopxguard("scan", "-", "--format", "sarif", in: folder, input: bytes)
    #expect(try results(stream.outputBytes) == expected)
  }

  @Test(arguments: ["", "\n", "\r\n", "é\n"])
  func `across the chunks of a large file`(apart: String) throws {
    var random = SeededGenerator(seed: 7)
    var bytes: [UInt8] = []
    var keys: [Range<Int>] = []
    for round in 0..<12 {
      while bytes.count < round * 90_000 { bytes += Array("漢字 and more text 😀\(apart)".utf8) }
      let key = Array(random.key().utf8)
      keys.append(bytes.count..<(bytes.count + key.count))
      bytes += key + Array(";\(apart)".utf8)
    }
    folder.write("in/a", bytes)
    let report = try hopxguard("scan", "in", "--format", "sarif", in: folder)
    #expect(try results(report.outputBytes) == expected(bytes, keys))
  }

  @Test func `the same line again and again is counted`() throws {
    let line = "key = '\(keyText())'\n"
    folder.write("in/a", String(repeating: line, count: 8))
    let found = try results(try hopxguard("scan", "in", "--format", "sarif", in: folder).outputBytes)
    #expect(found.prefix(5).map { String($0.hash.suffix(2)) } == [":1", ":2", ":3", ":4", ":5"])
    let all = hashes(Array(String(repeating: line, count: 8).utf8))
    #expect(found.map(\.hash) == Array(all.prefix(8)))
  }

  @Test func `what git stores is hashed as a file is`() throws {
    let text = "one\n\ttwo \(keyText())\n"
    folder.git("init", "-q", "repo")
    folder.write("repo/a", text)
    folder.git("-C", "repo", "add", "a")
    folder.git("-C", "repo", "commit", "-qm", "a")
    let repository = folder.file("repo")
    for arguments in [["scan"], ["scan", "--history"], ["scan", "--range", "HEAD"]] {
      let report = try run(hopxguardPath, arguments + ["--format", "sarif"], in: repository)
      #expect(try results(report.outputBytes).map(\.hash) == [hashes(Array(text.utf8))[1]])
    }
  }

  @Test func `lines of a diff are no file, and get a name of their own`() throws {
    let key = keyText()
    let diff = "--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+one\n+\(key)\n"
    let report = try hopxguard("scan", "--diff", "-", "--format", "sarif", in: folder, input: Array(diff.utf8))
    let found = try results(report.outputBytes)
    #expect(found.map(\.line) == [2])
    #expect(found[0].hash != hashes(Array("one\n\(key)\n".utf8))[1])
    #expect(found[0].hash.wholeMatch(of: /[0-9a-f]{16}:1/) != nil)
  }

  @Test func `the hash of a line gives no short secret away`() throws {
    // Nine unknown characters would follow from 64 bits of a polynomial.
    folder.write("r.toml", "[[rule]]\nid = 'pin'\nliteral = 'pin_'\npattern = 'pin_[a-z]{9}'\n")
    let text = "pin_abcdefghi \(keyText())\n"
    folder.write("in/a", text)
    let report = try hopxguard("scan", "in", "--rules", "r.toml", "--format", "sarif", in: folder)
    let found = try results(report.outputBytes)
    #expect(found.count == 2)
    #expect(!report.output.contains(hashes(Array(text.utf8))[0].prefix { $0 != ":" }))
    #expect(Set(found.map(\.hash)).count == 2)
  }

  @Test func `a match over several lines ends in the last of them`() throws {
    folder.write("r.toml", "[[rule]]\nid = 'block'\nliteral = 'BEGIN'\npattern = 'BEGIN[a-z\\n]+END'\n")
    folder.write("in/a", "é BEGIN\nabcabcabcabcabcabcabcabcabc\nabcEND\n")
    let report = try hopxguard("scan", "in", "--rules", "r.toml", "--format", "sarif", in: folder)
    let found = try results(report.outputBytes)
    #expect(found.map { [$0.line, $0.column, $0.endLine, $0.endColumn] } == [[1, 3, 3, 7]])
  }
}
