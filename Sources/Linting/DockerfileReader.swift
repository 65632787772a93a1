// Reads Dockerfiles: keys in ARG and ENV, files with keys that are copied, and the commands of RUN.

struct DockerfileReader {
  let bytes: UnsafeRawBufferPointer
  let rules: LintRules
  let isAboutHopx: Bool
  private(set) var findings: [LintFinding] = []

  init(_ bytes: UnsafeRawBufferPointer, _ rules: LintRules, isAboutHopx: Bool) {
    (self.bytes, self.rules, self.isAboutHopx) = (bytes, rules, isAboutHopx)
  }

  mutating func read() {
    let lines = textLines(bytes, 0..<bytes.count)
    var index = 0
    while index < lines.count {
      let first = index
      if lines[index].text.hasPrefix("#") || lines[index].text.isEmpty {
        index += 1
        continue
      }
      // An instruction goes on after a backslash, comments between its lines.
      while index + 1 < lines.count,
        lines[index].text.hasSuffix("\\") || index > first && lines[index].text.hasPrefix("#")
      {
        index += 1
      }
      let document = hereDocument(lines[first].text)
      if let document {
        while index + 1 < lines.count, lines[index].text != document { index += 1 }
      }
      read(lines[first].start..<lines[index].range.upperBound)
      index += 1
    }
  }

  private func hereDocument(_ text: String) -> String? {
    guard let mark = text.firstRange(ofText: "<<") else { return nil }
    let word = text[mark...].drop { !$0.isLetter }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return word.isEmpty || text.hasPrefix("#") ? nil : String(word)
  }

  private mutating func read(_ range: Range<Int>) {
    let words = wordRanges(range)
    guard let first = words.first else { return }
    switch String(decoding: bytes[first], as: UTF8.self).uppercased() {
    case "ARG", "ENV":
      for word in words.dropFirst() {
        let name = bytes[word].prefix { $0 != UInt8(ascii: "=") }
        if rules.names.kind(name).contains(.hopx) {
          report(word.lowerBound..<(word.lowerBound + name.count), "a key becomes part of the image")
        } else if let prefix = clientPrefix(of: String(decoding: name, as: UTF8.self)) {
          findings.append(
            LintFinding(
              kind: .inClient, range: word.lowerBound..<(word.lowerBound + name.count),
              message: "what begins with \(prefix) is sent to every visitor"))
        }
        if !bytes[word].contains(UInt8(ascii: "=")) { break }
      }
    case "COPY", "ADD":
      let sources = words.dropFirst().dropLast()
      if words.contains(where: { String(decoding: bytes[$0], as: UTF8.self).hasPrefix("--from=") }) { return }
      for word in sources where isSecretFile(String(decoding: bytes[word], as: UTF8.self)) {
        report(word, "a file with keys becomes part of the image")
      }
    case "RUN":
      var reader = ShellReader(bytes, first.upperBound..<range.upperBound, .shell, rules, isAboutHopx: isAboutHopx)
      reader.read()
      findings += reader.findings
    default: break
    }
  }

  private mutating func report(_ range: Range<Int>, _ message: String) {
    findings.append(LintFinding(kind: .inImage, range: range, message: message))
  }

  private func wordRanges(_ range: Range<Int>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var at = range.lowerBound
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == UInt8(ascii: "\\") }
    while at < range.upperBound, words.count < 256 {
      while at < range.upperBound, isBlank(bytes[at]) { at += 1 }
      let start = at
      while at < range.upperBound, !isBlank(bytes[at]) { at += 1 }
      if at > start { words.append(start..<at) }
    }
    return words
  }
}

/// Whether a file of this name holds keys: `.env`, `.env.local`, `hopx.key`, `secrets/`.
func isSecretFile(_ path: String) -> Bool {
  let bare = path.drop { $0 == "\"" || $0 == "'" || $0 == "[" }.prefix { $0 != "\"" && $0 != "'" && $0 != "," }
  let name = String(bare.split(separator: "/").last ?? "")
  if bare.split(separator: "/").first == "secrets" { return true }
  if ["example", "sample", "template", "dist", "md"].contains(where: { name.hasSuffix(".\($0)") }) { return false }
  return name == ".env" || name.hasPrefix(".env.") || name == "credentials.yaml" && bare.contains(".hopx")
}

extension String {
  /// Where `text` begins in this string.
  func firstRange(ofText text: String) -> Index? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at }
      at = index(after: at)
    }
    return nil
  }
}
