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

  /// Scheme, host and port. A user's name and password are left out, also where a slash is in them.
  var origin: [UInt8] {
    let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
    let start = min(colon + 3, bytes.endIndex)
    let authority = bytes[start...].prefix { !Self.ends.contains($0) }
    if Self.isHost(authority) { return Array(bytes[..<authority.endIndex]) }
    let last = authority.lastIndex(of: UInt8(ascii: "@")) ?? bytes[start...].lastIndex(of: UInt8(ascii: "@"))
    let host = last.map { Array(bytes[($0 + 1)...].prefix { !Self.ends.contains($0) }) } ?? []
    return bytes[..<start] + Array((last == nil ? "..." : "...@").utf8) + (Self.isHost(host[...]) ? host : [])
  }

  private static let ends = Array("/?#\\".utf8)

  /// Whether a text is a name or a number, perhaps with a port.
  private static func isHost(_ text: ArraySlice<UInt8>) -> Bool {
    let isNumber = text.first == UInt8(ascii: "[")
    let host =
      isNumber ? text.prefix { $0 != UInt8(ascii: "]") } + [UInt8(ascii: "]")] : text.prefix { $0 != UInt8(ascii: ":") }
    let port = text.dropFirst(host.count)
    let isPlain = host.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || ".-".utf8.contains(byte) || isNumber && ":[]".utf8.contains(byte)
    }
    let isPort = port.isEmpty || port.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    return !host.isEmpty && isPlain && isPort
  }
}
