// A key in many places is one key: the text report shows it once, the summary counts keys and says which to rotate,
// and JSON lists each key with its places. The advice fits the kind of place, and a secrets file that git ignores
// is reported as the right one.

import Foundation
import TestSupport
import Testing

struct KeySummaryTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func makeFiles(_ count: Int) {
    for number in 1...count { folder.write("f\(100 + number).py", "key = '\(key)'\n") }
  }

  @Test func `a key in thirty files is shown once, with ten of its places and the number of the others`() throws {
    makeFiles(30)
    let result = try hopxguard("scan", in: folder)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count { $0.contains("Hopx API key") } == 1)
    #expect(lines.count { $0.hasPrefix("    also in f1") } == 9)
    #expect(lines.contains("    also in f102.py:1:8"))
    #expect(lines.last == "    and in 20 more places")
    #expect(result.errors.contains("\n1 key in 30 places:\n  \(key.prefix(15))...  30 places in 30 files: rotate\n"))
    #expect(result.errors.contains("30 findings: 30 files"))
  }

  @Test(arguments: [1, 30, 500]) func `--limit is the number of places shown`(limit: Int) throws {
    makeFiles(30)
    let result = try hopxguard("scan", "--limit", "\(limit)", in: folder)
    #expect(result.output.split(separator: "\n").count { $0.contains("also in") } == min(30, limit) - 1)
    #expect(result.output.contains("29 more places") == (limit == 1))
    #expect(result.output.contains("more place") == (limit == 1))
    #expect(try hopxguard("scan", "--limit", "0", in: folder).status == 2)
  }

  @Test func `json has each key with its places, and all findings`() throws {
    makeFiles(3)
    let other = keyText()
    folder.write("z.py", "\(other)\n")
    let result = try hopxguard("scan", "--format", "json", in: folder)
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any])
    let keys = try #require(report["keys"] as? [[String: Any]])
    #expect(keys.map { $0["secret"] as? String } == ["\(key.prefix(15))...", "\(other.prefix(15))..."])
    #expect(keys.map { $0["rotate"] as? String } == ["yes", "yes"])
    #expect(keys.map { $0["files"] as? Int } == [3, 1])
    let places = try #require(keys[0]["places"] as? [[String: Any]])
    #expect(places.map { $0["path"] as? String } == ["f101.py", "f102.py", "f103.py"])
    #expect(places.allSatisfy { $0["line"] as? Int == 1 && $0["column"] as? Int == 8 })
    #expect(places.allSatisfy { $0["kind"] as? String == "code" })
    #expect((report["findings"] as? [Any])?.count == 4)
  }

  @Test func `an env file that git ignores is the right place, and needs no rotation`() throws {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n")
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    let result = try hopxguard("scan", ".env", in: folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("1 place: where it belongs, nothing to rotate\n"))
    #expect(result.errors.contains("This is the right place for it. chmod 600 .env"))
    #expect(!result.errors.contains("To rotate:"))
  }

  @Test func `an env file that git tracks is taken out of git, and one that it would add is ignored`() throws {
    folder.git("init", "-q")
    folder.write("app/.env", "HOPX_API_KEY=\(key)\n")
    var errors = try hopxguard("scan", in: folder).errors
    #expect(errors.contains("In a secrets file that git does not ignore:\n    hopxguard gitignore --fix"))
    #expect(errors.contains("1 place: rotate if it was shared\n"))
    folder.git("add", "app/.env")
    errors = try hopxguard("scan", in: folder).errors
    #expect(errors.contains("    git rm --cached -- app/.env, then hopxguard gitignore --fix"))
    #expect(errors.contains("    Rotate if it was pushed"))
    // The same in a folder of repositories, and seen from outside.
    #expect(try hopxguard("scan", folder.path, in: TestFolder()).errors.contains("git rm --cached"))
  }

  @Test(arguments: [
    (".github/workflows/ci.yml", "the configuration of a CI system", "a secret of the CI system"),
    (".gitlab-ci.yml", "the configuration of a CI system", "a secret of the CI system"),
    ("home/.bashrc", "a shell's profile", "never in a dotfiles repository"),
    ("home/.zsh_history", "a history of commands", "Delete the line there"),
    ("home/.hopx/credentials.yaml", "the credentials of hopx-cli", "where hopx-cli keeps it"),
    ("home/.claude/projects/a/b.jsonl", "what a coding agent has kept", "agent sweep --in-place"),
    ("src/app.py", "code and other files", "Read HOPX_API_KEY from the environment"),
    ("logs/app.log", "a log or a program's output", "| hopxguard redact"),
  ])
  func `each place has its advice`(path: String, title: String, words: String) throws {
    folder.write(path, "key: \(key)\n")
    let errors = try hopxguard("scan", in: folder).errors
    let advice = errors.split(separator: "\n").drop { $0 != "  In \(title):" }
    #expect(advice.count > 3)
    #expect(advice.dropFirst().first?.contains(words) == true, "\(errors)")
    #expect(errors.contains("What to do now (Hopx API key):"))
    #expect(errors.contains("console.hopx.dev, Settings, API Keys") || path.contains(".hopx/"))
  }

  @Test func `a pipe is reported as it comes, with the advice for output`() throws {
    let result = try hopxguard("scan", "-", input: Array("a \(key)\nb \(key)\n".utf8))
    #expect(result.output.contains("  1:3  Hopx API key"))
    #expect(result.output.contains("    also in <stdin>:2:3\n"))
    #expect(result.errors.contains("In a log or a program's output:"))
  }

  @Test func `a committed key is in the history, wherever the file is`() throws {
    folder.git("init", "-q")
    folder.write(".env", "HOPX_API_KEY=\(key)\n")
    folder.git("add", ".")
    folder.git("commit", "-q", "-m", "one")
    let result = try hopxguard("scan", "--history", in: folder)
    #expect(result.errors.contains("In git's history:"))
    #expect(result.errors.contains("1 place: rotate\n"))
  }
}
