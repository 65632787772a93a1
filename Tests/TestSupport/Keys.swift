// Keys made at run time, and where a text has some, by the oracle and not by the rule's pattern.

import RedactionOracle

public let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
public let base64url = base62 + Array("-_".utf8)

public func characters(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
  (0..<count).map { _ in alphabet.randomElement()! }
}

public func makeKey(id: Int = 12, secret: Int = 43) -> [UInt8] {
  Array("hopx_live_".utf8) + characters(id, of: base62) + [UInt8(ascii: ".")]
    + characters(secret, of: base64url)
}

/// A key as text.
public func keyText(id: Int = 12, secret: Int = 43) -> String {
  String(decoding: makeKey(id: id, secret: secret), as: UTF8.self)
}

/// The places of keys in `text`.
public func keyPlaces(in text: [UInt8]) -> [Range<Int>] {
  text.indices.compactMap { start in oracleKey.match(text, start).map { start..<$0 } }
}

/// The fingerprints of keys, by `sha256sum`.
public func fingerprints(of keys: [[UInt8]]) -> [String] {
  let folder = TestFolder()
  for (number, key) in keys.enumerated() { folder.write("\(number)", key) }
  let sums = try! run("/usr/bin/sha256sum", keys.indices.map { "\($0)" }, in: folder.path)
  return sums.output.split(separator: "\n").map { "sha256:\($0.prefix(32))" }
}

public func fingerprint(of key: [UInt8]) -> String { fingerprints(of: [key])[0] }

public func fingerprint(of key: String) -> String { fingerprint(of: Array(key.utf8)) }
