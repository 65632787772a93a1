// `redact --in-place`: a new file beside the old one, complete and on disk before it takes its place.
// Whatever fails leaves the old file as it was.

import Detection
import Platform
import Synchronization

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
    try Descriptor.open(parent, flags: Descriptor.toList)
  }
  let file = try attempt { () throws(SystemError) in try Descriptor.openFile(name, in: folder.number) }
  let before = try attempt { () throws(SystemError) in try file.status() }
  guard before.kind == .file else { throw RewriteError("is not a regular file") }
  guard before.names == 1 else {
    throw RewriteError("has \(before.names) names (hard links), and the others would keep its keys")
  }

  let found = try redact(file, nil)
  if found.keys == 0 { return found }
  let replacement = try attempt { () throws(SystemError) in
    try file.rewind()
    return try ReplacementFile(in: folder)
  }
  let tally = try redact(file, replacement.file.number)
  try attempt { () throws(SystemError) in
    try replacement.file.takeAttributes(of: file)
    try replacement.file.synchronize()
  }
  let after = try attempt { () throws(SystemError) in
    (try file.status(), try FileStatus.of(name, in: folder.number).inode)
  }
  guard isUnchanged(before, after.0), after.1 == before.inode else {
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
    if error.code == SystemError.isLink { throw RewriteError("is a symbolic link; name the file it points to") }
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

private func isUnchanged(_ before: FileStatus, _ after: FileStatus) -> Bool {
  before.size == after.size && before.modified == after.modified && before.changed == after.changed
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
    handleRequestsToEnd { Interruption.number.store($0, ordering: .relaxed) }
  }
}
