// Joins an input to the rules: reads it chunk by chunk, has each chunk searched, and works out line,
// column, snippet and fingerprint for what was found and only for that.

import Archives
import Bytes
import Detection
package import Findings
package import Inputs
package import Platform
import Rules

/// One worker's buffers and scanner; it scans one input after the other.
package struct ContentScanner: ~Copyable {
  var scanner: Scanner
  var buffer = ChunkBuffer(capacity: Self.chunkBytes)
  var matches: [Match] = []
  var hidden: [Match] = []
  /// Matches before what is searched next that reach into a snippet's lead, in bytes from the start of the
  /// input.
  var earlier: [Match] = []

  /// Half of a core's second-level cache, on the smaller machines.
  static let chunkBytes = 256 * 1024
  /// Bytes that stay in front of what is searched: what patterns look back at, and a snippet's lead.
  static let contextBefore = max(Scanner.hiddenContext, Snippet.longestLead)
  /// Bytes that a snippet may need after a match.
  static let contextAfter = Rule.longestMatch + Snippet.longest
  /// Bytes by which a key is known again: prefix, identifier and some of the secret.
  static let headBytes = 31
  /// Bytes of a match beyond those that are shown, below which the hash of its line would reveal too much of
  /// it: 64 bits, of 12 characters of base64url and more.
  static let leastHashed = 24
  /// Matches that are looked at together. It takes rules by the thousand to come upon more in a chunk.
  static let mostMatches = 16_384

  /// The keys that were found, whole, by their fingerprints; nil when nobody asked for them.
  var keys: [String: [UInt8]]?
  /// The fingerprints that findings are made of; nil for all. A finding costs a hundred times what a
  /// match does, and of an object in git's history mostly one key of many is to be shown.
  var wanted: Set<String>?

  /// Whether what is in archives is scanned too. Not in a diff, which shows only pieces of files.
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
    return !matches.isEmpty || !scanner.surrenders.isEmpty || scanner.leftCompressed
  }

  /// The keys that `scan` would find in the bytes that `isWorthScanning` was asked about just now, and
  /// where each begins, without the cost of making findings.
  ///
  /// - Parameters:
  ///   - path: what problems call the bytes.
  ///   - problems: rules that gave up are added to them.
  mutating func fingerprints(
    in bytes: UnsafeRawBufferPointer, path: Path, _ problems: inout [Problem]
  ) -> [(name: String, offset: Int)] {
    var found: [(name: String, offset: Int)] = []
    for match in matches where match.confidence != nil {
      let key = identity(of: match, in: bytes)
      let name = key.withUnsafeBytes { fingerprint(of: $0) }
      if keys != nil { keys![name] = key }
      found.append((name, match.range.lowerBound))
    }
    problems += surrenderProblems(path)
    return found
  }

  /// Scans an input to its end.
  ///
  /// - Parameters:
  ///   - path: what findings call it, not yet redacted.
  ///   - firstLine: the number of the input's first line.
  ///   - isWhole: all of what is at the path, so that its lines can be told apart by their hashes.
  ///   - isLive: the input arrives bit by bit, and what is found is to be known at once.
  ///   - sink: takes the results at the end, and of a live input after each chunk in which something was found.
  /// - Returns: bytes read.
  @discardableResult
  package mutating func scan(
    _ source: inout some ByteSource & ~Copyable, path: Path, place: Finding.Place = .content,
    firstLine: Int = 1, isWhole: Bool = true, isLive: Bool = false, into sink: inout some FindingSink
  ) -> Int {
    if !options.searchesKeys { return 0 }
    buffer.reset()
    scanner.begin(path: place == .content ? path.bytes : nil)
    earlier.removeAll()
    let cursor = LineCursor(line: firstLine, readsWide: place == .content)
    var input = Input(
      path: path, place: place, isLive: isLive, cursor: cursor, hiddenCursor: cursor, pool: sink.pool)
    fill(from: &source, &input)
    if options.readsText && !isLive { input.text = TextCursor(hashesLines: isWhole && options.hashesLines) }
    let looksInside = opensArchives && place == .content
    if looksInside {
      input.isProgram = isProgram(buffer.bytes)
      input.hasWhole = source.whole != nil
      lookForAttached(&input)
      if let kind = ArchiveKind(buffer.bytes) {
        beginArchive(kind, &source, &input, &sink)
      } else if let format = UnopenedFormat(buffer.bytes, name: path.bytes) {
        input.results.noteUnopened(format, redacted(path))
      }
    }
    while true {
      let before = input.found
      search(&input)
      if isLive && !input.isArchive && input.found > before { input.push(to: &sink) }
      if buffer.isLast { break }
      fill(from: &source, &input)
      lookForAttached(&input)
    }
    addHashed(&input)
    if looksInside {
      scanAttached(source.whole, &input)
      endArchives(&input)
    }
    input.results.problems += surrenderProblems(path)
    if !isLive && input.found > ScanResults.longestInput {
      input.results.problems.append(
        problem(
          path,
          "\(input.found) findings; the first \(ScanResults.longestInput) are listed; "
            + "standard input and --format jsonl list all"))
    }
    input.push(to: &sink)
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
      if !error.isTold { input.results.problems.append(problem(input.path, error.reason)) }
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
  func advance(_ cursor: inout LineCursor, by count: Int) {
    if buffer.offset + count > cursor.offset {
      cursor.advance(to: buffer.offset + count, in: buffer.bytes, base: buffer.offset)
    }
  }

  private mutating func surrenderProblems(_ path: Path) -> [Problem] {
    var problems: [Problem] = []
    for surrender in scanner.surrenders {
      let rule = scanner.rules.rules[surrender.rule].id
      problems.append(problem(path, "rule '\(rule)' gave up: \(surrender.reason); simplify its pattern"))
    }
    if scanner.leftCompressed {
      problems.append(
        problem(
          path,
          "compressed data in base64 was left out: more than \(Scanner.mostInflated >> 20) MiB came out of the rest; "
            + "decode it, and scan what it holds"))
    }
    return problems
  }

  /// Scans a path itself for keys. A finding is at the component that holds the key, so that
  /// everything below a folder yields one and the same.
  ///
  /// - Parameters:
  ///   - below: stands before the path in reports, and is not scanned.
  ///   - found: is given the path up to a component, as it is, and how many findings that component has.
  mutating func scanName(
    _ path: Path, below: [UInt8] = [], place: Finding.Place = .fileName, into sink: inout some FindingSink,
    found visit: (Path, Int) -> Void = { _, _ in }
  ) {
    let named = place == .fileName && options.searchesKeys ? scanner.rules(forPath: below + path.bytes) : []
    let found = options.searchesKeys && path.bytes.withUnsafeBytes { isWorthScanning($0) }
    if !found && named.isEmpty { return }
    var whole = ScanResults()
    whole.problems = surrenderProblems(path)
    sink.take(whole)
    var end = 0
    for component in path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      end += component.count
      var name = MemorySource(Array(component))
      var share = ScanResults()
      if end == path.bytes.count { scanner.nameRules = named }
      scan(&name, path: Path(below + path.bytes[..<end]), place: place, into: &share)
      if !share.findings.isEmpty { visit(Path(path.bytes[..<end]), share.findings.count) }
      sink.take(share)
      end += 1
    }
  }

  /// A name with the keys in it redacted.
  mutating func redacted(_ path: Path) -> Path { Path(scanner.redacted(path.bytes)) }

  mutating func redacted(_ text: String) -> String {
    String(decoding: scanner.redacted(Array(text.utf8)), as: UTF8.self)
  }

  /// A problem with the keys in its words redacted.
  mutating func problem(_ path: Path, _ message: String) -> Problem {
    Problem(path: redacted(path), message: redacted(message))
  }
}
