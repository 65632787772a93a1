// What an answer says about a key. Only the service's own words make a key dead: everything else leaves it unknown.

import Bytes
package import Findings

package enum Verdict: Sendable {
  case decided(KeyVerification)
  /// The service wants to be asked again after so many seconds.
  case later(seconds: Int, requestID: String?)

  /// Seconds that are waited for at most.
  package static let longestWait = 60

  /// - Parameter key: what was asked about, which nothing shows.
  package init(_ answer: Answer, about key: [UInt8]) {
    let error = answer.json?["error"]
    let code = error?["code"]?.text
    let id = Self.shown(error?["request_id"]?.text ?? answer.requestID, besides: key)
    func decide(_ status: KeyVerification.Status, _ reason: String) -> Verdict {
      .decided(KeyVerification(status, reason, requestID: id))
    }
    switch (answer.status, code) {
    case (200, nil) where answer.looksLikeJSON: self = decide(.live, "the service accepts it")
    case (401, "auth_insufficient_permissions"?), (403, "auth_insufficient_permissions"?):
      self = decide(.liveNarrow, "the service knows it, its scope does not include listing sandboxes")
    // A page of a firewall has this status too, and says nothing about the key.
    case (403, let code) where answer.json != nil && code != "auth_invalid_key" && code != "auth_key_expired":
      self = decide(.liveNarrow, "the service knows it and forbids listing sandboxes")
    case (401, "auth_invalid_key"?): self = decide(.dead, "the service does not know it")
    case (401, "auth_key_expired"?), (403, "auth_key_expired"?): self = decide(.expired, "its time is over")
    case (429, _):
      let seconds =
        Self.seconds(error?["details"]?["retry_after_seconds"]) ?? answer.retryAfter.flatMap { Int($0) } ?? 1
      self =
        seconds > Self.longestWait
        ? decide(.unknown, "too many requests, and the service wants a longer wait than \(Self.longestWait) s")
        : .later(seconds: max(0, seconds), requestID: id)
    case (300..<400, _): self = decide(.unknown, "the answer leads to another address, which is not followed")
    case (500..<600, _): self = decide(.unknown, "the service failed with status \(answer.status)")
    default:
      let form = answer.looksLikeJSON ? "" : " and no JSON"
      self = decide(.unknown, "the answer has status \(answer.status)\(form), which says nothing about the key")
    }
  }

  private static func seconds(_ value: JSONValue?) -> Int? {
    guard case .number(let text)? = value, let number = Double(text), number.isFinite else { return nil }
    return number < 1e6 ? Int(max(0, number).rounded(.up)) : Int.max
  }

  /// A request's name that is fit to show: short, plain, and with nothing of the key in it, in any order.
  private static func shown(_ id: String?, besides key: [UInt8]) -> String? {
    guard let id, (1...40).contains(id.utf8.count) else { return nil }
    let isPlain = id.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_.".utf8.contains(byte)
    }
    let secret = Array(String(decoding: key, as: UTF8.self).lowercased().utf8)
    let text = Array(id.lowercased().utf8)
    let digits = secret.flatMap { hexDigits($0) }
    let isOfKey = [secret, secret.reversed(), digits].contains { shareRun(text, $0) }
    return isPlain && !isOfKey ? id : nil
  }

  private static func shareRun(_ text: [UInt8], _ secret: [UInt8]) -> Bool {
    let length = 6
    if text.count < length || secret.count < length { return false }
    let runs = Set((0...(secret.count - length)).map { Array(secret[$0..<($0 + length)]) })
    return (0...(text.count - length)).contains { runs.contains(Array(text[$0..<($0 + length)])) }
  }
}
