// Computes the ID that an object must have. git believes its pack indexes and does not check what it reads
// there, so a forged index can show other content in the place of any object.
// Source: git's user manual, "Object storage format".

import CHash
import CSodium

/// The hash of an object's type, size and content, fed piece by piece.
package struct ObjectHash {
  private let format: ObjectFormat
  private var sha1 = chash_sha1()
  private var sha256 = crypto_hash_sha256_state()

  /// - Parameters:
  ///   - kind: `blob`, `tree`, `commit` or `tag`.
  ///   - size: of the content, in bytes.
  package init(_ format: ObjectFormat, kind: String, size: Int) {
    self.format = format
    if format == .sha1 { chash_sha1_begin(&sha1) } else { crypto_hash_sha256_init(&sha256) }
    var header = "\(kind) \(size)\0"
    header.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    if format == .sha1 {
      chash_sha1_add(&sha1, bytes.baseAddress, bytes.count)
    } else {
      crypto_hash_sha256_update(
        &sha256, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }
  }

  /// Nothing can be added after this.
  package mutating func finish() -> ObjectID {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ObjectFormat.sha256.length) { result in
      if format == .sha1 {
        chash_sha1_end(&sha1, result.baseAddress)
      } else {
        crypto_hash_sha256_final(&sha256, result.baseAddress!)
      }
      return ObjectID(UnsafeRawPointer(result.baseAddress!), format)
    }
  }
}
