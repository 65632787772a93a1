// The service's answer: its head and the beginning of its body, read from bytes that anyone may have sent.

import Bytes

package struct Answer: Sendable {
  let status: Int
  /// The type, in small letters, without parameters.
  let contentType: String
  let retryAfter: String?
  let requestID: String?
  let body: [UInt8]

  /// - Parameter bytes: heads, the last one's body after it; informational heads (1xx) come before the answer's own.
  /// - Returns: nil if they are no answer of HTTP.
  package init?(parsing bytes: [UInt8]) {
    var rest = bytes[...]
    while true {
      guard let (lines, after) = Self.head(rest), let status = Self.status(lines[0]) else { return nil }
      if (100..<200).contains(status) {
        rest = after
        continue
      }
      var fields: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { fields[parts[0].lowercased()] = trimmed(parts[1]) }
      }
      self.status = status
      contentType = fields["content-type"]?.split(separator: ";").first.map { trimmed($0).lowercased() } ?? ""
      retryAfter = fields["retry-after"]
      requestID = fields["x-request-id"]
      body = Array(after.prefix(Question.longestBody))
      return
    }
  }

  /// Whether all of a head, and as much of the body as counts, is among the bytes.
  package static func isEnough(_ bytes: [UInt8]) -> Bool {
    guard let (_, body) = head(bytes[...]) else { return bytes.count > Question.longestHead }
    return body.count > Question.longestBody
  }

  private static func head(_ bytes: ArraySlice<UInt8>) -> (lines: [Substring], body: ArraySlice<UInt8>)? {
    var at = bytes.startIndex
    while at + 4 <= bytes.endIndex {
      if bytes[at] == 0x0D, bytes[at...].starts(with: [0x0D, 0x0A, 0x0D, 0x0A]) {
        let text = String(decoding: bytes[..<at], as: UTF8.self)
        let lines = text.split(separator: "\r\n")
        return lines.isEmpty ? nil : (lines, bytes[(at + 4)...])
      }
      at += 1
    }
    return nil
  }

  /// Of `HTTP/2 200`.
  private static func status(_ line: Substring) -> Int? {
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3 else { return nil }
    return Int(words[1])
  }

  /// The body as JSON; nil if it is something else, was cut short, or is called something else.
  var json: JSONValue? {
    guard contentType == "application/json" || contentType.hasSuffix("+json") else { return nil }
    return JSONValue(parsing: body)
  }

  /// Whether the body, which may have been cut, begins as an object or an array of JSON.
  var looksLikeJSON: Bool {
    guard contentType == "application/json" || contentType.hasSuffix("+json") else { return false }
    let first = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}

private func trimmed(_ text: Substring) -> String {
  String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
}
