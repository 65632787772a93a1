// A pack and the plan for reading it: which object is built on which. Objects are numbered from 0 in pack order.
// Source: gitformat-pack(5).

package import Platform

/// A pack with its index, mapped, every header read.
///
/// `@unchecked Sendable`: nothing changes after `init`.
package final class PackFile: @unchecked Sendable {
  /// For messages.
  package let path: Path
  package let count: Int
  let index: PackIndex
  let format: ObjectFormat
  private let file: MappedFile
  private let layout: PackLayout
  /// Objects that are no deltas; those that many others are built on first, so that no worker is
  /// left with a long tree at the end.
  package private(set) var roots: [Int32] = []
  /// Objects that cannot be read because of their headers, or those of their bases.
  package private(set) var failures: [ObjectFailure] = []

  static let headerSize = 12

  /// Maps a pack and its index, and reads the header of every object.
  ///
  /// - Parameter path: what messages call the pack.
  /// - Throws: `StoreError` when one of the two is broken as a whole.
  init(_ file: MappedFile, _ index: PackIndex, path: Path) throws(StoreError) {
    self.file = file
    self.index = index
    self.path = path
    format = index.format
    count = index.count
    let bytes = file.bytes
    guard bytes.count >= Self.headerSize + format.length, let start = bytes.baseAddress else {
      throw StoreError("the pack is cut short")
    }
    guard bytes.starts(with: "PACK".utf8) else { throw StoreError("it is no pack") }
    let version = bigEndian32(start + 4)
    guard version == 2 || version == 3 else {
      throw StoreError("the pack is of version \(version), not 2 or 3")
    }
    let told = Int(bigEndian32(start + 8))
    guard told == count, count < Int(Int32.max) else {
      throw StoreError("the pack holds \(told) objects and its index names \(count)")
    }
    let end = bytes.count - format.length
    guard index.belongs(to: UnsafeRawBufferPointer(rebasing: bytes[end...])) else {
      throw StoreError("the pack is cut short, or its index is another pack's")
    }
    layout = PackLayout(count: count, end: end)
    guard layout.sort(index) else { throw StoreError("the index points outside of the pack") }
    layout.link(bytes, index, &failures)
    roots = layout.roots()
    failures += layout.unreachable(from: roots, index)
  }

  /// Bytes of the pack.
  package var size: Int { file.bytes.count }

  /// A server that promised objects which are not here sent this pack (partial-clone(7)).
  package var isPromised: Bool {
    (try? FileStatus.of(Path(path.bytes.dropLast(5) + Array(".promisor".utf8)))) != nil
  }

  /// The pack or its index lost bytes while it was read.
  package var wasCutShort: Bool { file.wasCutShort || index.wasCutShort }

  var bytes: UnsafeRawBufferPointer { file.bytes }

  @inline(__always)
  func extent(of object: Int) -> Range<Int> { layout.starts[object]..<layout.starts[object + 1] }

  @inline(__always)
  func entry(of object: Int) -> PackEntry? {
    PackEntry(file.bytes, extent(of: object), hashLength: format.length)
  }

  package func id(of object: Int) -> ObjectID { index.id(at: Int(layout.positions[object])) }

  package func holds(_ id: ObjectID) -> Bool { index.position(of: id) != nil }

  /// The number of the object; nil when the pack does not hold it.
  func object(_ id: ObjectID) -> Int? {
    guard let position = index.position(of: id), let offset = index.offset(at: position) else {
      return nil
    }
    return layout.object(at: Int(truncatingIfNeeded: offset))
  }

  /// What an object that is no delta is.
  package func kind(ofRoot object: Int32) -> ObjectKind {
    ObjectKind(rawValue: layout.kinds[Int(object)]) ?? .blob
  }

  /// The base of an object, `PackLayout.whole` or `PackLayout.broken`.
  @inline(__always)
  func base(of object: Int) -> Int32 { layout.base[object] }

  /// The first of an object's deltas other than the heaviest; -1 if there is none.
  @inline(__always)
  func firstLight(of object: Int) -> Int32 { layout.light[object] }

  /// The next delta of the same base.
  @inline(__always)
  func nextLight(after object: Int) -> Int32 { layout.next[object] }

  /// The delta of this object that most others are built on in turn; -1 when it has none.
  @inline(__always)
  func heaviest(of object: Int) -> Int32 { layout.heavy[object] }
}

/// An object that could not be read.
package struct ObjectFailure: Sendable {
  package let id: ObjectID
  /// Such as `its compressed data is broken`.
  package let reason: String
  /// Objects that are built on it, and were not read for that.
  package var dependents: Int

  package init(id: ObjectID, reason: String, dependents: Int = 0) {
    self.id = id
    self.reason = reason
    self.dependents = dependents
  }
}
