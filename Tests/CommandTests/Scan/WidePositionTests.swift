// Where keys in UTF-16 and UTF-32 are reported, against lines and columns that are counted in the text itself:
// characters that hold the byte 0x0A end no line, the byte order is named rightly, snippets can be read and
// comments beside a key are seen, in files that are wide throughout and in files that are so in part.

import Foundation
import Rules
import TestSupport
import Testing

struct WidePositionTests {
  private let folder = TestFolder()

  /// A way to write text down.
  enum Form: String, CaseIterable {
    case utf16le = "utf-16le"
    case utf16be = "utf-16be"
    case utf32le = "utf-32le"
    case utf32be = "utf-32be"

    func encode(_ text: String) -> [UInt8] {
      switch self {
      case .utf16le: text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      case .utf16be: text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      case .utf32le: text.unicodeScalars.flatMap { scalar in (0..<4).map { UInt8(scalar.value >> (8 * $0) & 0xFF) } }
      case .utf32be:
        text.unicodeScalars.flatMap { scalar in (0..<4).map { UInt8(scalar.value >> (24 - 8 * $0) & 0xFF) } }
      }
    }
  }

  private struct Place: Equatable {
    var line: Int, column: Int, endColumn: Int
    var encoding: String
  }

  private static let words = [
    "以上", "《中国》", "Њарок", "hello world", "x = 1", "# note", "渊博",
    "日本語のテキスト", "上", "é à ü", "한국어", "😀", "N\t0",
    "const foo = bar(baz);", "权", "工作流程说明：第一步，打开《设置》，",
  ]

  /// Lines of text, and where keys are in it.
  private func text(
    lines: Int, keys: Int, end: String, from first: Int = 1, _ encoding: String, _ random: inout SeededGenerator
  ) -> (text: String, keys: [Place]) {
    var text = ""
    var places: [Place] = []
    let chosen = Set((0..<lines).shuffled(using: &random).prefix(keys))
    for number in 0..<lines {
      func words() -> String {
        (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.words.randomElement(using: &random)! }
          .joined(separator: " ")
      }
      var line = words()
      if chosen.contains(number) {
        line += " $env:HOPX_API_KEY = \""
        let key = random.key()
        let column = line.utf16.count + 1
        places.append(
          Place(line: first + number, column: column, endColumn: column + key.count, encoding: encoding))
        line += "\(key)\" " + words()
      }
      text += line + end
    }
    return (text, places)
  }

  private func places(_ report: [UInt8]) throws -> [Place] {
    typealias Object = [String: Any]
    let log = try #require(try JSONSerialization.jsonObject(with: Data(report)) as? Object)
    let results = try #require((log["runs"] as? [Object])?.first?["results"] as? [Object])
    return try results.map { result in
      let place = try #require((result["locations"] as? [Object])?.first?["physicalLocation"] as? Object)
      let region = try #require(place["region"] as? [String: Int])
      let properties = try #require(result["properties"] as? Object)
      return Place(
        line: region["startLine"]!, column: region["startColumn"]!, endColumn: region["endColumn"]!,
        encoding: properties["encoding"] as? String ?? "")
    }
  }

  private func expect(_ bytes: [UInt8], _ keys: [Place], sourceLocation: SourceLocation = #_sourceLocation) throws {
    folder.write("a", bytes)
    let file = try hopxguard("scan", "a", "--format", "sarif", in: folder)
    #expect(try places(file.outputBytes) == keys, sourceLocation: sourceLocation)
    let stream = try hopxguard("scan", "-", "--format", "sarif", in: folder, input: bytes)
    #expect(try places(stream.outputBytes) == keys, sourceLocation: sourceLocation)
  }

  @Test(arguments: Form.allCases, 0..<6)
  func `a file in one form, with and without its mark`(form: Form, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let end = ["\n", "\r\n", "\r"][Int(seed) % 3]
    let (text, keys) = text(
      lines: [3, 12, 80, 3000][Int(seed) % 4], keys: 3, end: end, form.rawValue, &random)
    try expect(form.encode("\u{FEFF}" + text), keys)
    try expect(
      form.encode("# \(end)" + text),
      keys.map { place in
        var place = place
        place.line += 1
        return place
      })
  }

  @Test(arguments: Form.allCases, 0..<4)
  func `a file that is bytes, then wide, then bytes`(form: Form, seed: UInt64) throws {
    var random = SeededGenerator(seed: 100 + seed)
    let end = ["\n", "\r\n"][Int(seed) % 2]
    let head = text(lines: 12, keys: 1, end: end, "plain", &random)
    let wide = text(lines: 9, keys: 1, end: end, from: 13, form.rawValue, &random)
    let tail = text(lines: 5, keys: 1, end: end, from: 22, "plain", &random)
    for mark in ["", "\u{FEFF}"] {
      try expect(
        Array((head.text + end).utf8.dropLast(end.utf8.count)) + form.encode(mark + "#" + wide.text)
          + Array(tail.text.utf8),
        head.keys
          + wide.keys.map { place in
            var place = place
            if place.line == 13 { (place.column, place.endColumn) = (place.column + 1, place.endColumn + 1) }
            return place
          } + tail.keys)
    }
  }

  @Test func `the same in what git stores`() throws {
    var random = SeededGenerator(seed: 7)
    let (text, keys) = text(lines: 40, keys: 2, end: "\r\n", "utf-16le", &random)
    folder.git("init", "-q", "repo")
    folder.write("repo/a.ps1", Form.utf16le.encode("\u{FEFF}" + text))
    folder.git("-C", "repo", "add", "a.ps1")
    let repository = folder.file("repo")
    func scan(_ arguments: [String]) throws {
      let report = try run(hopxguardPath, ["scan", "--format", "sarif"] + arguments, in: repository)
      #expect(try places(report.outputBytes) == keys, "\(arguments)")
    }
    try scan([])
    try scan(["--staged"])
    folder.git("-C", "repo", "commit", "-qm", "a")
    try scan(["--range", "HEAD"])
    try scan(["--history"])
  }

  @Test(arguments: Form.allCases)
  func `the snippet is text, and shows no other key`(form: Form) throws {
    let (key, other) = (keyText(), keyText())
    folder.write("a", form.encode("\u{FEFF}# 上\r\n《名》 = '\(key)', '\(other)' # 以上\r\n"))
    let report = try Report.scan("a", in: folder)
    let shown = "《名》 = '\(key.prefix(15))...', '\(other.prefix(15))...' # 以上"
    #expect(report.findings.map(\.encoding) == [form.rawValue, form.rawValue])
    #expect(report.findings.map(\.line) == [2, 2])
    let characters = shown.prefix { $0 != "h" }.count
    #expect(report.findings.first?.column == characters * (form.encode("a").count) + 1)
    // As much as in other text: 80 bytes before a key, 200 after it.
    #expect(report.findings.first.map { shown.hasPrefix($0.snippet) && $0.snippet.contains("...'") } == true)
  }

  @Test(arguments: Form.allCases)
  func `a comment beside a key allows it`(form: Form) throws {
    folder.write(
      "here", form.encode("\u{FEFF}k = '\(keyText())' # 以上 hopxguard:allow 《例》 of the documentation\n"))
    folder.write(
      "above", form.encode("\u{FEFF}# hopxguard:allow-next-line 上 of the documentation\r\n上 = '\(keyText())'\r\n"))
    folder.write("elsewhere", form.encode("\u{FEFF}# hopxguard:allow of another line\n上 = '\(keyText())'\n"))
    #expect(try Report.scan("here", "above", in: folder).status == 0)
    #expect(try Report.scan("elsewhere", in: folder).status == 1)
  }
}
