// A repository with one key in it, and what the tests of allow-lists ask of it.

import Foundation
import TestSupport
import Testing

struct AllowRepository {
  let folder = TestFolder()
  let key = keyText()

  init() {
    folder.git("init", "-q", "-b", "main")
    folder.git("config", "user.name", "Ada Lovelace")
    folder.git("config", "user.email", "ada@example.com")
    folder.write("src/app.py", "x = 1\napi_key = '\(key)'\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "base")
  }

  /// What reports call the key of the repository, or another.
  func fingerprint(of other: String? = nil) throws -> String {
    let text = Array((other ?? key).utf8)
    return try #require(try Report.of(["scan", "-"], in: TestFolder(), input: text).findings.first).fingerprint
  }

  func settings(_ text: String) { folder.write(".hopxguard.toml", text) }

  func entry(_ lines: String..., reason: String = "known") -> String {
    (["[[allow]]"] + lines + ["reason = '\(reason)'"]).joined(separator: "\n") + "\n"
  }

  func commit(_ message: String = "x") {
    folder.git("add", "-A")
    folder.git("commit", "-qm", message)
  }
}

/// The parts of the JSON report that tell what was left out.
struct Exceptions: Decodable {
  struct Summary: Decodable {
    let allowed: Int, findings: Int
    let allowedBy: [String: Int]?, skipped: Int?, disabledRules: [String: Int]?
  }
  struct Warning: Decodable, Equatable { let path: String, line: Int?, message: String }
  let summary: Summary
  let warnings: [Warning]?

  static func of(
    _ arguments: String..., in folder: TestFolder, input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> Exceptions {
    let result = try run(
      hopxguardPath, arguments + ["--format", "json"], in: folder.path, input: input, environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return try JSONDecoder().decode(Exceptions.self, from: Data(result.outputBytes))
  }
}
