// A server on loopback that speaks Hopx's interface, and everything that goes wrong in its place.

import Foundation
import TestSupport
import Testing

final class Service {
  let folder = TestFolder()
  let address: String
  private let process = Process()
  private let input = Pipe()

  /// - Parameters:
  ///   - answers: what to do for each key, step by step.
  ///   - certificate: file names of a certificate and its key; nil for a server without TLS.
  init(_ answers: [String: [String]], certificate: (String, String)? = nil) throws {
    folder.write("answers.json", Array(try JSONSerialization.data(withJSONObject: answers)))
    folder.write("requests", "")
    let script = projectPath + "/Tests/CommandTests/Verify/service.py"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [script, folder.path] + (certificate.map { [$0.0, $0.1] } ?? [])
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
    let port = String(decoding: line, as: UTF8.self)
    address = certificate == nil ? "http://127.0.0.1:\(port)" : "https://localhost:\(port)"
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  struct Request {
    let time: Double
    let path: String
    let key: String
    let agent: String
  }

  var requests: [Request] {
    String(decoding: folder.read("requests"), as: UTF8.self).split(separator: "\n").map { line in
      let fields = try! JSONSerialization.jsonObject(with: Data(line.utf8)) as! [Any]
      return Request(
        time: fields[0] as! Double, path: fields[1] as! String, key: fields[2] as! String, agent: fields[3] as! String)
    }
  }
}

/// What `verify` and `scan --verify` reported as JSON.
struct VerifyReport {
  let status: Int32
  let errors: String
  let text: String
  private let json: [String: Any]

  init(_ result: CommandResult) throws {
    status = result.status
    errors = result.errors
    text = result.output
    json = try #require(JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any])
  }

  var findings: [[String: Any]] { json["findings"] as! [[String: Any]] }
  /// The service's answer of each finding.
  var answers: [String] { findings.map { ($0["verification"] as? [String: String])?["status"] ?? "none" } }
  var reasons: [String] { findings.map { ($0["verification"] as? [String: String])?["reason"] ?? "none" } }
  var requestIDs: [String?] { findings.map { ($0["verification"] as? [String: String])?["requestId"] } }
  var counts: [String: Int] { (json["summary"] as! [String: Any])["verification"] as? [String: Int] ?? [:] }
}
