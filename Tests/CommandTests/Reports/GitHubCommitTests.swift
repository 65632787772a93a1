// The page of a GitHub step names the commits that brought its findings.

import Foundation
import TestSupport
import Testing

struct GitHubCommitTests {
  private let folder = TestFolder()

  private func commit(_ name: String, _ text: String, message: String = "m") -> String {
    folder.write(name, text)
    folder.git("add", "-A")
    folder.git("commit", "-qm", message)
    return folder.git("rev-parse", "HEAD")
  }

  @Test func `the commit is beside the file, and what was scanned is not taken for what was found`() throws {
    folder.git("init", "-q", "-b", "main")
    _ = commit("base", "x\n")
    let brought = commit("k.py", keyText())
    _ = commit("k.py", "x")
    let told = commit("y", "x", message: "see \(keyText())")
    let page = TestFolder()
    let result = try hopxguard(
      "scan", "--range", "HEAD~3..HEAD", "--format", "github", in: folder,
      environment: ["GITHUB_STEP_SUMMARY": page.file("page.md")])
    #expect(result.status == 1)
    let text = String(decoding: page.read("page.md"), as: UTF8.self)
    expectNoKey(in: Array(text.utf8))
    #expect(text.contains("| <code>k.py</code> since <code>\(brought.prefix(12))</code> | 1 |"), "\(text)")
    #expect(text.contains("<code>&#60;commit \(told)&#62;</code> | commit message |"), "\(text)")
    #expect(text.contains("2 findings in 2 files&#59; scanned&#58; 2 files, "), "\(text)")
    #expect(result.output.contains("::2 findings in 2 files; scanned: 2 files, "), "\(result.output)")
  }
}
