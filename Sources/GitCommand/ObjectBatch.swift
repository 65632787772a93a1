// Objects by ID from one `git cat-file --batch`, streamed: a blob of any size passes through a small
// buffer. Requests and answers flow at the same time, so that neither side waits for the other.
// Source: git-cat-file(1), "BATCH OUTPUT".

package import GitStore
import Platform

/// What git says of an object that was asked for.
package enum ObjectAnswer: Equatable, Sendable {
  /// Its bytes come next, unless only this was asked for.
  case object(id: ObjectID, kind: String, size: Int)
  /// The repository does not have it.
  case missing
}

package struct ObjectBatch: ~Copyable {
  private var git: GitProcess
  private var requests: [UInt8] = []
  private var sent = 0
  private var received: UnsafeMutableRawBufferPointer
  private var at = 0
  private var end = 0
  /// Bytes of the current object that have not been read.
  private var left = 0
  /// Whether the line end after an object still has to be read.
  private var owesLineEnd = false
  /// What the current object is called, and the hash of what was read of it.
  private var id: ObjectID?
  private var hash = ObjectHash(.sha1, kind: "", size: 0)
  private let givesContent: Bool

  /// - Parameter content: false to learn what the objects are, and not what they hold.
  package init(in repository: GitRepository, content: Bool = true) throws(GitError) {
    givesContent = content
    git = try GitProcess.start(
      in: repository, ["cat-file", content ? "--batch" : "--batch-check", "--buffer"], takesInput: true)
    received = .allocate(byteCount: 65_536, alignment: 64)
  }

  deinit { received.deallocate() }

  /// Requests objects. Call it once.
  package mutating func request(_ ids: some Sequence<ObjectID>) { request(names: ids.lazy.map(\.description)) }

  /// Requests objects by any names that git knows, without line ends. Call it once.
  package mutating func request(names: some Sequence<String>) {
    for name in names {
      requests.append(contentsOf: name.utf8)
      requests.append(0x0A)
    }
  }

  /// Turns to the next object that was asked for. What is left of the last one is read over.
  ///
  /// - Throws: `GitError` when git fails or says something else.
  package mutating func next() throws(GitError) -> ObjectAnswer {
    try skipRest()
    var header: [UInt8] = []
    while true {
      let byte = try nextByte()
      if byte == 0x0A { break }
      header.append(byte)
      if header.count > 4096 { throw GitError("git cat-file gave an unexpected answer") }
    }
    let words = header.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
    if words.last == "missing" { return .missing }
    guard words.count == 3, let named = ObjectID(digits: words[0].utf8), let size = Int(words[2]), size >= 0 else {
      throw GitError("git cat-file gave an unexpected answer")
    }
    if givesContent {
      left = size
      owesLineEnd = true
      id = named
      hash = ObjectHash(named.format, kind: words[1], size: size)
    }
    return .object(id: named, kind: words[1], size: size)
  }

  /// Reads the current object; 0 at its end.
  ///
  /// - Throws: `GitError`, also at the end of an object that is not what its ID says.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(GitError) -> Int {
    if left == 0 {
      try check()
      return 0
    }
    if buffer.isEmpty { return 0 }
    if at == end { try receive() }
    let count = min(left, buffer.count, end - at)
    let piece = UnsafeRawBufferPointer(rebasing: received[at..<(at + count)])
    buffer.copyMemory(from: piece)
    hash.add(piece)
    at += count
    left -= count
    return count
  }

  /// The next bytes of the current object: `count`, or as many as it has.
  package mutating func readStart(_ count: Int) throws(GitError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, left), alignment: 1)
    defer { buffer.deallocate() }
    var filled = 0
    while filled < buffer.count {
      filled += try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
    }
    if left == 0 { try check() }
    return Array(buffer)
  }

  /// Reads over what is left of the current object.
  private mutating func skipRest() throws(GitError) {
    while left > 0 {
      if at == end { try receive() }
      let count = min(left, end - at)
      hash.add(UnsafeRawBufferPointer(rebasing: received[at..<(at + count)]))
      at += count
      left -= count
    }
    try check()
    if owesLineEnd {
      owesLineEnd = false
      _ = try nextByte()
    }
  }

  /// Holds the current object, read to its end, against its ID, once.
  private mutating func check() throws(GitError) {
    guard let named = id else { return }
    id = nil
    if hash.finish() != named { throw GitError(forgedObject(named)) }
  }

  /// - Throws: `GitError` unless git ended well.
  package consuming func finish() throws(GitError) {
    try skipRest()
    git.endInput()
    try git.finish()
  }

  private mutating func nextByte() throws(GitError) -> UInt8 {
    if at == end { try receive() }
    defer { at += 1 }
    return received[at]
  }

  private mutating func receive() throws(GitError) {
    if sent == requests.count { git.endInput() }
    while true {
      let (written, count) = try exchange()
      sent += written
      if sent == requests.count { git.endInput() }
      guard let count else { continue }
      if count == 0 {
        try git.finish()
        throw GitError("git cat-file ended before answering")
      }
      at = 0
      end = count
      return
    }
  }

  private mutating func exchange() throws(GitError) -> (written: Int, read: Int?) {
    try requests.withUnsafeBufferPointer { (bytes) throws(GitError) in
      try git.exchange(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[sent...])), into: received)
    }
  }
}

/// What to say of an object whose content has another hash.
func forgedObject(_ id: ObjectID) -> String {
  "object \(id) is not what its ID says, because a pack or its index is damaged or forged; git fsck "
    + "names the damage, a new clone has none"
}

/// Those of `ids` that the repository has.
package func present(in repository: GitRepository, _ ids: [ObjectID]) throws(GitError) -> [ObjectID] {
  if ids.isEmpty { return [] }
  var batch = try ObjectBatch(in: repository, content: false)
  batch.request(ids)
  var present: [ObjectID] = []
  for id in ids {
    if case .object = try batch.next() { present.append(id) }
  }
  try batch.finish()
  return present
}
