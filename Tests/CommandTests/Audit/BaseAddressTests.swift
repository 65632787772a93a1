// Proves that an address to which the client would send a key is found by `audit`, `check` and the hooks, and by
// nothing else.

import Foundation
import TestSupport
import Testing

struct BaseAddressTests {
  private let folder = TestFolder()

  @Test func `audit, check and the hooks find an address that is not Hopx's`() throws {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
    folder.write("compose.yaml", "    environment:\n      HOPX_BASE_URL: https://hopx.example.com\n")
    folder.git("add", ".")
    for command in ["audit", "check"] {
      let result = try hopxguard(command, in: folder)
      #expect(result.status == 1)
      #expect(result.output.contains("hopx-base-address"))
      #expect(result.output.contains("2:7"))
    }
    #expect(try hopxguard("scan", in: folder).status == 0)
    let hook = try hopxguard("hook", "run", "pre-commit", in: folder)
    #expect(hook.status == 1)
    #expect(hook.errors.contains("HOPX_BASE_URL"))
    #expect(
      try hopxguard("redact", input: Array("HOPX_BASE_URL=http://x.example\n".utf8)).output
        == "HOPX_BASE_URL=http://x.example\n")
  }

  @Test func `Hopx's own address is none, and one can be allowed`() throws {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
    folder.write("run.sh", "export HOPX_BASE_URL=\"https://api.hopx.dev\"\n")
    folder.git("add", ".")
    #expect(try hopxguard("check", in: folder).status == 0)
    folder.write("run.sh", "export HOPX_BASE_URL=http://localhost:8080  # hopxguard:allow our test server\n")
    #expect(try hopxguard("check", in: folder).status == 0)
    folder.write(".hopxguard.toml", "[scan]\ndisable = [\"hopx-base-address\", \"key-age\"]\n")
    folder.write("run.sh", "export HOPX_BASE_URL=http://localhost:8080\n")
    #expect(try hopxguard("check", in: folder).status == 0)
    #expect(try hopxguard("scan", in: folder).status == 0)
  }

  private func check(_ text: String, in file: String = "run.sh") throws -> [[String: Any]] {
    folder.write(file, text)
    let result = try hopxguard("check", "--format", "json", in: folder)
    let json = try #require(JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any])
    return (json["findings"] as! [[String: Any]]).filter { $0["rule"] as? String == "hopx-base-address" }
  }

  @Test(arguments: [
    ("http://localhost:8080/v1?x=1", "http://localhost:8080"), ("https://[::1]:8080/", "https://[::1]:8080"),
    ("https://ada:secret@hopx.example.com/a", "https://...@hopx.example.com"),
    ("https://api.hopx.dev@hopx.example.com", "https://...@hopx.example.com"),
    ("https://ada:secret/2@hopx.example.com", "https://...@hopx.example.com"), ("https://a/b@c", "https://a"),
    ("https://${HOST}/", "https://..."),
  ])
  func `the report shows the host, and no password`(address: String, shown: String) throws {
    folder.git("init", "-q")
    let findings = try check("export HOPX_BASE" + "_URL=\(address)\n")
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding["secret"] as? String == shown)
    let snippet = finding["snippet"] as! String
    #expect(!snippet.contains("secret") && !snippet.contains("ada"))
    if !shown.contains("...") { #expect(snippet.contains(shown)) }
  }

  @Test func `a key in the address is redacted, and the address is still found`() throws {
    folder.git("init", "-q")
    let key = keyText()
    let text = "HOPX_BASE" + "_URL=https://\(key).example.com/\n"
    folder.write("run.sh", text)
    let result = try hopxguard("check", in: folder)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    #expect(try !check(text).isEmpty)
  }

  @Test func `the next variable of a list is not part of the address`() throws {
    folder.git("init", "-q")
    let list = "{\"Env\": [\"HOPX_BASE" + "_URL=https://api.hopx.dev\", \"PATH=/bin\"]}\n"
    #expect(try check(list, in: "inspect.json").isEmpty)
  }

  @Test func `an address can be allowed by its fingerprint and by a baseline`() throws {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
    folder.git("add", ".")
    let findings = try check("HOPX_BASE" + "_URL='http://localhost:1'\n")
    let name = try #require(findings.first?["fingerprint"] as? String)
    let allow = try hopxguard("allow", name, "--reason", "our test server", "--by", "Ada", in: folder)
    #expect(allow.status == 0)
    #expect(!allow.errors.contains("note:"), "\(allow.errors)")
    // The same address, written in another way.
    #expect(try check("export HOPX_BASE" + "_URL=\"http://localhost:1\"\n").isEmpty)
    let scan = try hopxguard("scan", in: folder)
    #expect(!scan.errors.contains("warning"), "\(scan.errors)")

    try FileManager.default.removeItem(atPath: folder.file(".hopxguard.toml"))
    #expect(try hopxguard("baseline", in: folder).status == 0)
    folder.git("add", ".")
    #expect(try hopxguard("check", in: folder).status == 0)
    #expect(try !hopxguard("scan", in: folder).errors.contains("warning"))
    #expect(try check("HOPX_BASE" + "_URL=http://localhost:2\n").count == 1)
  }
}
