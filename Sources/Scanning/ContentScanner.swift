// Joins an input to the rules: reads it chunk by chunk, has each chunk searched, and works out line,
// column, snippet and fingerprint for what was found and only for that.

package import Archives
package import Bytes
package import Detection
package import Findings
import GitStore
package import Inputs
package import Platform
package import Rules

/// One worker's buffers and scanner; it scans one input after the other.
package struct ContentScanner: ~Copyable {
  var scanner: Scanner
  var buffer = ChunkBuffer(capacity: Self.chunkBytes)
  private var matches: [Match] = []
  private var hidden: [Match] = []
  /// Matches before what is searched next that reach into a snippet's lead, in bytes from the start of the
  /// input.
  private var earlier: [Match] = []
  /// What has been found, in the order it was found.
  package var results = ScanResults()

  /// Half of a core's second-level cache, on the smaller machines.
  private static let chunkBytes = 256 * 1024
  /// Bytes that stay in front of what is searched: what patterns look back at, and a snippet's lead.
  private static let contextBefore = max(Scanner.hiddenContext, Snippet.longestLead)
  /// Bytes that a snippet may need behind a match.
  private static let contextBehind = Rule.longestMatch + Snippet.longest
  /// Bytes by which a key is known again: prefix, identifier and some of the secret.
  private static let headBytes = 31
  /// Bytes of a match beyond those that are shown, below which the hash of its line would tell too much of
  /// it: 64 bits, of 12 characters of base64url and more.
  private static let leastHashed = 24
  /// Matches that are looked at together. It takes rules by the thousand to come upon more in a chunk.
  private static let mostMatches = 16_384

  /// Where findings go when there are many; nil where there is one scanner.
  var pool: FindingPool?

  /// The keys that were found, whole, by their fingerprints; nil when nobody asked for them.
  var keys: [String: [UInt8]]?
  /// The fingerprints that findings are made of; nil for all. A finding costs a hundred times what a
  /// match does, and of an object in git's history mostly one key of many is to be shown.
  var wanted: Set<String>?

  /// Whether what is in archives is scanned too. Not in a diff, of which only pieces are known.
  var opensArchives = true
  /// Where what is scanned is in an archive; nil where it is in none.
  var archivePlace: ArchivePlace?
  var archives: ArchiveScan?
  let options: ContentOptions

  package init(_ options: ContentOptions) {
    scanner = Scanner(rules: options.rules)
    self.options = options
  }

  /// Whether `scan` would have anything to say about these bytes. For those that are in memory
  /// already and hold nothing, which are nearly all of a repository's.
  @inline(__always)
  mutating func isWorthScanning(_ bytes: UnsafeRawBufferPointer) -> Bool {
    matches.removeAll(keepingCapacity: true)
    hidden.removeAll(keepingCapacity: true)
    scanner.begin()
    _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &matches)
    scanner.searchHidden(bytes, from: 0, until: bytes.count, besides: matches, into: &hidden)
    if !hidden.isEmpty { matches = merged(matches, hidden) }
    return !matches.isEmpty || !scanner.surrenders.isEmpty
  }

  /// The keys that `scan` would find in the bytes that `isWorthScanning` was asked about just now, and
  /// where each begins, without the cost of making findings.
  ///
  /// - Parameter path: what problems call the bytes.
  mutating func fingerprints(
    in bytes: UnsafeRawBufferPointer, path: Path
  ) -> [(name: String, offset: Int)] {
    var found: [(name: String, offset: Int)] = []
    for match in matches where match.confidence != nil {
      let key = match.key(in: bytes)
      let name = key.withUnsafeBytes { fingerprint(of: $0) }
      if keys != nil { keys![name] = key }
      found.append((name, match.range.lowerBound))
    }
    if !scanner.surrenders.isEmpty { tellSurrenders(path) }
    return found
  }

  /// Scans an input to its end.
  ///
  /// - Parameters:
  ///   - path: what findings call it, not yet redacted.
  ///   - firstLine: the number of the input's first line.
  ///   - isWhole: all of what is at the path, so that its lines can be told apart by their hashes.
  ///   - isLive: the input arrives bit by bit, and what is found is to be known at once.
  ///   - found: is called after each chunk of a live input in which something was found.
  /// - Returns: bytes read.
  @discardableResult
  package mutating func scan(
    _ source: inout some ByteSource & ~Copyable, path: Path, place: Finding.Place = .content,
    firstLine: Int = 1, isWhole: Bool = true, isLive: Bool = false, found: (inout ScanResults) -> Void = { _ in }
  ) -> Int {
    buffer.reset()
    scanner.begin()
    earlier.removeAll()
    let cursor = LineCursor(line: firstLine, readsWide: place == .content)
    var input = Input(path: path, place: place, isLive: isLive, cursor: cursor, hiddenCursor: cursor)
    fill(from: &source, &input)
    if options.readsText && !isLive { input.text = TextCursor(hashesLines: isWhole && options.hashesLines) }
    let looksInside = opensArchives && place == .content
    if looksInside {
      input.isProgram = isProgram(buffer.bytes)
      input.hasWhole = source.whole != nil
      input.firstFinding = results.findings.count
      lookForAttached(&input)
      if let kind = ArchiveKind(buffer.bytes) {
        beginArchive(kind, &source, &input, found)
      } else if let file = GitFile(buffer.bytes) {
        addProblem(
          path,
          "is \(file.name), and what it holds was not read: `hopxguard scan --history` reads it in a repository, "
            + "which `git clone FILE` makes of a bundle")
      } else if let format = UnopenedFormat(buffer.bytes, name: path.bytes) {
        results.noteUnopened(format, redacted(path))
      } else if let file = GitFile(buffer.bytes) {
        addProblem(
          path,
          "is \(file.name), and what it holds was not read: `hopxguard scan --history` reads it in a repository, "
            + "which `git clone FILE` makes of a bundle")
      }
    }
    while true {
      let before = input.found
      search(&input)
      if isLive && !input.isArchive && input.found > before {
        found(&results)
        input.firstFinding = results.findings.count
      }
      if buffer.isLast { break }
      fill(from: &source, &input)
      lookForAttached(&input)
    }
    addHashed(&input)
    if looksInside {
      scanAttached(source.whole, &input)
      endArchives(&input, found)
    }
    if let pool, results.findings.count >= FindingPool.share { pool.take(&results.findings) }
    tellSurrenders(path)
    if !isLive && input.found > ScanResults.longestInput {
      addProblem(
        path,
        "\(input.found) findings, of which the first \(ScanResults.longestInput) are listed; standard input and --format jsonl list all"
      )
    }
    return buffer.offset + buffer.bytes.count
  }

  /// Reads until the buffer is full, of a live input once, or until it is known that it is no archive.
  mutating func fill(from source: inout some ByteSource & ~Copyable, _ input: inout Input) {
    do throws(InputError) {
      repeat {
        try buffer.fill(from: &source)
      } while !buffer.isFull && !buffer.isLast
        && (!input.isLive || (opensArchives && buffer.offset == 0 && ArchiveKind.mayBegin(buffer.bytes)))
    } catch {
      // What was read until then is searched all the same.
      if !error.isTold { addProblem(input.path, error.reason) }
      input.isBroken = true
      buffer.close()
    }
  }

  /// Searches the buffer and makes room in it.
  mutating func search(_ input: inout Input) {
    input.searched = searchChunk(from: input.searched, &input)
    if !buffer.isFull { return }
    let needed = input.isLive && !input.isArchive ? min(input.searched, input.hiddenOffset) : input.searched
    let context = input.hasWhole ? Self.contextBefore : max(Self.contextBefore, longestZipEnd)
    let keep = max(0, needed - buffer.offset - context)
    advance(&input.cursor, by: keep)
    input.text?.advance(to: buffer.offset + keep, in: buffer.bytes, base: buffer.offset)
    if input.isLive { advance(&input.hiddenCursor, by: keep) }
    buffer.drop(max(0, keep - LineCursor.context))
  }

  /// Moves a cursor to where the buffer will begin.
  private func advance(_ cursor: inout LineCursor, by count: Int) {
    if buffer.offset + count > cursor.offset {
      cursor.advance(to: buffer.offset + count, in: buffer.bytes, base: buffer.offset)
    }
  }

  /// What is known of an input while it is scanned.
  struct Input {
    let path: Path
    let place: Finding.Place
    let isLive: Bool
    var cursor: LineCursor
    /// Of a live input: where the search for hidden keys goes on, in bytes from the input's start, with its
    /// own cursor and matches before it, because it comes later than the other.
    var hiddenOffset = 0
    var hiddenCursor: LineCursor
    var beforeHidden: [Match] = []
    /// Where the search goes on, in bytes from the input's start.
    var searched = 0
    /// The input could not be read to its end.
    var isBroken = false
    /// It begins with an archive.
    var isArchive = false
    /// Bytes that were read as archives.
    var known = 0
    /// The same bytes can be had for a reader that begins at the end.
    var hasWhole = true
    /// A script or a program, the bytes of one that comes by once, where a 7z begins in it, and how far that has
    /// been looked for.
    var isProgram = false
    var copy = InputCopy()
    var sevenZip: Int?
    var looked = 0
    /// Its entries are being read: what is encoded in them is found there.
    var isWithinEntries = false
    /// Findings when it began; of one with an archive in it: those before it.
    var firstFinding = 0
    var outside: [Finding] = []
    /// The path, redacted, once something was found.
    var shownPath: Path?
    /// The report is full before it comes to this input.
    var isBeyondReport = false
    /// Findings.
    var found = 0
    /// Where a report wants to know of it: the text, and what is found in it until its lines are hashed.
    var text: TextCursor?
    var unhashed: [(finding: Finding, textLine: Int)] = []
  }

  /// Searches the buffer and adds what it finds to the results.
  ///
  /// - Parameter from: bytes from the start of the input.
  /// - Returns: where the next search begins.
  private mutating func searchChunk(from: Int, _ input: inout Input) -> Int {
    let (bytes, base) = (buffer.bytes, buffer.offset)
    var at = from - base
    // What could be the beginning of an encoded key waits for the rest of it; of a live input only that.
    // Behind it matches are looked for as well, because snippets must not show them.
    let isLive = input.isLive && !input.isArchive
    let open = isLive ? max(0, input.hiddenOffset - base) : at
    let settled = buffer.isLast ? bytes.count : max(open, bytes.count - Scanner.longestHidden)
    defer { if isLive { searchLive(from: open, until: settled, &input) } }
    while true {
      matches.removeAll(keepingCapacity: true)
      let progress = scanner.search(
        bytes, from: at, most: Self.mostMatches, atStart: base == 0, isLast: buffer.isLast,
        into: &matches)
      let isStopped = matches.count >= Self.mostMatches
      let end = min(progress.decided, settled + Self.contextBehind)
      if input.isWithinEntries {
        if !matches.isEmpty {
          // No snippet may show what is encoded, of what was passed over either.
          addHidden(from: max(0, at - Self.contextBefore), until: end, reported: settled)
          remember(before: at)
          matches.removeAll { $0.range.lowerBound < at }
        }
      } else if !isLive {
        addHidden(from: at, until: end, reported: settled)
      } else if !matches.isEmpty {
        addHiddenForSnippets(from: open, settled: settled)
      }
      let until = isLive ? progress.decided : min(progress.decided, settled)
      if matches.isEmpty && earlier.isEmpty { return base + until }
      at = report(isLive ? .plain : .all, progress, until: until, &input)
      remember(before: at)
      if !isStopped || at < progress.decided { return base + at }
    }
  }

  /// Adds the hidden matches of a part of the buffer to `matches`, which are the plain ones there, and those
  /// behind it that a snippet could show.
  ///
  /// - Parameter reported: where matches begin that are not reported yet.
  private mutating func addHidden(from: Int, until: Int, reported: Int) {
    let plain = matches
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: until, besides: plain, into: &hidden)
    if !hidden.isEmpty { matches = merged(plain, hidden) }
    // A hidden match may be longer than what is looked at behind it.
    let reach = matches.lazy.filter { $0.range.lowerBound < reported }.map(\.range.upperBound).max() ?? 0
    let end = min(buffer.bytes.count, reach + Snippet.longest)
    if end <= until { return }
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: end, besides: plain, into: &hidden)
    if !hidden.isEmpty { matches = merged(plain, hidden) }
  }

  /// Adds what is there of hidden matches that are reported later. More bytes may make others of those that do
  /// not begin before `settled`, which therefore stand in for no plain match.
  private mutating func addHiddenForSnippets(from: Int, settled: Int) {
    hidden.removeAll(keepingCapacity: true)
    scanner.searchHidden(buffer.bytes, from: from, until: buffer.bytes.count, besides: matches, into: &hidden)
    if hidden.isEmpty { return }
    let open = hidden.firstIndex { $0.range.lowerBound >= settled } ?? hidden.count
    matches = (merged(matches, Array(hidden[..<open])) + hidden[open...]).sorted { Match.precedes($0, $1) }
  }

  /// Which matches are reported. All count for what snippets must not show.
  private enum Pass {
    case all, plain, hidden

    func reports(_ match: Match) -> Bool {
      switch self {
      case .all: true
      case .plain: match.disguise == nil
      case .hidden: match.disguise != nil
      }
    }
  }

  /// Keeps the matches that snippets behind them must not show.
  private mutating func remember(before at: Int) {
    let base = buffer.offset
    let lead = base + at - Snippet.longestLead
    for match in matches where match.range.lowerBound < at { earlier.append(shifted(match, by: base)) }
    earlier.removeAll { $0.range.upperBound <= lead }
  }

  /// Searches a live input for hidden keys, once enough has been read behind them: seen to its end or not,
  /// each is reported once.
  private mutating func searchLive(from: Int, until settled: Int, _ input: inout Input) {
    guard buffer.isLast || settled - from >= Scanner.longestHidden else { return }
    matches.removeAll(keepingCapacity: true)
    let progress = scanner.search(
      buffer.bytes, from: from, atStart: buffer.offset == 0, isLast: buffer.isLast, into: &matches)
    addHidden(from: from, until: settled, reported: settled)
    swap(&input.cursor, &input.hiddenCursor)
    swap(&earlier, &input.beforeHidden)
    let end = report(.hidden, progress, until: settled, &input)
    remember(before: end)
    swap(&earlier, &input.beforeHidden)
    swap(&input.cursor, &input.hiddenCursor)
    input.hiddenOffset = buffer.offset + end
  }

  private func shifted(_ match: Match, by offset: Int) -> Match {
    let range = (match.range.lowerBound + offset)..<(match.range.upperBound + offset)
    return Match(
      rule: match.rule, range: range, confidence: match.confidence, disguise: match.disguise)
  }

  /// Adds those of `matches` that this pass reports to the results, where they begin before `until` and
  /// enough is known round them.
  ///
  /// - Returns: where the first begins of which more has to be read; else `until`.
  private mutating func report(
    _ pass: Pass, _ progress: SearchProgress, until: Int, _ input: inout Input
  ) -> Int {
    var cuts: [Cut]?
    var index = 0
    while index < matches.count {
      let place = matches[index].range.lowerBound
      if place >= until { return until }
      let start = index
      while index < matches.count, matches[index].range.lowerBound == place { index += 1 }
      // All that begin here together, or one could be reported twice.
      let isListed = input.isLive || input.found < ScanResults.longestInput
      if isListed, matches[start..<index].contains(where: { pass.reports($0) && isCutOff($0) }) { return place }
      for match in matches[start..<index] where pass.reports(match) {
        guard let confidence = match.confidence else { continue }
        if let wanted, !wanted.contains(name(match)) { continue }
        input.found += 1
        if !input.isLive && input.found > ScanResults.longestInput {
          results.summary.findings += 1
          continue
        }
        if input.shownPath == nil {
          input.shownPath = redacted(input.path)
          // A name may be found once a file below it, and counts once.
          input.isBeyondReport = input.place != .fileName && pool?.isFull(before: input.shownPath!) == true
        }
        if input.isBeyondReport {
          results.drop()
          continue
        }
        if cuts == nil { cuts = cutsNear(progress, input) }
        add(match, confidence, cuts!, &input)
      }
    }
    return until
  }

  private func name(_ match: Match) -> String {
    match.key(in: buffer.bytes).withUnsafeBytes { fingerprint(of: $0) }
  }

  /// Whether the line of a match ends so far behind it that what a snippet shows has not all been read.
  private func isCutOff(_ match: Match) -> Bool {
    let bytes = buffer.bytes
    let end = match.range.upperBound
    if buffer.isLast || match.confidence == nil || end + Self.contextBehind <= bytes.count { return false }
    // In wide text a byte of a line end need not be one.
    return match.disguise != nil || lineEnd(in: bytes, from: end, limit: end + Snippet.longest) == nil
  }

  /// What snippets must not show: all matches, and what has not been decided.
  private func cutsNear(_ progress: SearchProgress, _ input: Input) -> [Cut] {
    let before = (earlier + input.beforeHidden).map { shifted($0, by: -buffer.offset) }
    let known = (before + matches).sorted { Match.precedes($0, $1) }
    let end = max(buffer.bytes.count, progress.decided)
    let open = progress.openRule.map { Match(rule: $0, range: progress.decided..<end) }
    var cuts = Detection.cuts(for: known + (open.map { [$0] } ?? []), rules: scanner.rules)
    if matches.count >= Self.mostMatches {
      let rest = progress.decided..<end
      if let last = cuts.last, last.range.upperBound > rest.lowerBound {
        cuts[cuts.count - 1].range = last.range.lowerBound..<max(last.range.upperBound, end)
      } else {
        cuts.append(Cut(range: rest, kept: 0))
      }
    }
    return cuts
  }

  private mutating func add(
    _ match: Match, _ confidence: Confidence, _ cuts: [Cut], _ input: inout Input
  ) {
    let (bytes, base) = (buffer.bytes, buffer.offset)
    let encoding = match.disguise?.encoding ?? "plain"
    let width = TextForm(name: encoding.prefix { $0 != ">" })?.width ?? 1
    input.cursor.advance(to: base + match.range.lowerBound, matching: width, in: bytes, base: base)
    let shown = ShownMatch(match, input.cursor, in: bytes, base: base, cuts: cuts)
    let rule = scanner.rules.rules[match.rule]
    let key = match.key(in: bytes)
    let kept = Array(key.prefix(min(rule.keep, key.count / 2)))
    let name = key.withUnsafeBytes { fingerprint(of: $0) }
    keys?[name] = key
    var finding = Finding(
      rule: rule, confidence: confidence, secret: escapedForTerminal(kept + ellipsis),
      fingerprint: name, path: input.shownPath!, place: input.place, line: input.cursor.line,
      column: base + shown.range.lowerBound - input.cursor.lineStart + 1, length: shown.range.count,
      snippet: shown.snippet)
    finding.encoding = shown.encoding(encoding)
    finding.head = Array(key.prefix(Self.headBytes)).hashValue
    if let outer = archivePlace?.outer {
      finding.entry = Path(finding.path.bytes.dropFirst(redacted(outer).bytes.count + 1))
    }
    if input.place == .content { finding.comment = shown.comment }
    guard input.text != nil else { return results.add(finding) }
    let start = base + shown.range.lowerBound
    input.text!.advance(to: start, match: width > 1 ? start : nil, in: bytes, base: base)
    input.text!.wantHash(isSafe: key.count - kept.count >= Self.leastHashed)
    let region = input.text!.region(shown.range.count, in: bytes, base: base)
    finding.region = TextRegion(
      startColumn: region.startColumn, endLine: finding.line + region.lineEnds,
      endColumn: region.endColumn)
    input.unhashed.append((finding, input.text!.line))
  }

  /// Adds what was found in an input that was read as text to the results.
  private mutating func addHashed(_ input: inout Input) {
    if input.unhashed.isEmpty { return }
    if options.hashesLines {
      let end = buffer.offset + buffer.bytes.count
      input.text!.advance(to: end, in: buffer.bytes, base: buffer.offset)
    }
    let hashes = input.text!.finishHashes()
    for (var finding, line) in input.unhashed {
      finding.lineHash = hashes[line]
      results.add(finding)
    }
  }

  private mutating func tellSurrenders(_ path: Path) {
    for surrender in scanner.surrenders {
      let rule = scanner.rules.rules[surrender.rule].id
      addProblem(path, "rule '\(rule)' gave up: \(surrender.reason); simplify its pattern")
    }
  }

  /// Scans a path itself for keys. A finding is at the component that holds the key, so that
  /// everything below a folder yields one and the same.
  ///
  /// - Parameters:
  ///   - below: stands before the path in reports, and is not scanned.
  ///   - found: is given the path up to a component, as it is, and how many findings that component has.
  mutating func scanName(
    _ path: Path, below: [UInt8] = [], place: Finding.Place = .fileName,
    found visit: (Path, Int) -> Void = { _, _ in }
  ) {
    let found = path.bytes.withUnsafeBytes { isWorthScanning($0) }
    if !found { return }
    tellSurrenders(path)
    var end = 0
    for component in path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      end += component.count
      var name = MemorySource(Array(component))
      let before = results.findings.count
      scan(&name, path: Path(below + path.bytes[..<end]), place: place)
      if results.findings.count > before {
        visit(Path(path.bytes[..<end]), results.findings.count - before)
      }
      end += 1
    }
  }

  /// A name with the keys in it redacted.
  mutating func redacted(_ path: Path) -> Path { Path(scanner.redacted(path.bytes)) }

  mutating func redacted(_ text: String) -> String {
    String(decoding: scanner.redacted(Array(text.utf8)), as: UTF8.self)
  }

  package mutating func addProblem(_ path: Path, _ message: String) {
    results.problems.append(
      Problem(
        path: Path(scanner.redacted(path.bytes)),
        message: String(decoding: scanner.redacted(Array(message.utf8)), as: UTF8.self)))
  }
}
