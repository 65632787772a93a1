// Verifying the findings of a scan: each distinct key once, whatever the number of its places.

import Bytes
import Findings
import Platform
import Scanning
import Verification

struct KeyCheck {
  let endpoint: Endpoint
  let showsProgress: Bool

  /// The only rule whose secrets the service may see.
  private static let rule = "hopx-api-key"
  /// Bytes of a key before its secret, and of a whole secret.
  private static let (lead, secret) = (23, 43)
  /// Keys in a row without an answer, after which the others are not asked about.
  private static let patience = 3

  /// Says of each finding whether its key is live, and names keys of which that is unknown as problems.
  func verify(_ results: inout ScanResults) {
    var order: [Finding] = []
    var places: [String: Int] = [:]
    for finding in results.findings where finding.rule == Self.rule {
      if places.updateValue((places[finding.fingerprint] ?? 0) + 1, forKey: finding.fingerprint) == nil {
        order.append(finding)
      }
    }
    let (keys, asked) = (results.keys, order)
    let answers = ProgressDisplay.during(
      showsProgress, { "asking \(endpoint.name) about \(counted(asked.count, "key"))" }
    ) { _ in
      var client = ServiceClient(endpoint)
      return asked.map { finding in
        guard client.failures < Self.patience else {
          return KeyVerification(.unknown, "not asked, because \(Self.patience) requests in a row got no answer")
        }
        guard let key = keys[finding.fingerprint] else { return KeyVerification(.unknown, "its bytes were not kept") }
        return Self.answer(about: key, &client)
      }
    }
    let byName = Dictionary(uniqueKeysWithValues: zip(order.map(\.fingerprint), answers))
    for index in results.findings.indices where results.findings[index].rule == Self.rule {
      results.findings[index].verification = byName[results.findings[index].fingerprint]
    }
    for (finding, answer) in zip(order, answers) where answer.status == .unknown {
      results.problems.append(
        Problem(
          path: finding.path, line: finding.line,
          message: "\(finding.secret) (\(finding.fingerprint)) is not verified: \(answer.reason)"))
    }
    results.problems.sort(by: Problem.precedes)
    let verified = zip(order, answers).map { VerifiedKey($0, places: places[$0.fingerprint]!, $1) }
    results.summary.verified = KeyVerification.Status.allCases.flatMap { status in
      verified.filter { $0.verification.status == status }
    }
  }

  /// A key that was cut short, or text that runs into it, would be called dead while the key itself is live.
  private static func answer(about key: [UInt8], _ client: inout ServiceClient) -> KeyVerification {
    let answer = client.ask(about: key)
    guard answer.status == .dead else { return answer }
    let length = key.count - lead
    if length < secret {
      return KeyVerification(
        .unknown,
        "only \(length) characters of its secret are there, of about \(secret), and the whole key may be live",
        requestID: answer.requestID)
    }
    if length == secret { return answer }
    return client.ask(about: Array(key.prefix(lead + secret)))
  }
}
