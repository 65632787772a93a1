// What is asked about a key, as the configuration that curl reads from its standard input: there no other process
// can see the key, as it could in the arguments.

package struct Question: Sendable {
  private let endpoint: Endpoint
  private let agent: String

  /// Seconds for the whole exchange.
  package static let longest = 10
  /// Bytes of an answer's head and body that are read.
  package static let longestHead = 16 * 1024
  package static let longestBody = 2 * 1024

  /// - Parameter agent: the program's name and version.
  package init(to endpoint: Endpoint, agent: String) {
    self.endpoint = endpoint
    self.agent = agent
  }

  /// Arguments for curl. The first has it ignore the user's `.curlrc`, which could send the key anywhere.
  package static let arguments = ["curl", "--disable", "--config", "-"]

  /// The variables of the caller that curl gets: the way out of a company's network, and whom to trust. Others
  /// could have it write the encrypted traffic's secrets to a file (SSLKEYLOGFILE) or load code (OPENSSL_CONF).
  package static let variables: Set<String> = [
    "PATH", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "CURL_CA_BUNDLE",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
  ]

  /// nil for what is no key, and so could be something else for curl.
  package func configuration(asking key: [UInt8]) -> [UInt8]? {
    let isPlain = key.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_.".utf8.contains(byte)
    }
    guard isPlain, key.starts(with: "hopx_live_".utf8) else { return nil }
    var lines = [
      "url = \"\(endpoint.question)\"", "proto = \"=\(endpoint.isEncrypted ? "https" : "http")\"", "max-redirs = 0",
      "globoff", "silent", "no-buffer", "include", "suppress-connect-headers", "tlsv1.2",
      "max-time = \(Self.longest)", "connect-timeout = \(Self.longest)", "user-agent = \"\(agent)\"",
      "header = \"Accept: application/json\"",
    ]
    if endpoint.isLoopback { lines.append("noproxy = \"*\"") }
    let head = Array((lines.joined(separator: "\n") + "\nheader = \"X-API-Key: ").utf8)
    return head + key + Array("\"\n".utf8)
  }
}
