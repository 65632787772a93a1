// The address that keys are sent to. It is fixed; another one has to be named on the command line, and may be
// reached without TLS only on this machine.

package struct Endpoint: Sendable {
  /// `scheme://host[:port][/path]`, without a slash at its end.
  private let base: String
  let isEncrypted: Bool
  package let isLoopback: Bool

  package static let hopx = Endpoint(base: "https://api.hopx.dev", isEncrypted: true, isLoopback: false)

  var question: String { "\(base)/v1/sandboxes?limit=1" }
  /// For a person.
  package var name: String { base }

  private init(base: String, isEncrypted: Bool, isLoopback: Bool) {
    self.base = base
    self.isEncrypted = isEncrypted
    self.isLoopback = isLoopback
  }

  package struct Fault: Error {
    package let reason: String
  }

  package init(parsing text: String) throws(Fault) {
    // Nothing that a configuration file of curl or a URL gives a meaning to.
    let isPlain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || ":/.-_~[]".utf8.contains(byte)
    }
    guard isPlain else { throw Fault(reason: "has characters that an address without a user and a query has not") }
    let lowered = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else {
      throw Fault(reason: "has to begin with https://")
    }
    let rest = lowered.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    let port = authority.dropFirst(host.count)
    guard host.count > (authority.hasPrefix("[") ? 2 : 0) else { throw Fault(reason: "names no host") }
    guard port.isEmpty || (port.hasPrefix(":") && UInt16(port.dropFirst()).map { $0 > 0 } ?? false) else {
      throw Fault(reason: "has no valid port after the host")
    }
    isLoopback = Self.isLoopback(String(host))
    isEncrypted = scheme == "https://"
    guard isEncrypted || isLoopback else {
      throw Fault(reason: "would send keys unencrypted: use https://, or http:// for this machine alone")
    }
    base = text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        // No leading zero, which some programs read as octal.
        UInt8(part).map { String($0) == part } ?? false
      }
  }
}
