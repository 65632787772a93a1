// A file's text in, the places where it would leak a key out.

import CSearch
package import Platform

/// One worker's linter.
package struct Linter: Sendable {
  package let rules: LintRules

  /// Bytes of a file at most. What is larger was made by a machine.
  package static let longestFile = 8 << 20

  package init(_ rules: LintRules) { self.rules = rules }

  /// What a file's code would leak, in the order of its text.
  ///
  /// - Parameter path: what says which language it is in.
  package func findings(in bytes: UnsafeRawBufferPointer, path: Path) -> [LintFinding] {
    guard bytes.count <= Self.longestFile, let language = Language(path: path, start: bytes), mayLeak(bytes) else {
      return []
    }
    return findings(in: bytes, language, path)
  }

  package func findings(in bytes: UnsafeRawBufferPointer, _ language: Language, _ path: Path = "") -> [LintFinding] {
    let isAboutHopx = contains(bytes, Array("hopx".utf8))
    var found: [LintFinding]
    switch language {
    case .shell:
      var reader = ShellReader(bytes, 0..<bytes.count, language, rules, isAboutHopx: isAboutHopx)
      reader.read()
      found = reader.findings
    case .makefile: found = makefile(bytes, isAboutHopx)
    case .dockerfile:
      var reader = DockerfileReader(bytes, rules, isAboutHopx: isAboutHopx)
      reader.read()
      found = reader.findings
    case .yaml:
      var reader = YAMLReader(bytes, rules)
      reader.read()
      found = reader.findings
    case .dotenv: found = dotenv(bytes)
    case .notebook: found = notebook(bytes, isAboutHopx)
    default:
      var reader = CodeReader(bytes, 0..<bytes.count, language, rules, isAboutHopx: isAboutHopx)
      reader.read()
      found = reader.findings
    }
    found.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    return found
  }

  /// The recipes of a Makefile, each a script.
  private func makefile(_ bytes: UnsafeRawBufferPointer, _ isAboutHopx: Bool) -> [LintFinding] {
    var found: [LintFinding] = []
    var recipe: Range<Int>?
    func read(_ range: Range<Int>) {
      var reader = ShellReader(bytes, range, .makefile, rules, isAboutHopx: isAboutHopx)
      reader.read()
      found += reader.findings
    }
    for line in textLines(bytes, 0..<bytes.count) {
      let isRecipe = line.indent > 0 && bytes[line.range.lowerBound] == 0x09
      if isRecipe {
        recipe = (recipe?.lowerBound ?? line.start)..<line.range.upperBound
      } else if let range = recipe {
        read(range)
        recipe = nil
      }
    }
    if let recipe { read(recipe) }
    return found
  }

  /// Names in a file of variables that get into a bundle.
  private func dotenv(_ bytes: UnsafeRawBufferPointer) -> [LintFinding] {
    textLines(bytes, 0..<bytes.count).compactMap { line in
      let isExported = line.text.hasPrefix("export ")
      let name = line.text.dropFirst(isExported ? 7 : 0).prefix { $0 != "=" }
      guard let prefix = clientPrefix(of: name) else { return nil }
      let start = line.start + (isExported ? 7 : 0)
      return LintFinding(
        kind: .inClient, range: start..<(start + name.utf8.count),
        message: "what begins with \(prefix) is sent to every visitor")
    }
  }

  private func notebook(_ bytes: UnsafeRawBufferPointer, _ isAboutHopx: Bool) -> [LintFinding] {
    let notebook = NotebookReader(bytes)
    let scripts = notebook.shellParts()
    var found: [LintFinding] = []
    notebook.code.withUnsafeBytes { code in
      for script in scripts {
        var reader = ShellReader(code, script, .shell, rules, isAboutHopx: isAboutHopx)
        reader.read()
        found += reader.findings
      }
    }
    var python = notebook.code
    for place in scripts.joined() where python[place] != 0x0A { python[place] = 0x20 }
    found += python.withUnsafeBytes { code in
      var reader = CodeReader(code, 0..<code.count, .python, rules, isAboutHopx: isAboutHopx)
      reader.read()
      return reader.findings
    }
    return found.compactMap { notebook.located($0) }
  }

  /// Whether the bytes have a word without which nothing is found. Nearly all files have none.
  func mayLeak(_ bytes: UnsafeRawBufferPointer) -> Bool {
    rules.anchors.contains { contains(bytes, $0) }
  }
}

/// Whether `word`, in lower case and with a letter at either end, is in the bytes in any case.
func contains(_ bytes: UnsafeRawBufferPointer, _ word: [UInt8]) -> Bool {
  guard bytes.count >= word.count, let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return false }
  let (first, last) = (word[0] & 0xDF, word[word.count - 1] & 0xDF)
  let end = bytes.count - word.count + 1
  var at = 0
  while at < end {
    at = csearch_masked(base, bytes.count, at, end, word.count - 1, 0xDF, first, 0xDF, last)
    if at >= end { return false }
    var offset = 1
    while offset < word.count - 1 {
      let byte = base[at + offset]
      let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      if folded != word[offset] { break }
      offset += 1
    }
    if offset >= word.count - 1 { return true }
    at += 1
  }
  return false
}
