// Proves that `verify` sends each key once, to one address, by one request, and believes only the service's own
// words: whatever else answers, the key stays unknown, and no output holds any of it.

import Foundation
import TestSupport
import Testing

struct VerifyTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func verify(_ service: Service, _ arguments: String..., environment: [String: String] = [:]) throws
    -> VerifyReport
  {
    let result = try run(
      hopxguardPath, ["verify", "--endpoint", service.address, "--format", "json"] + arguments, in: folder.path,
      environment: environment)
    expectNothing(of: key, in: result)
    return try VerifyReport(result)
  }

  /// No 16 characters of a key, which is one more than a report may show.
  private func expectNothing(of key: String, in result: CommandResult) {
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    let text = result.output + result.errors
    for start in 0...(key.utf8.count - 16) {
      let run = key.dropFirst(start).prefix(16)
      #expect(!text.contains(run), "\(start)")
      #expect(!text.contains(String(run.reversed())), "\(start), backwards")
    }
  }

  @Test(arguments: [
    ("live", "live", 1), ("long", "live", 1), ("early", "live", 1), ("narrow", "live-narrow-scope", 1),
    ("narrow401", "live-narrow-scope", 1), ("invalid", "dead", 0), ("expired", "expired", 0),
  ])
  func `the service's words decide`(step: String, status: String, code: Int32) throws {
    folder.write("app.env", "HOPX_API_KEY=\(key)\n")
    let service = try Service([key: [step]])
    let report = try verify(service)
    #expect(report.answers == [status])
    #expect(report.status == code, "\(report.errors)")
    let request = try #require(service.requests.first)
    #expect(service.requests.count == 1)
    #expect(request.path == "/v1/sandboxes?limit=1")
    #expect(request.key == key)
    #expect(request.agent.hasPrefix("hopxguard/"))
  }

  @Test(arguments: [
    ("broken", "status 503"), ("page", "status 200 and no JSON"), ("firewall", "status 403 and no JSON"),
    ("page401", "status 401 and no JSON"), ("contradiction", "status 403"), ("bare401", "status 401"),
    ("limited_long", "longer wait"), ("endless", "status"), ("nothing", "without an answer"), ("cut", "curl failed"),
    ("noise", "curl failed"), ("drip", "within 10 s"), ("endless_head", "none of HTTP"),
  ])
  func `every other answer leaves the key unknown, which is exit code 2`(step: String, reason: String) throws {
    folder.write("app.env", "HOPX_API_KEY=\(key)\n")
    let report = try verify(Service([key: [step]]))
    // An endless body begins like the answer about a live key, and its beginning is all that is read.
    #expect(report.answers == [step == "endless" ? "live" : "unknown"])
    #expect(report.status == (step == "endless" ? 1 : 2))
    #expect(step == "endless" || report.reasons[0].contains(reason), "\(report.reasons)")
    #expect(step == "endless" || report.errors.contains("app.env:1: \(key.prefix(15))... (sha256:"))
  }

  @Test func `a redirect is not followed`() throws {
    folder.write("a", key)
    let other = try Service([key: ["live"]])
    let service = try Service([key: ["redirect"]])
    service.folder.write("elsewhere", other.address + "/v1/sandboxes?limit=1")
    let report = try verify(service)
    #expect(report.answers == ["unknown"])
    #expect(report.reasons[0].contains("not followed"))
    #expect(other.requests.isEmpty)
  }

  @Test(arguments: ["echo", "echo_backwards"])
  func `a key that the answer repeats is not shown`(step: String) throws {
    folder.write("a", key)
    let report = try verify(Service([key: [step]]))
    #expect(report.answers == ["dead"])
    #expect(report.requestIDs == [nil])
  }

  @Test func `the name of the request is shown, for support`() throws {
    folder.write("a", key)
    #expect(try verify(Service([key: ["live"]])).requestIDs == ["req_7"])
    #expect(try verify(Service([key: ["invalid"]])).requestIDs == ["req_42"])
  }

  @Test func `a service that asks for patience is asked again, three times in all`() throws {
    folder.write("a", key)
    let patient = try Service([key: ["limited", "limited", "live"]])
    #expect(try verify(patient).answers == ["live"])
    let endless = try Service([key: ["limited"]])
    let report = try verify(endless)
    #expect(report.answers == ["unknown"])
    #expect(report.status == 2)
    #expect(endless.requests.count == 3)
  }

  @Test func `each key is asked about once, a second apart, and live ones come first in the summary`() throws {
    let others = [keyText(), keyText()]
    folder.write("a", "\(others[0])\n\(key)\n")
    folder.write("b", "\(key)\n\(others[1])\n")
    let service = try Service([key: ["live"], others[0]: ["invalid"], others[1]: ["expired"]])
    let report = try verify(service)
    #expect(report.answers.sorted() == ["dead", "expired", "live", "live"])
    #expect(report.counts == ["live": 1, "dead": 1, "expired": 1, "unknown": 0, "live-narrow-scope": 0])
    #expect(Set(service.requests.map(\.key)) == Set(others + [key]))
    let times = service.requests.map(\.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 > 0.9 })
    let first = try #require(report.errors.split(separator: "\n").first { $0.contains("  1. ") })
    #expect(first.contains("live: \(key.prefix(15))..., a and 1 more place"))
  }

  @Test func `a key cut short is never called dead, nor one that text runs into`() throws {
    let cut = String(key.dropLast(5))
    folder.write("cut", cut)
    #expect(try verify(Service([:])).answers == ["unknown"])
    folder.write("cut", key + "_x")
    let service = try Service([key: ["live"]])
    #expect(try verify(service).answers == ["live"])
    #expect(service.requests.map(\.key) == [key + "_x", key])
  }

  @Test func `scan --verify adds the answers, and keeps scan's exit codes`() throws {
    folder.write("a", key)
    let service = try Service([key: ["invalid"]])
    let result = try hopxguard(
      "scan", "--verify", "--endpoint", service.address, "--format", "json", in: folder)
    #expect(try VerifyReport(result).answers == ["dead"])
    #expect(result.status == 1)
    #expect(try hopxguard("scan", "--endpoint", service.address, in: folder).status == 2)
  }

  @Test(arguments: ["text", "jsonl", "sarif", "gitlab", "junit", "github"])
  func `every format says it`(format: String) throws {
    folder.write("a", key)
    let service = try Service([key: ["live"]])
    let result = try hopxguard("verify", "--endpoint", service.address, "--format", format, in: folder)
    #expect(result.status == 1)
    #expect(result.output.lowercased().contains("verification"))
    #expect(result.output.contains("the service accepts it"))
  }

  @Test func `standard input, what is staged, and a history`() throws {
    let service = try Service([key: ["live"]])
    let piped = try hopxguard("verify", "--endpoint", service.address, "-", input: Array("log: \(key)\n".utf8))
    #expect(piped.status == 1)
    #expect(piped.output.contains("verification: live"))
    folder.git("init", "-q")
    folder.write("a", key)
    folder.git("add", "a")
    #expect(try verify(service, "--staged").answers == ["live"])
    folder.git("commit", "-qm", "a")
    folder.git("rm", "-q", "a")
    folder.git("commit", "-qm", "b")
    #expect(try verify(service).answers == [])
    #expect(try verify(service, "--history").answers == ["live"])
  }

  @Test func `no key, no request`() throws {
    folder.write("a", "nothing")
    let service = try Service([:])
    #expect(try verify(service).status == 0)
    #expect(service.requests.isEmpty)
  }
}
