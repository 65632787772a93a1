// Reads the YAML of GitHub's and GitLab's jobs and of compose, line by line: keys by their indentation, and the
// commands that a job hands to a shell.

struct YAMLReader {
  let bytes: UnsafeRawBufferPointer
  let rules: LintRules
  private let lines: [YAMLLine]
  private(set) var findings: [LintFinding] = []

  init(_ bytes: UnsafeRawBufferPointer, _ rules: LintRules) {
    (self.bytes, self.rules) = (bytes, rules)
    lines = YAMLLine.read(bytes)
  }

  mutating func read() {
    let tops = Set(lines.lazy.filter { $0.path.count == 1 }.map { $0.path[0] })
    if tops.contains("jobs") || tops.contains("runs") { readGitHub() }
    if tops.contains("services") { readCompose() }
    if !tops.contains("jobs"), lines.contains(where: { ["script", "before_script", "after_script"].contains($0.key) }) {
      readGitLab()
    }
    for line in lines {
      guard let prefix = clientPrefix(of: line.key) else { continue }
      report(.inClient, line.keyRange, "what begins with \(prefix) is sent to every visitor")
    }
  }

  private mutating func report(_ kind: LintKind, _ range: Range<Int>, _ message: String) {
    findings.append(LintFinding(kind: kind, range: range, message: message))
  }

  private func isKey(_ name: some StringProtocol) -> Bool { rules.names.kind(Array(name.utf8)).contains(.hopx) }

  /// Whether a line hands the key on, as a variable or a secret.
  private func mentions(_ line: YAMLLine) -> Bool {
    isKey(line.key) || line.value.contains("secrets.") && secretName(line.value).map { isKey($0) } ?? false
  }

  private func secretName(_ text: String) -> Substring? {
    guard let mark = text.firstRange(ofText: "secrets.") else { return nil }
    return text[mark...].dropFirst(8).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  // MARK: GitHub

  private mutating func readGitHub() {
    var isInJob = false
    for (index, line) in lines.enumerated() {
      if line.key == "env" || line.path.dropLast().last == "env", line.path.first == "env" || line.path.count == 4 {
        isInJob = isInJob || mentions(line)
      }
      switch line.key {
      case "run":
        let step = self.step(of: index)
        let isNear = isInJob || lines[step].contains { mentions($0) }
        readCommands(line, isNear: isNear)
      case "path" where isUpload(index): readPaths(index)
      case "build-args": readBuildArguments(line)
      case "ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG":
        if line.value.contains("true"), lines.contains(where: { mentions($0) }) {
          report(.inCI, line.keyRange, "a job with the key in it logs everything that it does")
        }
      default: break
      }
    }
    if let trigger = lines.first(where: { $0.isTrigger("pull_request_target") }),
      lines.contains(where: { $0.value.contains("secrets.") && mentions($0) })
    {
      report(
        .inCI, trigger.range(of: "pull_request_target"), "a pull request of anyone runs this job, which has the key")
    }
  }

  /// The lines of the step that a line is in.
  private func step(of index: Int) -> Range<Int> {
    let depth = lines[index].path.count
    var (first, last) = (index, index + 1)
    while first > 0, !lines[first].isItem || lines[first].path.count > depth, lines[first].path.count >= depth - 1,
      index - first < 400
    {
      first -= 1
    }
    while last < lines.count, !lines[last].isItem || lines[last].path.count > depth, lines[last].path.count >= depth,
      last - index < 400
    {
      last += 1
    }
    return first..<last
  }

  private mutating func readCommands(_ line: YAMLLine, isNear: Bool) {
    let range = line.block ?? line.valueRange
    var reader = ShellReader(bytes, range, .shell, rules, isAboutHopx: false, isNearKey: isNear)
    reader.read()
    var covered: [Range<Int>] = []
    for finding in reader.findings {
      covered.append(finding.range)
      let kind =
        finding.kind == .logged || finding.kind == .inArguments && isExpression(finding.range) ? .inCI : finding.kind
      report(kind, finding.range, finding.message)
    }
    // A secret in the text of a command is part of it before the shell sees it.
    for expression in expressions(range) where !covered.contains(where: { $0.overlaps(expression) }) {
      report(.inCI, expression, "the secret is written into the command, where the shell and its messages show it")
    }
    if isNear, !reader.findings.contains(where: { $0.message.hasPrefix("from here on") }), let trace = tracing(range) {
      report(.inCI, trace, "from here on the shell shows each command, in a step that has the key")
    }
  }

  private func isExpression(_ range: Range<Int>) -> Bool { bytes[range].contains(UInt8(ascii: "{")) }

  /// Where `set -x` is.
  private func tracing(_ range: Range<Int>) -> Range<Int>? {
    let text = Array("set -x".utf8)
    for line in textLines(bytes, range) where line.text.hasPrefix("set -") {
      let options = line.text.dropFirst(4).prefix { $0 != " " && $0 != ";" }
      if options.contains("x") { return line.start..<(line.start + max(text.count, 4 + options.utf8.count)) }
    }
    return nil
  }

  /// `${{ secrets.HOPX_API_KEY }}` in a range.
  private func expressions(_ range: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = range.lowerBound
    while at + 4 < range.upperBound {
      guard bytes[at] == UInt8(ascii: "$"), bytes[at + 1] == UInt8(ascii: "{"), bytes[at + 2] == UInt8(ascii: "{")
      else {
        at += 1
        continue
      }
      var end = at + 3
      while end < min(range.upperBound, at + 200), bytes[end] != UInt8(ascii: "}") { end += 1 }
      let text = String(decoding: bytes[at..<end], as: UTF8.self)
      if let name = secretName(text), isKey(name) { found.append(at..<min(range.upperBound, end + 2)) }
      at = end
    }
    return found
  }

  private func isUpload(_ index: Int) -> Bool {
    lines[step(of: index)].contains {
      $0.key == "uses" && ["upload-artifact", "actions/cache", "cache/save"].contains(where: $0.value.contains)
    }
  }

  /// A file with keys among the paths that a line names.
  private mutating func readPaths(_ index: Int) {
    let line = lines[index]
    for part in textLines(bytes, line.block ?? line.valueRange) where isSecretFile(part.text) {
      report(.inCI, part.start..<part.range.upperBound, "a file with keys goes into an artefact or a cache")
    }
  }

  private mutating func readBuildArguments(_ line: YAMLLine) {
    for part in textLines(bytes, line.block ?? line.valueRange) {
      let name = part.text.prefix { $0 != "=" }
      if isKey(name) {
        report(.inImage, part.start..<(part.start + name.utf8.count), ShellReader.inImage)
      }
    }
  }

  // MARK: GitLab

  private mutating func readGitLab() {
    let isNear = lines.contains { isKey($0.key) }
    for (index, line) in lines.enumerated() {
      if line.path.dropLast().last == "variables", isKey(line.key), !line.value.isEmpty, !line.value.contains("$") {
        report(.inCI, line.keyRange, "the key is in the file, and unmasked in the job's log")
      }
      let owner = line.path.dropLast().last ?? ""
      let isScript = ["script", "before_script", "after_script"].contains(
        line.isItem && line.key.isEmpty ? line.path.last : line.key)
      if isScript, !line.value.isEmpty || line.block != nil { readCommands(line, isNear: isNear) }
      if line.isItem, line.key.isEmpty, line.path.last == "paths", ["artifacts", "cache"].contains(owner),
        isSecretFile(line.value)
      {
        report(.inCI, line.valueRange, "a file with keys goes into an artefact or a cache")
      }
      _ = index
    }
  }

  // MARK: compose

  private mutating func readCompose() {
    for line in lines {
      guard let args = line.path.lastIndex(of: "args"), args >= 1, line.path[args - 1] == "build" else { continue }
      if line.key == "args" { continue }
      let name = line.key.isEmpty ? String(line.value.prefix { $0 != "=" }) : line.key
      guard isKey(name) else { continue }
      let start = line.key.isEmpty ? line.valueRange.lowerBound : line.keyRange.lowerBound
      report(.inImage, start..<(start + name.utf8.count), ShellReader.inImage)
    }
  }
}
