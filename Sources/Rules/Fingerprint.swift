// What a key is called in reports, allow-lists and baselines: a hash, so that it is the same key
// wherever it stands and the name gives nothing away.

import CSodium

/// `sha256:` and the first 32 hex digits of the SHA-256 of the decoded key.
public func fingerprint(of key: UnsafeRawBufferPointer) -> String {
  var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
  crypto_hash_sha256(&digest, key.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(key.count))
  let digits = Array("0123456789abcdef".utf8)
  var text = Array("sha256:".utf8)
  for byte in digest.prefix(16) {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
