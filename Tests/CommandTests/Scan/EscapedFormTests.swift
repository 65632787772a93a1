// Forms in which programs print a key without meaning to hide it: each is found by its own fingerprint and under its
// own name. Keys are drawn when the test runs.

import Foundation
import TestSupport
import Testing

struct EscapedFormTests {
  let folder = TestFolder()

  private struct Form: Sendable {
    let encoding: String
    let write: @Sendable (String) -> String
  }

  private static func each(_ key: String, _ format: String, _ separator: String = "") -> String {
    key.utf8.map { String(format: format, Int($0)) }.joined(separator: separator)
  }

  /// With a colour in its identifier, the escape character written in another way.
  private static func coloured(_ key: String, _ escape: String) -> String {
    "\(key.prefix(5))\(escape)[01;31m\(key.dropFirst(5).prefix(20))\(escape)[m\(key.dropFirst(25))"
  }

  private static let forms: [Form] = [
    Form(encoding: "backslash") { $0.replacing("_", with: "\\_").replacing(".", with: "\\.") },
    Form(encoding: "octal") { each($0, "\\%03o") },
    Form(encoding: "hex") { each($0, "\\x{%x}") },
    Form(encoding: "css") { each($0, "\\%06x") },
    Form(encoding: "unicode") { each($0, "\\uuuu%04x") },
    Form(encoding: "unicode") { each($0, "U+%04X", " ") },
    Form(encoding: "decimal") { each($0, "%d", ",") },
    Form(encoding: "decimal") { each($0, "%d", " ") },
    Form(encoding: "octal>ansi") { coloured($0, "#033") },
    Form(encoding: "caret>ansi") { coloured($0, "^[") },
    Form(encoding: "octal>ansi") { coloured($0, "\\033") },
    Form(encoding: "unicode>ansi") { coloured($0, "\\u001b") },
  ]

  private func fingerprint(_ key: String) throws -> String {
    folder.write("key", key)
    return "sha256:\(try run("/usr/bin/sha256sum", [folder.file("key")]).output.prefix(32))"
  }

  @Test func `each form is found under its name`() throws {
    var wanted: [String: (form: Form, key: String)] = [:]
    for (index, form) in Self.forms.enumerated() {
      let key = keyText()
      wanted["in/\(index)"] = (form, key)
      folder.write("in/\(index)", "message: [\(form.write(key))] end\n")
    }
    let report = try Report.scan("in", in: folder)
    #expect(report.problems.isEmpty)
    for (path, (form, key)) in wanted {
      let found = report.findings.filter { $0.path == path }
      #expect(found.map(\.encoding) == [form.encoding], "\(path)")
      #expect(found.map(\.fingerprint) == [try fingerprint(key)], "\(path)")
    }
  }
}
