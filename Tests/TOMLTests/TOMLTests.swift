// Settings and rules are TOML in which every value knows its line, and a field that nobody asked for, or of the
// wrong kind, is an error that names it.

import TOML
import Testing

struct TOMLTests {
  private func parse(_ text: String) throws -> TOMLValue {
    try Array(text.utf8).withUnsafeBytes { try TOMLValue(parsing: $0) }
  }

  private func error(of text: String, _ body: (inout TOMLTable) throws(TOMLError) -> Void) -> TOMLError? {
    do {
      var table = try TOMLTable(parse(text), name: "scan")
      try body(&table)
      try table.finish()
      return nil
    } catch { return error as? TOMLError }
  }

  @Test func `values know their lines`() throws {
    var table = try TOMLTable(parse("\n\na = 'x'\nb = [\n 'one',\n 'two',\n]\n[c]\nd = 2027-01-31\n"), name: "file")
    let line = table.line(of: "a")
    let text = try table.string("a")
    #expect(line == 3 && text == "x")
    let strings = try table.strings("b") ?? []
    #expect(strings.map(\.text) == ["one", "two"] && strings.map(\.line) == [5, 6])
    let section = table.value("c")
    var inner = try TOMLTable(#require(section), name: "c")
    let (innerLine, date) = (inner.line, inner.value("d"))
    #expect(innerLine == 8 && date?.line == 9)
    guard case .date("2027-01-31")? = date?.content else { throw TOMLError(line: 9, reason: "no date") }
  }

  @Test func `what is not TOML is an error with its line`() {
    for (text, line) in [("a = 1\nb = ", 2), ("a = 1\na = 2", 2), ("[x", 1), ("a = 'b\n", 1)] {
      do {
        _ = try parse(text)
        Issue.record("\(text) was taken")
      } catch let error as TOMLError {
        #expect(error.line == line, "\(text): \(error.reason)")
      } catch {}
    }
  }

  @Test func `a misspelt field is named, with the one that was meant`() {
    let error = error(of: "jobs = 1\nskpi = []") { table throws(TOMLError) in
      _ = try table.integer("jobs")
      _ = try table.strings("skip")
    }
    #expect(error?.line == 2)
    #expect(error?.reason == "unknown field 'skpi' in scan; did you mean 'skip'?")
  }

  @Test func `a value of the wrong kind is an error that says what is wanted`() {
    #expect(
      error(of: "a = 1") { table throws(TOMLError) in _ = try table.string("a") }?.reason
        == "'a' takes a string, not an integer")
    #expect(
      error(of: "a = ['x', 1]") { table throws(TOMLError) in _ = try table.strings("a") }?.reason.contains(
        "strings only") == true)
    #expect(
      error(of: "b = 1") { table throws(TOMLError) in _ = try table.required("a", table.string("a")) }?.reason
        == "scan has no 'a'")
  }
}
