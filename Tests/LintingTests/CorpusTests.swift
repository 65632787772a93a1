// The corpus: a file for each language, with marks around everything that has to be found. What is not between marks
// must not be found, which is most of it. Each file reads like a manual of what is followed and what ends it.

import Linting
import Platform
import TestSupport
import Testing

struct CorpusTests {
  private static let files: [(name: String, path: Path)] = [
    ("python", "app.py"), ("javascript", "app.ts"), ("swift", "App.swift"), ("go", "app.go"), ("rust", "app.rs"),
    ("java", "App.java"), ("ruby", "app.rb"), ("powershell", "app.ps1"), ("shell", "app.sh"),
    ("dockerfile", "Dockerfile"), ("github", ".github/workflows/a.yml"), ("gitlab", ".gitlab-ci.yml"),
    ("compose", "compose.yaml"), ("makefile", "Makefile"),
  ]

  @Test(arguments: files)
  func `everything between marks is found, and nothing else`(name: String, path: Path) throws {
    let text = MarkedText(try corpus(name))
    #expect(!text.marks.isEmpty)
    let found = text.bytes.withUnsafeBytes { Linter(LintRules()).findings(in: $0, path: path) }
    for mark in text.marks where !found.contains(where: { $0.range == mark }) {
      Issue.record("\(name), line \(text.line(mark)): not found: \(text.text(mark))")
    }
    for finding in found where !text.marks.contains(finding.range) {
      Issue.record("\(name), line \(text.line(finding.range)): found: \(text.text(finding.range)): \(finding.message)")
    }
  }

  @Test func `a notebook is read by cell, and a finding is at its place in the JSON`() throws {
    let text = MarkedText(
      #"""
      {"cells": [
        {"cell_type": "markdown", "source": ["print(api_key)"]},
        {"cell_type": "code", "metadata": {}, "outputs": [],
         "source": ["import os\n", "key = os.environ[\"HOPX_API_KEY\"]"]},
        {"cell_type": "code", "source": ["print(\"key\")\n", "print(⟦key⟧)"]}
      ], "nbformat": 4}
      """#.utf8)
    let found = text.bytes.withUnsafeBytes { Linter(LintRules()).findings(in: $0, path: "a.ipynb") }
    #expect(found.map(\.range) == text.marks)
    #expect(found.first?.place == "cell 3, line 2")
  }

  @Test func `what a notebook hands to a shell is read as a script`() throws {
    let text = MarkedText(
      #"""
      {"cells": [
        {"cell_type": "code", "source": ["x = 1\n", "!echo ⟦$HOPX_API_KEY⟧\n", "print(⟦api_key⟧)"]},
        {"cell_type": "code",
         "source": ["%%bash\n", "ls\n", "echo \"⟦$HOPX_API_KEY⟧\"\n", "echo \"${HOPX_API_KEY:0:15}\""]}
      ], "nbformat": 4}
      """#.utf8)
    let found = text.bytes.withUnsafeBytes { Linter(LintRules()).findings(in: $0, path: "a.ipynb") }
    #expect(found.map(\.range) == text.marks)
    #expect(found.map(\.place) == ["cell 1, line 2", "cell 1, line 3", "cell 2, line 3"])
  }
}

/// A file of the corpus, with its marks.
func corpus(_ name: String) throws -> [UInt8] {
  try readWhole(Path("\(projectPath)/Tests/LintingTests/Corpus/\(name).txt"), limit: 1 << 20)
}

extension MarkedText {
  fileprivate func line(_ range: Range<Int>) -> Int { 1 + bytes[..<range.lowerBound].count { $0 == 0x0A } }
  fileprivate func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
