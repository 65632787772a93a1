// What a survey reads besides folders: the details of the index, in a thread of its own; git's case setting;
// single files of the working tree.

import GitCommand
import Inputs
import Platform
import Synchronization

/// What the index says besides paths, read while git lists those.
struct DetailsReading: ~Copyable {
  private let answer: Answer
  private let threads: ThreadGroup

  private final class Answer: Sendable {
    let result = Mutex<Result<IndexDetails, GitError>?>(nil)
  }

  init(top: Path) {
    let answer = Answer()
    let read: @Sendable () -> Void = {
      do throws(GitError) {
        let details = try IndexDetails.read(top: top)
        answer.result.withLock { $0 = .success(details) }
      } catch {
        answer.result.withLock { $0 = .failure(error) }
      }
    }
    var threads = ThreadGroup()
    if !threads.start(read) { read() }
    self.answer = answer
    self.threads = threads
  }

  consuming func wait() throws(GitError) -> IndexDetails {
    threads.join()
    guard let result = answer.result.withLock({ $0 }) else { throw GitError("the index was not waited for") }
    return try result.get()
  }
}

/// `core.ignoreCase`, asked for once and only if it matters.
final class LazyCase {
  private let top: Path
  private var value: Bool?

  init(top: Path) { self.top = top }

  func get() throws(GitError) -> Bool {
    if let value { return value }
    let answer = try ignoresCase(top: top)
    value = answer
    return answer
  }
}

/// The bytes of a regular file of at most 1 MiB, opened through no link; nil if it does not exist.
///
/// - Throws: `SystemError`; `EFBIG` for a longer one.
func readRegular(_ path: Path, _ chain: inout FolderChain) throws(SystemError) -> [UInt8]? {
  do throws(SystemError) {
    let folder = try chain.folder(of: path)
    let file = try Descriptor.openFile(Path(path.lastComponent), in: folder.descriptor.number)
    let status = try file.status()
    guard status.kind == .file else { return nil }
    return try readAll(file, limit: min(1 << 20, max(status.size, 4095)))
  } catch {
    if [SystemError.noSuchFile, SystemError.isLink, SystemError.notFolder, SystemError.noDevice].contains(error.code) {
      return nil
    }
    throw error
  }
}

/// The text with LF for each CRLF: which of them a checkout writes is no change.
func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
  if !bytes.contains(0x0D) { return bytes }
  return bytes.indices.filter {
    !(bytes[$0] == 0x0D && $0 + 1 < bytes.count && bytes[$0 + 1] == 0x0A)
  }.map { bytes[$0] }
}
