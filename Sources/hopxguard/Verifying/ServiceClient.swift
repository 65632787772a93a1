// Asking the service about one key. hopxguard itself opens no connection: curl does, as a child process.

import Findings
import Platform
import Reporting
import Verification

struct ServiceClient {
  private let question: Question
  /// When the last request began, on the monotonic clock.
  private var lastRequest: Double?
  /// Requests in a row that brought no answer.
  private(set) var failures = 0

  /// Seconds between two requests.
  private static let interval = 1.0
  /// How often the service may ask for patience about one key.
  private static let mostWaits = 2

  init(_ endpoint: Endpoint) { question = Question(to: endpoint, agent: "\(Tool.name)/\(Tool.version)") }

  mutating func ask(about key: [UInt8]) -> KeyVerification {
    guard let curl = findProgram("curl") else {
      return KeyVerification(.unknown, "curl is not installed, or not in PATH: install it and try again")
    }
    guard let configuration = question.configuration(asking: key) else {
      return KeyVerification(.unknown, "it does not have the form of a key, so it was not sent")
    }
    var waits = 0
    while true {
      switch exchange(curl, configuration, key) {
      case .decided(let verification): return verification
      case .later(let seconds, let id):
        if waits == Self.mostWaits {
          return KeyVerification(
            .unknown, "too many requests, also after \(Self.mostWaits) waits: try again later", requestID: id)
        }
        waits += 1
        wait(seconds: Double(seconds))
      }
    }
  }

  private mutating func exchange(_ curl: Path, _ configuration: [UInt8], _ key: [UInt8]) -> Verdict {
    if let lastRequest { wait(seconds: lastRequest + Self.interval - monotonicSeconds()) }
    lastRequest = monotonicSeconds()
    let environment = environmentVariables.filter { entry in
      Question.variables.contains(String(decoding: entry.bytes.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self))
    }
    let output: ProgramOutput
    do throws(SystemError) {
      output = try outputOfProgram(
        curl, Question.arguments.map { Path($0) }, environment: environment, input: configuration,
        seconds: Question.longest + 2, until: Answer.isEnough)
    } catch {
      return failure("curl cannot be run: \(error)")
    }
    if output.status != 0 && !output.isCut { return failure(Self.words(curlStatus: output.status)) }
    guard let answer = Answer(parsing: output.bytes) else { return failure("the answer is none of HTTP") }
    failures = 0
    return Verdict(answer, about: key)
  }

  private mutating func failure(_ reason: String) -> Verdict {
    failures += 1
    return .decided(KeyVerification(.unknown, reason))
  }

  /// Source: curl(1), "EXIT CODES".
  private static func words(curlStatus status: CInt) -> String {
    switch status {
    case 5: "the proxy's name cannot be resolved"
    case 6: "the service's name cannot be resolved: is this machine online?"
    case 7: "no connection can be made"
    case 28: "no whole answer within \(Question.longest) s"
    case 35, 58, 59, 60, 77, 83, 90, 91:
      "the service did not prove that it is the right one (TLS), so nothing was sent: is there a proxy that opens TLS?"
    case 47: "the answer leads to another address, which is not followed"
    case 52: "the service closed the connection without an answer"
    case 56: "the answer broke off"
    case 128...: "curl was ended by signal \(status - 128)"
    default: "curl failed with exit code \(status)"
    }
  }
}
