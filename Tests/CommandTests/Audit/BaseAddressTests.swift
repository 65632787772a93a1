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
}
