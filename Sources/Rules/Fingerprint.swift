// The name of a key in reports, allow-lists and baselines: a hash, which is the same wherever the key is and
// reveals nothing about it.

import Bytes
import CSodium

/// `sha256:` and the first 32 hex digits of the SHA-256 of the decoded key.
public func fingerprint(of key: UnsafeRawBufferPointer) -> String {
  var text = Array("sha256:".utf8)
  for byte in sha256(of: key).prefix(16) { text += hexDigits(byte) }
  return String(decoding: text, as: UTF8.self)
}

/// The first 16 bytes of the SHA-256 of `bytes`: an identity where their number must not fill the memory.
package func sha256Start(of bytes: UnsafeRawBufferPointer) -> SIMD2<UInt64> {
  sha256(of: bytes).withUnsafeBytes { $0.loadUnaligned(as: SIMD2<UInt64>.self) }
}

/// 32 bytes.
package func sha256(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
  crypto_hash_sha256(&digest, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  return digest
}
