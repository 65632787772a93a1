// Joins an input to the rules: reads it chunk by chunk, has each chunk searched, and works out line,
// column, snippet and fingerprint for what was found and only for that.

import Detection
import Inputs
import POSIX
import Reporting

/// One worker's buffers and scanner; it scans one input after the other.
struct ContentScanner: ~Copyable {
  private var scanner: Scanner
  private var buffer = ChunkBuffer(capacity: Self.chunkBytes)
  private var matches: [Match] = []
  /// What has been found, in the order it was found.
  var results = ScanResults()

  /// Half of a core's second-level cache, on the smaller machines.
  private static let chunkBytes = 256 * 1024
  /// Bytes that stay in front of what is searched: a snippet's lead and the secrets that reach into it.
  private static let contextBefore = Rule.longestMatch + Scanner.context + Snippet.longest
  /// Bytes that a snippet may need behind a match.
  private static let contextBehind = Rule.longestMatch + Snippet.longest

  /// The keys that were found, whole, by their fingerprints; nil when nobody asked for them.
  var keys: [String: [UInt8]]?
  /// The fingerprints that findings are made of; nil for all. A finding costs a hundred times what a
  /// match does, and of an object in git's history mostly one key of many is to be shown.
  var wanted: Set<String>?

  init(rules: RuleSet) { scanner = Scanner(rules: rules) }

  /// Whether `scan` would have anything to say about these bytes. For those that are in memory
  /// already and hold nothing, which are nearly all of a repository's.
  @inline(__always)
  mutating func isWorthScanning(_ bytes: UnsafeRawBufferPointer) -> Bool {
    matches.removeAll(keepingCapacity: true)
    scanner.begin()
    _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &matches)
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
    for match in matches
    where scanner.confidence(match, in: bytes, atStart: true, isLast: true) != nil {
      let key = UnsafeRawBufferPointer(rebasing: bytes[match.range])
      let name = fingerprint(of: key)
      if keys != nil { keys![name] = Array(key) }
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
  ///   - isLive: the input arrives bit by bit, and what is found is to be known at once.
  ///   - found: is called after each chunk of a live input in which something was found.
  /// - Returns: bytes read.
  @discardableResult
  mutating func scan(
    _ source: inout some ByteSource & ~Copyable, path: Path, place: Finding.Place = .content,
    firstLine: Int = 1, isLive: Bool = false, found: (inout ScanResults) -> Void = { _ in }
  ) -> Int {
    buffer.reset()
    scanner.begin()
    var cursor = LineCursor(line: firstLine)
    var searched = 0
    var listed = 0
    repeat {
      do throws(InputError) {
        repeat { try buffer.fill(from: &source) } while !isLive && !buffer.isFull && !buffer.isLast
      } catch {
        addProblem(path, error.reason)
        break
      }
      let before = listed
      searched = searchChunk(from: searched, &cursor, &listed, path: path, place: place)
      if isLive && listed > before { found(&results) }
      if buffer.isFull {
        let keep = max(0, searched - buffer.offset - Self.contextBefore)
        if buffer.offset + keep > cursor.offset {
          cursor.advance(to: buffer.offset + keep, in: buffer.bytes, base: buffer.offset)
        }
        buffer.drop(keep)
      }
    } while !buffer.isLast
    tellSurrenders(path)
    if listed > ScanResults.longestInput {
      addProblem(
        path, "\(listed) findings, of which the first \(ScanResults.longestInput) are listed")
    }
    return buffer.offset + buffer.bytes.count
  }

  private mutating func tellSurrenders(_ path: Path) {
    for surrender in scanner.surrenders {
      let rule = scanner.rules.rules[surrender.rule].id
      addProblem(path, "rule '\(rule)' gave up: \(surrender.reason); simplify its pattern")
    }
  }

  /// Searches the buffer and adds what it finds to the results.
  ///
  /// - Parameter from: bytes from the start of the input.
  /// - Returns: where the next search begins.
  private mutating func searchChunk(
    from: Int, _ cursor: inout LineCursor, _ listed: inout Int, path: Path, place: Finding.Place
  ) -> Int {
    let bytes = buffer.bytes
    let base = buffer.offset
    let atStart = base == 0
    let isLast = buffer.isLast
    matches.removeAll(keepingCapacity: true)
    let progress = scanner.search(
      bytes, from: from - base, atStart: atStart, isLast: isLast, into: &matches)
    for match in matches {
      let needed = match.range.upperBound + Snippet.longest
      let end = lineEnd(in: bytes, from: match.range.upperBound, limit: needed)
      if end == nil && !isLast && match.range.upperBound + Self.contextBehind > bytes.count {
        return base + match.range.lowerBound
      }
      let key = UnsafeRawBufferPointer(rebasing: bytes[match.range])
      if let wanted, !wanted.contains(fingerprint(of: key)) { continue }
      guard
        let confidence = scanner.confidence(match, in: bytes, atStart: atStart, isLast: isLast)
      else { continue }
      listed += 1
      if listed > ScanResults.longestInput { continue }
      if base + match.range.lowerBound > cursor.offset {
        cursor.advance(to: base + match.range.lowerBound, in: bytes, base: base)
      }
      let line = max(0, cursor.lineStart - base)..<(end ?? min(needed, bytes.count))
      let snippet = Snippet(
        of: match, line: line, in: bytes, atStart: atStart, isLast: isLast, scanner: &scanner)
      let rule = scanner.rules.rules[match.rule]
      let name = fingerprint(of: key)
      keys?[name] = Array(key)
      results.add(
        Finding(
          rule: rule, confidence: confidence,
          secret: escapedForTerminal(Array(key.prefix(rule.keep)) + ellipsis),
          fingerprint: name, path: Path(scanner.redacted(path.bytes)), place: place,
          line: cursor.line, column: base + match.range.lowerBound - cursor.lineStart + 1,
          length: match.range.count, snippet: snippet))
    }
    return base + progress.decided
  }

  /// Scans a path itself for keys. A finding is at the component that holds the key, so that
  /// everything below a folder yields one and the same.
  mutating func scanName(_ path: Path) {
    let found = path.bytes.withUnsafeBytes { bytes in
      matches.removeAll(keepingCapacity: true)
      scanner.begin()
      _ = scanner.search(bytes, from: 0, atStart: true, isLast: true, into: &matches)
      return !matches.isEmpty
    }
    if !found { return }
    var end = 0
    for component in path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      end += component.count
      var name = MemorySource(Array(component))
      scan(&name, path: Path(path.bytes[..<end]), place: .fileName)
      end += 1
    }
  }

  /// A name with the keys in it redacted.
  mutating func redacted(_ path: Path) -> Path { Path(scanner.redacted(path.bytes)) }

  mutating func addProblem(_ path: Path, _ message: String) {
    results.problems.append(
      Problem(
        path: Path(scanner.redacted(path.bytes)),
        message: String(decoding: scanner.redacted(Array(message.utf8)), as: UTF8.self)))
  }
}
