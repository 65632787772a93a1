// The lines that a unified diff adds, streamed: the diff may be of any size, and so may a line of it.
// What a line is follows from the counts of its hunk's header alone, so that content that looks like
// a header is content. Sources: POSIX diff, "Diff -u Output Format"; git-diff(1), "GENERATING PATCH
// TEXT WITH -P" and "COMBINED DIFF FORMAT".

package import Platform

/// What comes next in a diff.
package enum DiffPart: Equatable, Sendable {
  /// A run of added lines, which the diff now reads as an input.
  ///
  /// - `path`: the file's new name.
  /// - `line`: the number of the run's first line in the new file, from 1.
  case added(path: Path, line: Int)
  /// Text in front of a file, which the diff now reads as an input: a commit's message, or a mail.
  ///
  /// - `line`: the number of the text's first line in the diff, from 1.
  case text(line: Int)
  /// A file that is new, or has a new name.
  case newName(Path)
  /// A part that does not show what it adds.
  case unreadable(path: Path, reason: String)
}

package struct UnifiedDiff<Source: ByteSource & ~Copyable>: ByteSource, ~Copyable {
  private var source: Source
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 64)
  private var at = 0
  private var end = 0
  private var isOver = false

  private var header = DiffFileHeader()
  private var hunk: DiffHunk?
  /// In the middle of an added line that is being read.
  private var isInLine = false
  /// A part that is told before the diff is read on.
  private var waiting: [DiffPart] = []
  private var number = 0
  /// The last line was the last of a hunk.
  private var isBehindHunk = false
  /// What comes is text that belongs to no file, until a file's header begins.
  private var isText = true
  /// What comes is the body of a binary patch.
  private var isBinaryPatch = false
  private var isInSubmodule = false
  /// The last line was `--- NAME`, and `+++ NAME` comes next.
  private var isNewNameDue = false
  private var sawDiff = false

  /// Files that the diff is about.
  package private(set) var files = 0
  /// Lines that it adds.
  package private(set) var addedLines = 0

  /// Bytes of a header line at most. A longer line that is no hunk's is no header.
  private static var longestHeader: Int { 16_384 }

  package init(of source: consuming Source) { self.source = source }

  deinit { memory.deallocate() }

  /// The next part; nil at the end of the diff.
  ///
  /// - Throws: `InputError` for what is no diff, is cut short, or cannot be read.
  package mutating func next() throws(InputError) -> DiffPart? {
    while true {
      if !waiting.isEmpty { return waiting.removeFirst() }
      if hunk != nil {
        if let part = try nextOfHunk() { return part }
        continue
      }
      if let line = try peekLine() {
        let isPatch = isBinaryPatch && DiffInterlude.isBinaryPatch(line)
        if !isText && !isPatch && DiffInterlude.beginsText(line) {
          finishFile()
          isBehindHunk = false
          isText = true
          if !waiting.isEmpty { continue }
        }
        if try isTextLine(line) { return .text(line: number + 1) }
      }
      guard let line = try readLine() else {
        finishFile()
        if !waiting.isEmpty { continue }
        if !sawDiff {
          throw InputError(
            number == 0
              ? "is empty: no diff (if nothing changed, there is nothing to scan; if git failed, its error says why)"
              : "is not a unified diff: no file header and no hunk in it")
        }
        return nil
      }
      try takeHeader(line)
    }
  }

  /// Reads the run of added lines, or the text, that `next()` announced; 0 at its end.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
    var count = 0
    while count < buffer.count {
      if at == end, try !refill() {
        if isInLine { isInLine = false }
        break
      }
      if !isInLine {
        guard try hunk == nil ? startTextLine() : startAddedLine() else { break }
        continue
      }
      let part = UnsafeRawBufferPointer(
        rebasing: memory[at..<min(end, at + buffer.count - count)])
      let length = part.firstIndex(of: 0x0A).map { $0 + 1 } ?? part.count
      (buffer.baseAddress! + count).copyMemory(from: part.baseAddress!, byteCount: length)
      count += length
      at += length
      if part[length - 1] == 0x0A { isInLine = false }
    }
    return count
  }

  // MARK: Inside a hunk

  /// Goes over lines that add nothing; a part when one adds something.
  private mutating func nextOfHunk() throws(InputError) -> DiffPart? {
    while let current = hunk {
      if current.isOver {
        hunk = nil
        isBehindHunk = true
        if !current.hasChange {
          return .unreadable(
            path: header.newPath ?? "",
            reason: "a hunk that ends at line \(number) neither adds nor removes a line: word diffs cannot be read")
        }
        break
      }
      guard let kind = try peekKind() else {
        throw InputError("ends in the middle of a hunk, after line \(number): it is cut short")
      }
      if kind == .added {
        return .added(path: header.newPath ?? "", line: current.newLine)
      }
      try take(kind)
      if kind != .note { try skipLine() }
    }
    return nil
  }

  /// Steps into the next line if it is an added one of the same run.
  private mutating func startAddedLine() throws(InputError) -> Bool {
    guard let current = hunk, !current.isOver, try peekKind() == .added else { return false }
    try take(.added)
    addedLines += 1
    isInLine = true
    return true
  }

  /// What the line at `at` is, by its first bytes; nil at the end.
  private mutating func peekKind() throws(InputError) -> DiffHunk.Kind? {
    guard let current = hunk else { return nil }
    guard try fill(atLeast: current.parents) > 0 else { return nil }
    let start = UnsafeRawBufferPointer(rebasing: memory[at..<min(end, at + current.parents)])
    return current.kind(of: start)
  }

  /// Counts a line and drops its prefix.
  private mutating func take(_ kind: DiffHunk.Kind) throws(InputError) {
    number += 1
    switch kind {
    case .note: try skipLine()
    case .blank: hunk!.count(UnsafeRawBufferPointer(start: nil, count: 0))
    case .broken:
      throw InputError("line \(number) is in a hunk and begins with none of ' ', '+' and '-'")
    case .added, .other:
      let parents = hunk!.parents
      hunk!.count(UnsafeRawBufferPointer(rebasing: memory[at..<(at + parents)]))
      at += parents
    }
  }

  // MARK: Between hunks

  /// Whether a line is text that belongs to no file, and no beginning of a file's header.
  private mutating func isTextLine(_ line: [UInt8]) throws(InputError) -> Bool {
    if !isText || mustBeRefused(line) || DiffHunk(line) != nil || DiffFileHeader.begins(with: line) { return false }
    if line.starts(with: "--- ".utf8) { return !isNewName(try peekLine(isSecond: true)) }
    if isNewName(line) { return !isNewNameDue }
    var header = header
    return !header.take(line)
  }

  /// Steps into the next line if it is text too.
  private mutating func startTextLine() throws(InputError) -> Bool {
    guard let line = try peekLine(), try isTextLine(line) else { return false }
    number += 1
    isInLine = true
    return true
  }

  private func isNewName(_ line: [UInt8]?) -> Bool { line?.starts(with: "+++ ".utf8) ?? false }

  private func mustBeRefused(_ line: [UInt8]) -> Bool { hasColour(line) || isEncodedMail(line) }

  private func hasColour(_ line: [UInt8]) -> Bool {
    line.contains(0x1B) && (sawDiff || line.contains(UInt8(ascii: "@")))
  }

  private func isEncodedMail(_ line: [UInt8]) -> Bool {
    let name = "content-transfer-encoding:"
    guard line.count > name.utf8.count, line.first.map({ $0 | 0x20 }) == UInt8(ascii: "c") else { return false }
    let lower = String(decoding: line, as: UTF8.self).lowercased()
    return lower.hasPrefix(name) && ["quoted-printable", "base64"].contains(where: lower.hasSuffix)
  }

  private mutating func takeHeader(_ line: [UInt8]) throws(InputError) {
    let wasBehindHunk = isBehindHunk
    isBehindHunk = false
    if hasColour(line) {
      throw InputError("line \(number) holds colour codes: make the diff without colour (git diff --no-color)")
    }
    if isEncodedMail(line) {
      throw InputError("line \(number): a mail whose text is encoded; save the patch itself")
    }
    if isBinaryPatch && DiffInterlude.isBinaryPatch(line) { return }
    isBinaryPatch = false
    if let start = DiffHunk(line) {
      guard header.newPath != nil else {
        throw InputError("line \(number): a hunk, and no file name above it")
      }
      sawDiff = true
      isText = false
      hunk = start
      startFile()
      return
    }
    if line.starts(with: "@@".utf8) && header.hasNames {
      throw InputError("line \(number): a hunk's header that cannot be understood")
    }
    if DiffFileHeader.begins(with: line) || (line.starts(with: "--- ".utf8) && header.isCounted) {
      finishFile()
      header = DiffFileHeader()
    }
    let wasDue = isNewNameDue
    isNewNameDue = line.starts(with: "--- ".utf8)
    if isNewNameDue { isNewNameDue = isNewName(try peekLine()) }
    if isNewName(line) ? wasDue && header.take(line) : header.take(line) {
      sawDiff = true
      isText = false
    } else if !isNewNameDue, !DiffInterlude.isAllowed(line, isInSubmodule: isInSubmodule) {
      throw InputError(DiffInterlude.complaint(line, number: number, wasBehindHunk: wasBehindHunk))
    }
    if !line.isEmpty {
      isInSubmodule = DiffInterlude.isAboutSubmodule(line) || (isInSubmodule && line.first == 0x20)
      isBinaryPatch = line.elementsEqual("GIT binary patch".utf8)
    }
    if let reason = header.unreadable {
      header.unreadable = nil
      startFile()
      waiting.append(.unreadable(path: header.newPath ?? "", reason: reason))
    }
  }

  /// Counts the file of the header, once.
  private mutating func startFile() {
    if header.isCounted { return }
    header.isCounted = true
    files += 1
    if header.isNewName, let path = header.newPath { waiting.append(.newName(path)) }
  }

  /// A file that has a header and no hunk: renamed, made empty, or its mode changed.
  private mutating func finishFile() {
    if header.hasNames { startFile() }
    header = DiffFileHeader()
  }

  // MARK: Bytes

  /// The next line without its line end; what is longer than a header can be is dropped. nil at the end.
  private mutating func readLine() throws(InputError) -> [UInt8]? {
    var line: [UInt8] = []
    var any = false
    while true {
      if at == end, try !refill() {
        if any { number += 1 }
        return any ? line : nil
      }
      any = true
      let rest = UnsafeRawBufferPointer(rebasing: memory[at..<end])
      let length = rest.firstIndex(of: 0x0A) ?? rest.count
      line.append(contentsOf: rest[..<min(length, Self.longestHeader - line.count)])
      if length < rest.count {
        at += length + 1
        number += 1
        if line.last == 0x0D { line.removeLast() }
        return line
      }
      at = end
    }
  }

  /// The next line, or the one after it, as `readLine` would read it, and leaves it there; nil at the end. A
  /// second line is looked for only after a first that is no longer than a header can be.
  private mutating func peekLine(isSecond: Bool = false) throws(InputError) -> [UInt8]? {
    var start = 0
    if isSecond {
      guard let length = try lengthOfLine(from: 0) else { return nil }
      start = length + 1
    }
    let length = try lengthOfLine(from: start)
    let first = min(at + start, end)
    var line = memory[first..<min(end, first + (length ?? Self.longestHeader))]
    if length == nil && line.isEmpty { return nil }
    if length != nil && line.last == 0x0D { line.removeLast() }
    return Array(line)
  }

  /// How long the line is that begins `start` bytes after `at`; nil when it does not end within the bytes
  /// of a header.
  private mutating func lengthOfLine(from start: Int) throws(InputError) -> Int? {
    var searched = 0
    while searched < Self.longestHeader {
      let there = try fill(atLeast: start + searched + 1)
      if there <= start + searched { return nil }
      let rest = memory[(at + start + searched)..<min(end, at + start + Self.longestHeader)]
      if let found = rest.firstIndex(of: 0x0A) { return found - at - start }
      searched += rest.count
    }
    return nil
  }

  private mutating func skipLine() throws(InputError) {
    while true {
      if at == end, try !refill() { return }
      let rest = UnsafeRawBufferPointer(rebasing: memory[at..<end])
      if let length = rest.firstIndex(of: 0x0A) {
        at += length + 1
        return
      }
      at = end
    }
  }

  private mutating func refill() throws(InputError) -> Bool {
    at = 0
    end = 0
    return try fill(atLeast: 1) > 0
  }

  /// Has `count` bytes at `at` if the diff has them.
  ///
  /// - Returns: how many there are.
  private mutating func fill(atLeast count: Int) throws(InputError) -> Int {
    while end - at < count && !isOver {
      if at > 0 {
        memory.baseAddress!.copyMemory(from: memory.baseAddress! + at, byteCount: end - at)
        end -= at
        at = 0
      }
      let read = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
      if read == 0 { isOver = true }
      end += read
    }
    return end - at
  }
}
