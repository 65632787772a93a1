// The fuzz target for the pack and delta reader, for libFuzzer: Fuzzing/run builds and runs it.

import FuzzDriver
import GitStore
import Glibc
import PackFixtures
import Platform

@main enum PackFuzz {
  static func main() {
    runFuzzer { start, count in
      readAll(buildPack(fuzz: UnsafeRawBufferPointer(start: start, count: count)))
      return 0
    }
  }
}

/// A repository with room for one pack, in memory where the system has such a place.
private let repository: Repository = {
  var template = Array((access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp").utf8CString.dropLast())
  template += Array("/pack-fuzz-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { fatalError("no temporary folder") }
  let folder = Path(template.dropLast().map { UInt8(bitPattern: $0) })
  for name in ["objects", "refs", "objects/pack"] {
    _ = folder.appending(name.utf8).withCString { mkdir($0, 0o700) }
  }
  write([], folder.appending("HEAD".utf8))
  do { return try Repository(gitFolder: folder, top: nil) } catch { fatalError("\(error)") }
}()

private func write(_ bytes: [UInt8], _ path: Path) {
  let file = path.withCString { open($0, O_WRONLY | O_CREAT | O_TRUNC, 0o600) }
  precondition(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count)
  close(file)
}

private func readAll(_ built: BuiltPack) {
  let pack = repository.commonFolder.appending("objects/pack/pack-x.pack".utf8)
  write(built.pack, pack)
  write(built.index, Path(pack.bytes.dropLast(5) + Array(".idx".utf8)))
  let store = ObjectStore(repository)
  guard let opened = try? store.open(pack) else { return }
  var reader = ObjectReader(.sha1, memory: ObjectMemory(jobs: 1))
  var sum = Sum()
  for work in StoreWork.all(of: opened) { reader.visit(work, &sum) }
  // What a walk reads, a look-up reads too, and the same.
  for (id, value) in sum.values.prefix(8) {
    var single = Sum()
    guard reader.visit(id, packs: [opened], folders: [], &single) else { fatalError("not found again") }
    precondition(single.values[id] == value || sum.isAmbiguous, "another object by its ID")
  }
}

/// Touches every byte that it is shown.
private struct Sum: ObjectVisitor, ~Copyable {
  var values: [ObjectID: UInt64] = [:]
  /// Two objects have one ID.
  var isAmbiguous = false

  mutating func visit(_ bytes: UnsafeRawBufferPointer, _ kind: ObjectKind, id: () -> ObjectID) {
    let sum = bytes.reduce(UInt64(kind.rawValue)) { $0 &* 31 &+ UInt64($1) }
    if values.updateValue(sum, forKey: id()) != nil { isAmbiguous = true }
    if kind == .tree { _ = treeEntryNames(bytes, .sha1) }
    if kind == .commit { _ = CommitHeader(bytes, .sha1) }
    if kind == .tag { _ = TagHeader(bytes, .sha1) }
  }
  mutating func visit(_ stream: consuming ObjectStream, _ kind: ObjectKind, id: ObjectID) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while let count = try? stream.read(into: buffer), count > 0 {}
  }
  mutating func failed(_ failure: ObjectFailure) {}
}
