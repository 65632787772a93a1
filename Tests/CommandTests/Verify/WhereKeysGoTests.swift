// Proves that a key goes nowhere but to the address that was fixed or typed: not by settings, variables or files of
// a repository, not to a server that cannot prove its name, not through the arguments of a process.

import Foundation
import TestSupport
import Testing

struct WhereKeysGoTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// A certificate for `name` and its key, signed by itself.
  private func certificate(for name: String) throws -> (String, String) {
    let files = (folder.file("\(name).pem"), folder.file("\(name).private"))
    let result = try run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
        "subjectAltName=DNS:\(name)", "-out", files.0, "-keyout", files.1,
      ])
    try #require(result.status == 0, "\(result.errors)")
    return files
  }

  private func answers(_ service: Service, environment: [String: String] = [:]) throws -> (
    report: VerifyReport, answers: [String]
  ) {
    folder.write("keys/a", key)
    let result = try hopxguard(
      "verify", "--endpoint", service.address, "--format", "json", "keys", in: folder, environment: environment)
    let report = try VerifyReport(result)
    return (report, report.answers)
  }

  @Test func `TLS that cannot be trusted gets no key`() throws {
    let service = try Service([key: ["live"]], certificate: certificate(for: "localhost"))
    let (report, answers) = try answers(service)
    #expect(answers == ["unknown"])
    #expect(report.reasons[0].contains("TLS"))
    #expect(service.requests.isEmpty)
  }

  @Test func `nor does a server with a trusted certificate for another name`() throws {
    let certificate = try certificate(for: "elsewhere.example")
    let service = try Service([key: ["live"]], certificate: certificate)
    #expect(try answers(service, environment: ["CURL_CA_BUNDLE": certificate.0]).answers == ["unknown"])
    #expect(service.requests.isEmpty)
  }

  @Test func `a trusted certificate for the right name does`() throws {
    let certificate = try certificate(for: "localhost")
    let service = try Service([key: ["live"]], certificate: certificate)
    #expect(try answers(service, environment: ["CURL_CA_BUNDLE": certificate.0]).answers == ["live"])
  }

  @Test func `a hostile .curlrc, and variables that log secrets, count for nothing`() throws {
    let thief = try Service([key: ["live"]])
    let certificate = try certificate(for: "localhost")
    let service = try Service([key: ["live"]], certificate: certificate)
    let trace = folder.file("trace")
    folder.write(
      "home/.curlrc", "insecure\nproxy = \"\(thief.address)\"\ntrace-ascii = \"\(trace)\"\nurl = \"\(thief.address)\"\n"
    )
    folder.write("home/.config/curlrc", "insecure\ntrace-ascii = \"\(trace)\"\n")
    let home = folder.file("home")
    let (report, answers) = try answers(
      service,
      environment: [
        "HOME": home, "CURL_HOME": home, "XDG_CONFIG_HOME": home + "/.config", "SSLKEYLOGFILE": trace,
        "http_proxy": thief.address, "https_proxy": thief.address,
      ])
    #expect(answers == ["unknown"])
    #expect(report.reasons[0].contains("TLS"))
    #expect(thief.requests.isEmpty && service.requests.isEmpty)
    #expect(folder.read("trace").isEmpty)
  }

  @Test func `a repository cannot turn it on, nor lead it elsewhere`() throws {
    let thief = try Service([key: ["live"]])
    folder.git("init", "-q")
    folder.write(".env", "HOPX_BASE_URL=\(thief.address)\nHOPX_API_KEY=\(key)\nHTTPS_PROXY=\(thief.address)\n")
    for setting in ["verify = true", "endpoint = \"\(thief.address)\"", "[verify]\nendpoint = \"\(thief.address)\""] {
      folder.write(".hopxguard.toml", setting + "\n")
      #expect(try hopxguard("scan", in: folder).status == 2, "an unknown setting is an error")
    }
    folder.write(".hopxguard.toml", "")
    let environment = [
      "HOPX_BASE_URL": thief.address, "HOPXGUARD_VERIFY": "1", "HOPXGUARD_ENDPOINT": thief.address,
    ]
    for command in ["scan", "check"] {
      let result = try run(hopxguardPath, [command, "--format", "json"], in: folder.path, environment: environment)
      #expect(!result.output.contains("\"verification\""))
    }
    // What curl would be told, without asking the real service: HOPX_BASE_URL changes nothing of it.
    folder.write("bin/curl", "#!/bin/sh\necho \"$@\" > \"\(folder.path)/arguments\"\ncat > \"\(folder.path)/config\"\n")
    _ = try run("/bin/chmod", ["+x", folder.file("bin/curl")])
    let path = folder.file("bin") + ":/usr/bin:/bin"
    let result = try hopxguard(
      "verify", ".env", in: folder, environment: environment.merging(["PATH": path]) { $1 })
    #expect(result.status == 2)
    #expect(thief.requests.isEmpty)
    let config = String(decoding: folder.read("config"), as: UTF8.self)
    #expect(config.contains("url = \"https://api.hopx.dev/v1/sandboxes?limit=1\"\nproto = \"=https\"\n"))
    #expect(String(decoding: folder.read("arguments"), as: UTF8.self) == "--disable --config -\n")
  }

  @Test func `a curl beside the scanned files is not run`() throws {
    folder.write("curl", "#!/bin/sh\ntouch \"\(folder.path)/ran\"\n")
    _ = try run("/bin/chmod", ["+x", folder.file("curl")])
    folder.write("a", key)
    let result = try hopxguard("verify", in: folder, environment: ["PATH": ".:\(folder.file("nothing"))"])
    #expect(result.status == 2)
    #expect(result.errors.contains("curl is not installed, or not in PATH"))
    #expect(result.output.contains("verification: unknown"))
    #expect(folder.read("ran").isEmpty && !FileManager.default.fileExists(atPath: folder.file("ran")))
  }

  @Test(arguments: [
    "http://api.hopx.dev", "http://127.0.0.1.example.com", "http://0177.0.0.1", "https://user@api.hopx.dev",
    "https://api.hopx.dev?x=1", "https://api.hopx.dev#x", "ftp://127.0.0.1", "file:///etc/passwd", "api.hopx.dev",
    "https://", "https://:443", "https://a b", "https://api.hopx.dev\"\nproxy = \"x", "http://localhost.example.com",
    "https://api.hopx.dev:99999", "http://127.1", "http://[::2]",
  ])
  func `an address without TLS is refused, and one with a user, a query or more lines`(address: String) throws {
    folder.write("a", key)
    let result = try hopxguard("verify", "--endpoint", address, in: folder)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("hopxguard: --endpoint"))
  }

  @Test func `a key as an argument is refused`() throws {
    let result = try hopxguard("verify", key, in: folder)
    #expect(result.status == 2)
    #expect(result.errors.contains("Pipe it instead"))
  }
}
