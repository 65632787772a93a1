// Errors about settings and rules quote names and values, and a dot of TOML cuts a key in two.

import Foundation
import TestSupport
import Testing

struct SettingsLeakTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  @Test(arguments: [
    "KEY = 1", "[scan]\nKEY = 1", "[[KEY]]", "[KEY]\n[KEY]", "x.KEY.y = 1\nx.KEY.y = 2", "'ID' = 1", "'IDs' = 1",
    "[scan]\nformat = 'ID'", "[scan]\ndisable = ['IDs']", "[scan]\nrules = ['ID']", "[scan]\nbaseline = 'IDs'",
    "[scan]\nskip = ['../ID']", "[[allow]]\nKEY = 1\npath = 'x'\nreason = 'x'", "[[gitignore]]\nKEY = 1",
    "[[allow]]\npath = 'ID'\nreason = 'x'\n[[allow]]\npath = 'ID'\nreason = 'x'",
  ])
  func `no error shows more than fifteen characters of a key`(text: String) throws {
    let key = keyText()
    let filled = text.replacingOccurrences(of: "KEY", with: key)
      .replacingOccurrences(of: "IDs", with: String(key.prefix(26))).replacingOccurrences(
        of: "ID", with: String(key.prefix(22)))
    repository.settings(filled)
    for arguments in [["scan"], ["check"], ["hook", "run", "pre-commit"], ["gitignore"]] {
      let result = try run(hopxguardPath, arguments, in: folder.path)
      #expect(!(result.output + result.errors).contains(key.prefix(16)), "\(arguments)")
      if arguments == ["scan"] {
        #expect(result.status == 2)
        #expect(result.errors.contains(".toml:") || result.errors.contains("no such baseline"), "\(result.errors)")
      }
    }
    folder.write("rules.toml", filled.hasPrefix("[[") ? "[[rule]]\n\(key) = 1\n" : filled)
    let rules = try run(hopxguardPath, ["rules", "test", "rules.toml"], in: folder.path)
    #expect(rules.status == 2)
    #expect(!rules.errors.contains(key.prefix(16)), "\(rules.errors)")
  }
}
