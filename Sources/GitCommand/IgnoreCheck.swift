// The rule and the file that decide whether git ignores a path. git itself is asked, for any number of paths,
// existing or not, in one process. Source: git-check-ignore(1), gitignore(5).

package import Platform

/// The line that decides about a path.
package struct IgnoreRule: Hashable, Sendable {
  /// Of a path so deep that git can only be asked whether it is ignored: no line is known.
  package static let unknown = IgnoreRule(source: Path(""), line: 0, pattern: [])

  /// The file that holds the line, as git names it: relative to the working tree's top for a
  /// `.gitignore`.
  package let source: Path
  /// From 1.
  package let line: Int
  /// As git understood it: without line end and trailing spaces.
  package let pattern: [UInt8]

  package init(source: Path, line: Int, pattern: [UInt8]) {
    self.source = source
    self.line = line
    self.pattern = pattern
  }

  /// The line takes paths back in.
  package var isNegated: Bool { pattern.first == UInt8(ascii: "!") }

  /// The line is in a `.gitignore` of the working tree, at or above `path`, and so goes where the
  /// repository goes. Otherwise it is in `info/exclude` or the user's `core.excludesFile`, which may
  /// be named `.gitignore` too.
  package func isShared(deciding path: Path) -> Bool {
    guard source.bytes.first != UInt8(ascii: "/"),
      source.lastComponent.elementsEqual(".gitignore".utf8)
    else { return false }
    guard let folder = source.parent else { return true }
    return path.isWithin(folder)
  }
}

/// Where the rules come from that a check goes by.
package enum IgnoreScope: Sendable {
  /// All that git goes by here: `.gitignore`, `info/exclude`, `core.excludesFile`.
  case machine
  /// The `.gitignore` files alone, of the scratch repository's working tree or of this one.
  case shared(ScratchRepository, ignoreCase: Bool, inScratch: Bool)
}

/// A `git check-ignore` that answers until it is finished.
package struct IgnoreCheck: ~Copyable {
  private var git: GitProcess
  private let options: [String]
  private let folder: Path
  /// Paths too deep for git to report a rule, with their index among all paths.
  private var deep: [(index: Int, path: Path)] = []
  private var count = 0
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  /// All questions so far, and what of them was asked since the last answers were given on.
  private var asked: [Path] = []
  private var first = 0
  private var questions: [UInt8] = []
  /// Bytes of `questions` that git has been given.
  private var sent = 0
  /// All answers so far.
  private var rules: [IgnoreRule?] = []
  /// Of git's output, the record that is not whole yet.
  private var answers: [UInt8] = []
  /// Rules that were answered last, by their bytes: most paths fall to the same few.
  private var recent: [(record: [UInt8], rule: IgnoreRule)] = []

  /// Maximum depth of a path. With 24 lists of rules in use, git 2.39 moves them in memory, and then
  /// `check-ignore -v` reads the name of a rule's file from its old place: it prints garbage or crashes.
  /// Whether a path is ignored is not affected.
  private static let deepest = 20

  /// Bytes of questions that are worth a system call.
  private static let batch = 8192

  /// Seconds that git may take for the answers that fit into its buffer.
  private static let longestWork = 60

  /// git keeps its answers until its buffer is full: a write for each makes it take twice as long
  /// (git(1), `GIT_FLUSH`).
  private static let environment: [Path] = ["GIT_FLUSH=0"]
  /// What is asked to have the answers before it pushed out of git's buffer, of 64 KiB at most.
  private static let filler: (path: Path, count: Int) = (
    Path(Array(repeating: Array(repeating: UInt8(ascii: "x"), count: 200), count: 15).joined(separator: "/".utf8)), 22
  )

  deinit { buffer.deallocate() }

  /// - Parameter top: of the working tree, absolute.
  package init(top: Path, scope: IgnoreScope) throws(GitError) {
    // This command refuses literal pathspecs; `./` in front of each path does their work.
    var options = ["--no-literal-pathspecs"]
    var folder = top
    switch scope {
    case .machine: options.append("--work-tree=.")
    case .shared(let scratch, let ignoreCase, let inScratch):
      if inScratch { folder = scratch.workTree }
      options += [
        "-c", "core.excludesFile=/dev/null", "-c", "core.ignoreCase=\(ignoreCase)",
        "--git-dir=\(String(decoding: scratch.gitFolder.bytes, as: UTF8.self))", "--work-tree=.",
      ]
    }
    self.options = options
    self.folder = folder
    git = try .start(
      in: .workTree(folder), options: options, ["check-ignore", "--no-index", "-z", "-v", "-n", "--stdin"],
      takesInput: true, environment: Self.environment)
    git.longestWork = Self.longestWork
  }

  /// The rule that applies to each of `paths`, which are relative to the top; nil if none does. No path may
  /// lead through a symbolic link: git exits on one.
  package mutating func rules(for paths: [Path]) throws(GitError) -> [IgnoreRule?] {
    try ask(paths)
    return try collect()
  }

  /// Lets git work on `paths` while the caller does other things; `collect()` has the answers.
  package mutating func ask(_ paths: [Path]) throws(GitError) {
    for path in paths {
      defer { count += 1 }
      if path.bytes.count(where: { $0 == UInt8(ascii: "/") }) > Self.deepest {
        deep.append((count, path))
        continue
      }
      appendQuestion(path, to: &questions)
      asked.append(path)
    }
    if questions.count - sent >= Self.batch { try exchange(waits: false, until: asked.count) }
  }

  /// The rules for all that was asked since the last call, in that order.
  package mutating func collect() throws(GitError) -> [IgnoreRule?] {
    let end = asked.count
    if rules.count < end {
      for _ in 0..<Self.filler.count {
        appendQuestion(Self.filler.path, to: &questions)
        asked.append(Self.filler.path)
      }
    }
    while rules.count < end { try exchange(waits: true, until: end) }
    let shallow = Array(rules[first..<end])
    first = asked.count
    defer {
      deep.removeAll()
      count = 0
    }
    if deep.isEmpty { return shallow }
    let ignored = try areIgnored(deep.map(\.path))
    var answers: [IgnoreRule?] = []
    answers.reserveCapacity(count)
    var rest = shallow.makeIterator()
    var next = zip(deep, ignored).makeIterator()
    var pending = next.next()
    for index in 0..<count {
      if let here = pending, here.0.index == index {
        answers.append(here.1 ? .unknown : nil)
        pending = next.next()
      } else {
        answers.append(rest.next() ?? nil)
      }
    }
    return answers
  }

  /// Whether git ignores each path, in a process of its own.
  private func areIgnored(_ paths: [Path]) throws(GitError) -> [Bool] {
    var git = try GitProcess.start(
      in: .workTree(folder), options: options, ["check-ignore", "--no-index", "-z", "--stdin"],
      takesInput: true, environment: Self.environment)
    git.longestWork = Self.longestWork
    var questions: [UInt8] = []
    for path in paths { appendQuestion(path, to: &questions) }
    var answers: [UInt8] = []
    var sent = 0
    while true {
      if sent == questions.count { git.endInput() }
      let (written, read) = try questions.withUnsafeBufferPointer { (bytes) throws(GitError) in
        let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[sent...])
        return try git.exchange(rest, into: buffer)
      }
      sent += written
      guard let read else { continue }
      if read == 0 { break }
      answers.append(contentsOf: buffer[..<read])
    }
    try finishCheck(&git)
    var records = answers.split(separator: 0).makeIterator()
    var record = records.next()
    let ignored = paths.map { path in
      guard let here = record, here.dropFirst(2).elementsEqual(path.bytes) else { return false }
      record = records.next()
      return true
    }
    guard record == nil else { throw GitError("git check-ignore answered about a path it was not asked about") }
    return ignored
  }

  /// - Parameter end: the number of answers to wait for.
  private mutating func exchange(waits: Bool, until end: Int) throws(GitError) {
    // Each way as long as something moves, so that git is kept busy between two calls.
    while true {
      let (written, read) = try questions.withUnsafeBufferPointer { (bytes) throws(GitError) in
        let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[sent...])
        return try git.exchange(rest, into: buffer, waits: waits && rules.count < end)
      }
      sent += written
      guard let read else {
        if written == 0 { return }
        continue
      }
      if read == 0 {
        try finishCheck(&git)
        throw GitError("git check-ignore ended before answering")
      }
      try parse(UnsafeRawBufferPointer(rebasing: buffer[..<read]))
      if rules.count >= end { return }
    }
  }

  /// Ends git.
  package mutating func finish() throws(GitError) {
    git.endInput()
    // Discard the remaining answers.
    while try git.read(into: buffer) > 0 {}
    try finishCheck(&git)
  }

  /// Takes the whole `SOURCE NUL LINE NUL PATTERN NUL PATH NUL` records; what is left of one waits.
  private mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(GitError) {
    answers.append(contentsOf: bytes)
    var start = 0
    var ends: [Int] = []
    ends.reserveCapacity(4)
    for index in answers.indices where answers[index] == 0 {
      ends.append(index)
      guard ends.count == 4 else { continue }
      guard rules.count < asked.count,
        answers[(ends[2] + 1)..<ends[3]].dropFirst(2).elementsEqual(asked[rules.count].bytes)
      else { throw GitError("git check-ignore answered about a path it was not asked about") }
      rules.append(try rule(start, ends))
      start = index + 1
      ends.removeAll(keepingCapacity: true)
    }
    answers.removeFirst(start)
  }

  private mutating func rule(_ start: Int, _ ends: [Int]) throws(GitError) -> IgnoreRule? {
    if ends[0] == start { return nil }
    let record = answers[start..<ends[2]]
    if let known = recent.first(where: { $0.record.elementsEqual(record) }) { return known.rule }
    guard let line = Int(String(decoding: answers[(ends[0] + 1)..<ends[1]], as: UTF8.self)) else {
      throw GitError("git check-ignore gave no line number")
    }
    let rule = IgnoreRule(
      source: Path(answers[start..<ends[0]]), line: line,
      pattern: Array(answers[(ends[1] + 1)..<ends[2]]))
    if recent.count == 32 { recent.removeFirst() }
    recent.append((Array(record), rule))
    return rule
  }
}

private func appendQuestion(_ path: Path, to questions: inout [UInt8]) {
  questions += [UInt8(ascii: "."), UInt8(ascii: "/")]
  questions += path.bytes
  questions.append(0)
}

private func finishCheck(_ git: inout GitProcess) throws(GitError) {
  do throws(GitError) { try git.finish() } catch {
    // 1: no path was ignored.
    if error.status != 1 { throw error }
  }
}
