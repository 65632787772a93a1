// No command prints, or writes into the settings, a secret of a rule that only the project's settings name:
// `gitignore` redacts lines, names and reasons with it, and `allow` refuses a reason that holds one.

import Foundation
import Rules
import TestSupport
import Testing

struct ProjectRuleLeakTests {
  private let secret: String
  private let folder = TestFolder()

  init() throws {
    var keys = SeededGenerator(seed: 41)
    let digits = Array("0123456789abcdef")
    secret = "acme_" + String((0..<32).map { _ in digits.randomElement(using: &keys)! })
    folder.write(
      "acme.toml",
      """
      [[rule]]
      id = "acme-token"
      literal = "acme_"
      pattern = 'acme_[0-9a-f]{32}'
      """)
    folder.write(".hopxguard.toml", "[scan]\nrules = [\"acme.toml\"]\n")
    folder.git("init", "-q")
  }

  @Test func `gitignore shows no secret of the rules that the project adds`() throws {
    folder.write(".gitignore", "*.key\n!\(secret).key\nsecrets/\n.env\n")
    folder.write("\(secret)/.env", "A=1\n")
    folder.write("\(secret)/kept.txt", "x")
    folder.git("add", "-f", ".")
    for arguments in [[], ["--dry-run"], ["--format", "json"], ["--format", "sarif"], ["--fix"]] {
      let result = try run(hopxguardPath, ["gitignore"] + arguments, in: folder.path)
      #expect(result.status == 1, "\(arguments): \(result.errors)")
      #expect(!(result.output + result.errors).contains(secret.prefix(20)), "\(arguments)")
    }
  }

  @Test func `allow refuses a reason with a secret of the rules that the project adds, and does not repeat it`() throws
  {
    let fingerprint = "sha256:" + String(repeating: "5f", count: 16)
    for option in ["--reason", "--by"] {
      let others = option == "--reason" ? ["--by", "me"] : ["--reason", "old"]
      let result = try run(
        hopxguardPath, ["allow", fingerprint, option, "it is \(secret)"] + others, in: folder.path)
      #expect(result.status == 2)
      #expect(result.errors.contains("\(option) contains a key"))
      #expect(!result.errors.contains(secret.prefix(20)))
      #expect(!String(decoding: folder.read(".hopxguard.toml"), as: UTF8.self).contains(secret.prefix(20)))
    }
  }
}
