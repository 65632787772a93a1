// The rules of rules/lint.toml, and what a project adds to them.

import Bytes
import CEmbedded
package import Rules
import TOML

package struct LintRule: Sendable {
  package let id: String
  package let title: String
  package let severity: Severity
  /// What to write instead.
  package let advice: [String]
  package let examples: [Example]
  /// Of the rule in its file, from 1.
  package let line: Int

  package struct Example: Sendable {
    package let language: Language
    /// With `⟦` and `⟧` around what must be found.
    package let text: String
    package let matches: Bool
    /// From 1.
    package let line: Int
  }
}

/// The kinds of findings. Each is a rule of the file.
package enum LintKind: String, CaseIterable, Sendable {
  case logged = "key-logged"
  case hardcoded = "key-hardcoded"
  case inImage = "key-in-image"
  case inCI = "key-in-ci"
  case inURL = "key-in-url"
  case inArguments = "key-in-argv"
  case inClient = "key-in-client"
}

/// What a project's settings add to the names of the rules.
package struct LintAdditions: Sendable {
  /// Names that hold a key.
  package var names: [String] = []
  /// Functions that show their arguments.
  package var sinks: [String] = []
  /// Functions whose result is fit to show.
  package var masks: [String] = []

  package init() {}
}

package struct LintRules: Sendable {
  package private(set) var rules: [LintRule] = []
  let names: KeyNames
  let sinks: [Language: SinkList]
  let meanings: NameMeanings
  /// Words of which a file has one, in some case, where anything is found in it.
  let anchors: [[UInt8]]

  /// The rules of the binary.
  package init(_ additions: LintAdditions = LintAdditions()) {
    let file = embedded_lint()
    let text = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
    do throws(TOMLError) { try self.init(parsing: text, additions) } catch {
      fatalError("rules/lint.toml:\(error.line): \(error.reason)")
    }
  }

  private init(parsing text: UnsafeRawBufferPointer, _ additions: LintAdditions) throws(TOMLError) {
    var file = try TOMLTable(TOMLValue(parsing: text), name: "rules/lint.toml")
    let names = try file.required("names", file.value("names"))
    self.names = try KeyNames(names, additions)
    var sinks: [Language: SinkList] = [:]
    var table = try TOMLTable(try file.required("sinks", file.value("sinks")), name: "sinks")
    for language in Language.allCases {
      let own = try table.strings(language.rawValue)?.map(\.text) ?? []
      sinks[language] = SinkList(own + additions.sinks)
    }
    try table.finish()
    self.sinks = sinks
    meanings = NameMeanings(self.names, sinks: sinks.values.flatMap(\.lastParts))
    anchors =
      self.names.spellings
      + ["hopx", "environ", "process.env", "meta.env", "getenv", "env::vars"].map { Array($0.utf8) }
    if case .array(let tables)? = file.value("rule")?.content {
      for table in tables { rules.append(try LintRule(table)) }
    }
    try file.finish()
  }

  package func rule(_ kind: LintKind) -> LintRule { rules.first { $0.id == kind.rawValue }! }
}

extension LintRule {
  fileprivate init(_ value: TOMLValue) throws(TOMLError) {
    var table = try TOMLTable(value, name: "rule")
    id = try table.required("id", table.string("id"))
    title = try table.required("title", table.string("title"))
    severity = try table.string("severity").flatMap(Severity.init) ?? .medium
    advice = try table.strings("advice")?.map(\.text) ?? []
    line = table.line
    var examples: [Example] = []
    for (key, matches) in [("match", true), ("no_match", false)] {
      guard let list = table.value(key) else { continue }
      var byLanguage = try TOMLTable(list, name: key)
      for language in Language.allCases {
        for (text, line) in try byLanguage.strings(language.rawValue) ?? [] {
          examples.append(Example(language: language, text: text, matches: matches, line: line))
        }
      }
      try byLanguage.finish()
    }
    self.examples = examples
    try table.finish()
  }
}

/// Functions that show their arguments, by the last part of their names.
struct SinkList: Sendable {
  /// The parts before the last, the nearest first.
  private var byLast: [String: [[String]]] = [:]

  var lastParts: some Sequence<String> { byLast.keys }

  init(_ names: [String]) {
    for name in names {
      var parts = name.split(separator: ".").map(String.init)
      let last = parts.removeLast()
      byLast[last, default: []].append(parts.reversed())
    }
  }

  /// What has to stand before a last part, for each sink of that name; nil if there is none.
  func receivers(of last: String) -> [[String]]? { byLast[last] }
}
