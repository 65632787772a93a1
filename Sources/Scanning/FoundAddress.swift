// An address that keys would be sent to, as a report shows it: its host, and nothing that lets somebody in.

import Bytes

struct FoundAddress {
  /// From its scheme to its end.
  let bytes: [UInt8]

  /// - Parameter match: the variable's name with the address after it.
  init(in match: [UInt8]) {
    let colon = match.indices.first { match[$0...].starts(with: "://".utf8) } ?? match.endIndex
    let scheme = match[..<colon].reversed().prefix { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || "+.-".utf8.contains(byte)
    }
    bytes = Array(match[(colon - scheme.count)...])
  }

  /// Scheme, host and port. A user's name and password are left out.
  var origin: [UInt8] {
    let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
    let start = min(colon + 3, bytes.endIndex)
    let authority = bytes[start...].prefix { !"/?#\\".utf8.contains($0) }
    guard let at = bytes[authority.startIndex...].lastIndex(of: UInt8(ascii: "@")) else {
      return Array(bytes[..<authority.endIndex])
    }
    let host = bytes[(at + 1)...].prefix { !"/?#\\".utf8.contains($0) }
    return bytes[..<start] + Array("...@".utf8) + host
  }
}
