// Making findings of matches: line, column, snippet and fingerprint, for what was found and only for that.

import Archives
import Bytes
import Detection
import Findings
import GitStore
import Inputs
import Platform
import Rules

extension ContentScanner {
  /// What the fingerprint of a match is made from: the decoded key, or an address without the name before it.
  func identity(of match: Match, in bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let key = match.key(in: bytes)
    return scanner.rules.rules[match.rule].isAddress ? FoundAddress(in: key).bytes : key
  }

  mutating func add(
    _ match: Match, _ confidence: Confidence, _ cuts: [Cut], _ input: inout Input
  ) {
    let (bytes, base) = (buffer.bytes, buffer.offset)
    let encoding = match.disguise?.encoding ?? "plain"
    let width = TextForm(name: encoding.prefix { $0 != ">" })?.width ?? 1
    input.cursor.advance(to: base + match.range.lowerBound, matching: width, in: bytes, base: base)
    let shown = ShownMatch(match, input.cursor, in: bytes, base: base, cuts: cuts)
    let rule = scanner.rules.rules[match.rule]
    let key = identity(of: match, in: bytes)
    let kept = rule.isAddress ? [] : Array(key.prefix(min(rule.keep, key.count / 2)))
    let secret = rule.isAddress ? scanner.redacted(FoundAddress(in: key).origin) : kept + ellipsis
    let name = key.withUnsafeBytes { fingerprint(of: $0) }
    keys?[name] = key
    if options.collectsKeys { input.results.keys[name] = key }
    var finding = Finding(
      rule: rule, confidence: confidence, secret: escapedForTerminal(secret),
      fingerprint: name, path: input.shownPath!, place: input.place, line: input.cursor.line,
      column: base + shown.range.lowerBound - input.cursor.lineStart + 1, length: shown.range.count,
      snippet: shown.snippet)
    finding.encoding = shown.encoding(encoding)
    finding.otherRules = match.others.map { scanner.rules.rules[$0].id }
    finding.head = key.withUnsafeBytes { sha256Start(of: UnsafeRawBufferPointer(rebasing: $0.prefix(Self.headBytes))) }
    if let outer = archivePlace?.outer {
      finding.entry = Path(finding.path.bytes.dropFirst(redacted(outer).bytes.count + 1))
    }
    if input.place == .content { finding.comment = shown.comment }
    guard input.text != nil else { return input.results.add(finding) }
    let start = base + shown.range.lowerBound
    input.text!.advance(to: start, match: width > 1 ? start : nil, in: bytes, base: base)
    input.text!.wantHash(isSafe: key.count - kept.count >= Self.leastHashed)
    let region = input.text!.region(shown.range.count, in: bytes, base: base)
    finding.region = TextRegion(
      startColumn: region.startColumn, endLine: finding.line + region.lineEnds,
      endColumn: region.endColumn)
    input.unhashed.append((finding, input.text!.line))
  }

  /// Adds what was found in an input that was read as text to its results.
  mutating func addHashed(_ input: inout Input) {
    if input.unhashed.isEmpty { return }
    if options.hashesLines {
      let end = buffer.offset + buffer.bytes.count
      input.text!.advance(to: end, in: buffer.bytes, base: buffer.offset)
    }
    let hashes = input.text!.finishHashes()
    for (var finding, line) in input.unhashed {
      finding.lineHash = hashes[line]
      input.results.add(finding)
    }
  }
}
