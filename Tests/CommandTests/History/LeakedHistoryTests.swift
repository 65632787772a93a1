// A key leaked: `scan --history --replace-text`, and what it advises, run by a shell with git-filter-repo.
// `scripts/packages test` installs that.

import Foundation
import TestSupport
import Testing

struct LeakedHistoryTests {
  private let root = TestFolder()
  private let key = keyText()
  private let example = keyText()

  private static let python =
    projectPath + "/.build/python/bin"

  private var environment: [String: String] {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let binary = URL(fileURLWithPath: hopxguardPath).deletingLastPathComponent().path
    return gitIdentity.merging(["PATH": "\(binary):\(Self.python):\(search)", "HOME": root.path]) { $1 }
  }

  private func shell(_ script: String, in folder: String) throws -> CommandResult {
    let result = try run(
      "/bin/sh", ["-e", "-c", script], in: root.file(folder), environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  /// A repository that has been pushed: a key in a file that is edited since, in a message, in a tag's and in
  /// a note, and another that is allowed.
  private func leak() throws {
    root.write("repo/app.py", "k = '\(key)'\n")
    root.write("repo/docs.md", "as in \(example)\n")
    let made = try shell(
      """
      git init -q --bare -b main remote.git
      cd repo && git init -q -b main && git remote add origin ../remote.git
      git add . && git commit -q -m 'with \(key)' && git tag -a v1 -m 'tag \(key)'
      git notes add -m 'note \(key)'
      echo "k = read()" > app.py && git commit -q -a -m clean
      hopxguard allow \(HistoryRepository.fingerprint(example)) --reason 'the documentation' --by Ada
      git add . && git commit -q -m allowed
      git push -q --mirror origin
      git --git-dir=../remote.git update-ref refs/keep/me v1
      """, in: ".")
    #expect(made.status == 0, "\(made.errors)")
  }

  private func commands(in advice: String) -> String {
    advice.split(separator: "\n").filter { $0.hasPrefix("  ") }.joined(separator: "\n")
  }

  @Test(arguments: [nil, "../keys.txt", "../the keys.txt"])
  func `the advice works as it is printed`(file: String?) throws {
    try leak()
    let arguments = file.map { ["--replace-text", $0] } ?? []
    let found = try run(
      hopxguardPath, ["scan", "--history"] + arguments, in: root.file("repo"), environment: environment)
    #expect(found.status == 1)
    let start = try #require(found.errors.range(of: "\nIn git the keys stay"))
    let advice = found.errors[start.lowerBound...].components(separatedBy: "\n\n")[0]
    #expect(advice.split(separator: "\n").count <= 12)
    // Its own scans find what is to be taken out, so the first of them ends with 1.
    let script = commands(in: advice).replacingOccurrences(
      of: "hopxguard scan --history --replace-text", with: "! hopxguard scan --history --replace-text")
    let done = try shell(script, in: "repo")
    #expect(done.status == 0, "\(advice)\n\(done.output)\n\(done.errors)")
    #expect(done.output.contains("No findings") || done.errors.contains("No findings, 1 allowed"), "\(done.errors)")

    // All is gone from where it was pushed to, and the allowed one is not.
    let host = try shell("git -C remote.git gc -q --prune=now", in: ".")
    #expect(host.status == 0)
    let remote = try run(
      hopxguardPath, ["scan", "--history", "--allow-from", "HEAD"], in: root.file("remote.git"),
      environment: environment)
    #expect(!remote.output.contains(HistoryRepository.fingerprint(key)), "\(remote.output)")
    let fresh = try shell(
      "git clone -q remote.git fresh && git -C fresh log --format=%B && cat fresh/docs.md | wc -c", in: ".")
    #expect(fresh.output.contains("with REMOVED-"))
    #expect(fresh.output.contains("\(example.utf8.count + 7)"))
    #expect(try run(hopxguardPath, ["scan"], in: root.file("fresh")).errors.contains("1 allowed (1 by fingerprint)"))
    #expect(!FileManager.default.fileExists(atPath: root.file("keys.txt")))
  }

  @Test func `names, authors, encoded keys and binary files go as the page says`() throws {
    try leak()
    let encoded = Data(key.utf8).base64EncodedString()
    root.write("repo/enc", encoded)
    root.write("repo/bin", [0] + Array(key.utf8))
    root.write("repo/\(key)/x", "x")
    let made = try shell(
      """
      cd repo && git add . && GIT_AUTHOR_NAME='\(key)' GIT_COMMITTER_EMAIL='\(key)@x' git commit -q -m names
      git branch 'b-\(key)' && git tag 't-\(key)' && git tag -a -m x 'a-\(key)' && git push -q --mirror origin
      ! hopxguard scan --history --replace-text ../keys.txt
      git clone -q --mirror ../remote.git ../cleaned.git
      """, in: ".")
    #expect(made.status == 0, "\(made.errors)")
    let page = Self.python + "/../../../docs/leaked.md"
    let blocks = try String(contentsOfFile: page, encoding: .utf8).components(separatedBy: "```")
    let names = try #require(blocks.first { $0.hasPrefix("sh\n") && $0.contains("--refname-callback") })
    // It names the branches that it has renamed, keys and all.
    let done = try shell("(\(names.dropFirst(3))) >/dev/null 2>&1", in: "cleaned.git")
    #expect(done.status == 0)
    root.write("keys.txt", "literal:\(encoded)==>REMOVED\n")
    let rest = try shell(
      """
      git filter-repo --replace-text ../keys.txt --invert-paths --path bin
      rm -r filter-repo
      hopxguard scan --history --allow-from HEAD
      git push -q --mirror ../remote.git
      git clone -q ../remote.git ../fresh && ls ../fresh && git -C ../fresh for-each-ref
      """, in: "cleaned.git")
    #expect(rest.status == 0, "\(rest.output)\(rest.errors)")
    #expect(rest.output.contains("REMOVED\napp.py\ndocs.md\nenc\n"), "\(rest.output)")
    for name in ["origin/b-REMOVED", "tags/t-REMOVED", "tags/a-REMOVED"] { #expect(rest.output.contains(name)) }
  }

  @Test func `what is let pass is not replaced`() throws {
    try leak()
    let scan = try shell("hopxguard scan --history --replace-text ../keys.txt || true", in: "repo")
    #expect(scan.errors.contains("1 key let pass, and so left out of --replace-text"), "\(scan.errors)")
    let lines = String(decoding: root.read("keys.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("literal:\(key)==>REMOVED-") == true)
    // Allowed at one place only, it goes wherever it stands.
    root.write(
      "repo/.hopxguard.toml",
      "[[allow]]\nfingerprint = '\(HistoryRepository.fingerprint(example))'\npath = 'else'\nreason = 'x'\n")
    _ = try shell("hopxguard scan --history --replace-text ../both.txt || true", in: "repo")
    #expect(String(decoding: root.read("both.txt"), as: UTF8.self).split(separator: "\n").count == 2)
    // Nothing to replace, and no file.
    root.write("repo/.hopxguard.toml", "[[allow]]\nrule = 'hopx-api-key'\nreason = 'x'\n")
    let none = try shell("hopxguard scan --history --replace-text ../none.txt", in: "repo")
    #expect(none.errors.contains("2 keys let pass"))
    #expect(!FileManager.default.fileExists(atPath: root.file("none.txt")))
  }
}
