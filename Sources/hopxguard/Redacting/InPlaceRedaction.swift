// `redact --in-place`: a new file beside the old one, complete and on disk before it takes its place.
// Whatever fails leaves the old file as it was.

import Detection
import Platform
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Why a file was left as it was, in words for a person.
struct RewriteError: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// Redacts the file at `path`. One without a key is not touched.
func redactInPlace(
  _ path: Path, _ rules: RuleSet, isPlain: Bool, progress: ReadingProgress
) throws(RewriteError) -> RedactionTally {
  try rewriteInPlace(path) { file, output throws(RewriteError) in
    progress.expect((try? file.status().size) ?? 0)
    return try redact(file, to: output, rules, isPlain, progress)
  }
}

/// Replaces the file at `path` by what `redact` writes for it, unless that finds no key.
///
/// - Parameter redact: reads the file from its start; the output is nil while keys are only counted.
func rewriteInPlace(
  _ path: Path,
  _ redact: (_ file: borrowing Descriptor, _ output: CInt?) throws(RewriteError) -> RedactionTally
) throws(RewriteError) -> RedactionTally {
  let name = Path(path.lastComponent)
  let parent = path.parent ?? Path(path.bytes.first == UInt8(ascii: "/") ? "/" : ".")
  let folder = try attempt { () throws(SystemError) in
    try Descriptor.open(parent, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  }
  let file = try attempt { () throws(SystemError) in try Descriptor.openFile(name, in: folder.number) }
  let before = try attempt { () throws(SystemError) in try file.fullStatus() }
  guard before.st_mode & S_IFMT == S_IFREG else { throw RewriteError("is not a regular file") }
  guard before.st_nlink == 1 else {
    throw RewriteError("has \(before.st_nlink) names (hard links), and the others would keep its keys")
  }

  let found = try redact(file, nil)
  if found.keys == 0 { return found }
  let replacement = try attempt { () throws(SystemError) in
    _ = try retrying("lseek") { lseek(file.number, 0, SEEK_SET) }
    return try Replacement(in: folder)
  }
  let tally = try redact(file, replacement.file.number)
  try attempt { () throws(SystemError) in
    try replacement.file.takeAttributes(of: file)
    try replacement.file.synchronize()
  }
  let after = try attempt { () throws(SystemError) in
    (try file.fullStatus(), try FileStatus.of(name, in: folder.number).inode)
  }
  guard isUnchanged(before, after.0), after.1 == UInt64(before.st_ino) else {
    throw RewriteError("changed while it was redacted, and was left as it is; stop its writer first")
  }
  try attempt { () throws(SystemError) in try replacement.takePlace(of: name) }
  return tally
}

/// Calls `body` and puts what went wrong into words.
private func attempt<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(RewriteError) -> Result {
  do throws(SystemError) { return try body() } catch {
    if error.code == ELOOP { throw RewriteError("is a symbolic link; name the file it points to") }
    throw RewriteError("cannot be redacted: \(error.call): \(error)")
  }
}

private func redact(
  _ file: borrowing Descriptor, to output: CInt?, _ rules: RuleSet, _ isPlain: Bool, _ progress: ReadingProgress
) throws(RewriteError) -> RedactionTally {
  var stream = StreamRedaction(rules: rules, output: output, isPlain: isPlain, progress: progress)
  let problem: String?
  do throws(OutputError) {
    problem = try stream.pass(file.number, while: { Interruption.signal == nil })
    try stream.finish()
  } catch {
    throw RewriteError("cannot be redacted: \(error.reason.call): \(error.reason)")
  }
  if let problem = problem ?? stream.problem { throw RewriteError(problem) }
  if Interruption.signal != nil { throw RewriteError("was left as it was: interrupted") }
  return stream.tally
}

private func isUnchanged(_ before: stat, _ after: stat) -> Bool {
  #if canImport(Darwin)
    let times = [(before.st_mtimespec, after.st_mtimespec), (before.st_ctimespec, after.st_ctimespec)]
  #else
    let times = [(before.st_mtim, after.st_mtim), (before.st_ctim, after.st_ctim)]
  #endif
  return before.st_size == after.st_size
    && times.allSatisfy { $0.tv_sec == $1.tv_sec && $0.tv_nsec == $1.tv_nsec }
}

/// A new file in a folder, which is gone again unless it takes the place of another.
private struct Replacement: ~Copyable {
  let file: Descriptor
  private let folder: CInt
  private let name: Path

  init(in folder: borrowing Descriptor) throws(SystemError) {
    self.folder = folder.number
    var number = 0
    while true {
      // Not made from the old file's name, which may be as long as a name can be.
      let name = Path(".hopxguard-\(getpid())-\(number).tmp")
      do throws(SystemError) {
        file = try .open(
          name, in: folder.number, flags: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o600)
        self.name = name
        return
      } catch {
        number += 1
        if error.code != EEXIST || number == 100 { throw error }
      }
    }
  }

  deinit { _ = name.withCString { unlinkat(folder, $0, 0) } }

  /// Moves to `other`, and makes sure that the move lasts.
  borrowing func takePlace(of other: Path) throws(SystemError) {
    try name.withCString { (from) throws(SystemError) in
      _ = try other.withCString { (to) throws(SystemError) in
        try retrying("rename") { renameat(folder, from, folder, to) }
      }
    }
    try retrying("fsync") { fsync(folder) }
  }
}

/// A signal that asks to end, noticed so that no half-written file is left.
enum Interruption {
  private static let number = Atomic<CInt>(0)

  static var signal: CInt? {
    let number = number.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  static func watch() {
    // Made now: a handler must not be the first to touch it.
    number.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      setHandler({ Interruption.number.store($0, ordering: .relaxed) }, for: signal)
    }
  }
}
