// What a survey reads besides the folders: the staged `.gitignore` files, in a thread of their own;
// git's mind about upper and lower case; a file of the working tree.

import Git
import Inputs
import POSIX
import Synchronization

/// What is staged of the `.gitignore` files, read while git judges probes.
struct StagedFiles: ~Copyable {
  private let answer: Answer
  private let threads: ThreadGroup

  private final class Answer: Sendable {
    let result = Mutex<Result<[[UInt8]?], GitError>?>(nil)
  }

  init(_ paths: [Path], top: Path) {
    let answer = Answer()
    let read: @Sendable () -> Void = {
      do throws(GitError) {
        let content = try stagedContent(of: paths, top: top)
        answer.result.withLock { $0 = .success(content) }
      } catch {
        answer.result.withLock { $0 = .failure(error) }
      }
    }
    var threads = ThreadGroup()
    if !threads.start(read) { read() }
    self.answer = answer
    self.threads = threads
  }

  consuming func wait() throws(GitError) -> [[UInt8]?] {
    threads.join()
    guard let result = answer.result.withLock({ $0 }) else {
      throw GitError("git cat-file was not waited for")
    }
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

/// The bytes of a regular file at most 1 MiB long, reached through no link; nil when there is none.
func readRegular(_ path: Path, _ chain: inout FolderChain) -> [UInt8]? {
  do throws(SystemError) {
    let folder = try chain.folder(of: path)
    let file = try Descriptor.openFile(Path(path.lastComponent), in: folder.descriptor.number)
    let status = try file.status()
    guard status.kind == .file else { return nil }
    return try readAll(file, limit: min(1 << 20, max(status.size, 4095)))
  } catch { return nil }
}

/// The text with LF for each CRLF: which of them a checkout writes is no change.
func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
  if !bytes.contains(0x0D) { return bytes }
  return bytes.indices.filter {
    !(bytes[$0] == 0x0D && $0 + 1 < bytes.count && bytes[$0 + 1] == 0x0A)
  }.map { bytes[$0] }
}
