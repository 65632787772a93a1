// The list of an account's keys: the answer of `GET /auth/api-keys`, saved to a file. It names keys by their IDs,
// which are the 12 characters after `hopx_live_`.

import Bytes

package struct KeyList: Sendable {
  package struct Entry: Sendable {
    package let keyID: String
    package let name: String
    let status: String
    let createdAt: String?
    let expiresAt: String?
    let lastUsedAt: String?

    var isActive: Bool { status.isEmpty || status == "active" }
  }

  package let entries: [Entry]
  private let byID: [String: Entry]

  /// - Returns: nil for a text that is no such list.
  package init?(parsing text: [UInt8]) {
    guard let json = JSONValue(parsing: text) else { return nil }
    let list = json["api_keys"] ?? json["data"] ?? json
    guard case .array(let items) = list else { return nil }
    var entries: [Entry] = []
    for item in items {
      guard let id = item["key_id"]?.text, id.utf8.count == 12, id.utf8.allSatisfy(isBase62) else { return nil }
      entries.append(
        Entry(
          keyID: id, name: item["name"]?.text ?? "", status: item["status"]?.text?.lowercased() ?? "",
          createdAt: item["created_at"]?.text, expiresAt: item["expires_at"]?.text,
          lastUsedAt: item["last_used_at"]?.text))
    }
    self.entries = entries
    byID = Dictionary(entries.map { ($0.keyID, $0) }) { first, _ in first }
  }

  /// - Parameter key: whole.
  func entry(of key: [UInt8]) -> Entry? { byID[Self.id(of: key)] }

  static func id(of key: [UInt8]) -> String { String(decoding: key.dropFirst(10).prefix(12), as: UTF8.self) }
}

private func isBase62(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
