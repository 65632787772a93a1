// What a store holds, once by our reader and once by git.

import Foundation
import GitStore
import Platform

/// An object, all of it.
struct StoredObject: Equatable {
  let kind: ObjectKind
  let bytes: [UInt8]
}

/// Keeps everything it is shown.
struct Collector: ObjectVisitor, ~Copyable {
  let format: ObjectFormat
  var objects: [String: StoredObject] = [:]
  /// Objects visited, those that are stored twice counted twice.
  var count = 0
  var failures: [ObjectFailure] = []

  init(_ format: ObjectFormat) { self.format = format }

  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    count += 1
    objects[id().hex(format)] = StoredObject(kind: kind, bytes: Array(bytes))
  }

  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {
    count += 1
    var stream = stream
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { buffer.deallocate() }
    do {
      while case let read = try stream.read(into: buffer), read > 0 { bytes += buffer[..<read] }
      objects[id.hex(format)] = StoredObject(kind: kind, bytes: bytes)
    } catch {
      failures.append(ObjectFailure(id: id, reason: error.reason))
    }
  }

  mutating func failed(_ failure: ObjectFailure) { failures.append(failure) }
}

struct StoreContents {
  var objects: [String: StoredObject] = [:]
  var count = 0
  /// Reasons for what could not be read.
  var failures: [String] = []

  /// Reads all of the store of a repository.
  init(ofRepositoryAt path: String) throws {
    let repository = try Repository(containing: canonicalPath(Path(path)))
    let store = ObjectStore(repository)
    failures += store.problems.map(\.reason)
    let listing = store.list()
    failures += listing.problems.map(\.reason)
    var work: [StoreWork] = listing.loose.map { .loose($0) }
    for path in listing.packs {
      do {
        let pack = try store.open(path)
        failures += pack.failures.map(\.reason)
        work += StoreWork.all(of: pack)
      } catch {
        failures.append(error.reason)
      }
    }
    var reader = ObjectReader(repository.format, memory: ObjectMemory(jobs: 1))
    var collector = Collector(repository.format)
    for item in work { reader.visit(item, &collector) }
    failures += reader.problems.map(\.reason) + collector.failures.map(\.reason)
    objects = collector.objects
    count = collector.count
  }

  /// The same by `git cat-file --batch`.
  init(byGitAt path: String) throws {
    let output = [UInt8](
      try git("cat-file", "--batch", "--batch-all-objects", "--unordered", "--buffer", in: path))
    var at = 0
    while at < output.count {
      let end = output[at...].firstIndex(of: 0x0A)!
      let words = String(decoding: output[at..<end], as: UTF8.self).split(separator: " ")
      let size = Int(words[2])!
      let kinds = ["commit": ObjectKind.commit, "tree": .tree, "blob": .blob, "tag": .tag]
      objects[String(words[0])] = StoredObject(
        kind: kinds[String(words[1])]!, bytes: Array(output[(end + 1)..<(end + 1 + size)]))
      at = end + size + 2
    }
  }
}

struct GitFailure: Error { let text: String }

@discardableResult
func git(_ arguments: String..., in folder: String, input: [UInt8] = []) throws -> Data {
  try git(arguments, in: folder, input: input)
}

@discardableResult
func git(_ arguments: [String], in folder: String, input: [UInt8] = []) throws -> Data {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["git", "-C", folder] + arguments
  var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
  variables.merge([
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
  ]) { $1 }
  process.environment = variables
  let scratch = NSTemporaryDirectory() + "/git-input-\(UUID().uuidString)"
  _ = FileManager.default.createFile(atPath: scratch, contents: Data(input))
  defer { try? FileManager.default.removeItem(atPath: scratch) }
  process.standardInput = FileHandle(forReadingAtPath: scratch)
  process.standardError = FileHandle.nullDevice
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let bytes = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  if process.terminationStatus != 0 { throw GitFailure(text: "git \(arguments)") }
  return bytes
}

/// A fresh folder, gone with the test.
final class StoreFolder {
  let path: String

  init() throws {
    let made = NSTemporaryDirectory() + "/store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
    path = URL(fileURLWithPath: made).resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
