// The rules that a project's settings name apply to `redact` and `run` as they do to `scan`, and settings take
// nothing away from what is redacted: no rule, no key, no path.

import TestSupport
import Testing

struct ProjectRuleTests {
  private let folder = TestFolder()
  private let key = keyText()
  private let token = "acme_" + String(repeating: "a1B2", count: 6)

  init() {
    folder.git("init", "-q")
    folder.write(
      "ci/acme.toml",
      """
      [[rule]]
      id = "acme-token"
      title = "Acme token"
      severity = "high"
      literal = "acme_"
      pattern = 'acme_[0-9A-Za-z]{24}'
      keep = 7
      match = ["acme_{base62:24}"]
      no_match = ["acme_{base62:5}"]

      """)
    folder.write(
      ".hopxguard.toml",
      """
      [scan]
      rules = ["ci/acme.toml"]
      disable = ["hopx-api-key", "acme-token"]
      skip = ["log", "*.md"]
      [[allow]]
      rule = "hopx-api-key"
      reason = "hostile"

      """)
    folder.write("log", "\(key) \(token)\n")
    folder.makeFolder("below")
  }

  private var redacted: String { "\(key.prefix(15))... \(token.prefix(7))...\n" }

  @Test func `redact and run know the project's rules, in a folder below too`() throws {
    let input = folder.read("log")
    #expect(try hopxguard("redact", in: folder, input: input).output == redacted)
    #expect(try hopxguard("redact", "log", in: folder).output == redacted)
    #expect(try hopxguard("run", "--", "cat", "log", in: folder).output == redacted)
    let below = try run(
      "/bin/sh", ["-c", "cd below && \"$0\" redact < ../log && \"$0\" run -- cat ../log", hopxguardPath],
      in: folder.path)
    #expect(below.output == redacted + redacted)
    #expect(try hopxguard("redact", "--check", "log", in: folder).output == "log: 2 keys\n")
  }

  @Test func `elsewhere they do not apply, and HOPXGUARD_CONFIG names them`() throws {
    let elsewhere = TestFolder()
    let input = folder.read("log")
    #expect(try hopxguard("redact", in: elsewhere, input: input).output == "\(key.prefix(15))... \(token)\n")
    let named = ["HOPXGUARD_CONFIG": folder.file(".hopxguard.toml")]
    #expect(try hopxguard("redact", in: elsewhere, input: input, environment: named).output == redacted)
  }

  @Test func `settings with a fault stop redact and run, with the line`() throws {
    folder.write(".hopxguard.toml", "[scan]\nrules = [\"gone.toml\"]\n")
    for arguments in [["redact"], ["run", "--", "true"]] {
      let result = try run(hopxguardPath, arguments, in: folder.path, input: Array(key.utf8))
      #expect(result.status == 2)
      #expect(result.output.isEmpty)
      #expect(result.errors.contains(".hopxguard.toml:2: rules 'gone.toml': there is no such file"))
    }
  }

  @Test func `a rule file that is named by --rules as well is read once`() throws {
    #expect(try hopxguard("redact", "--rules", "ci/acme.toml", "log", in: folder).output == redacted)
  }

  @Test func `redact of a device ends at SIGTERM`() throws {
    // Once a byte has come it is at work. Where the signal does nothing, an alarm ends it. Threads that run tests
    // block signals, and what they start would too.
    let script = """
      mkfifo out; python3 -c 'import os, signal, sys
      signal.pthread_sigmask(signal.SIG_SETMASK, []); signal.alarm(60)
      os.execv(sys.argv[1], sys.argv[1:])' "$0" redact < /dev/zero > out & filter=$!
      exec 3< out; head -c 1 <&3 > zero
      cat <&3 > /dev/null & kill $filter; wait $filter; echo $?
      """
    let result = try run("/bin/bash", ["-c", script, hopxguardPath], in: folder.path)
    #expect(result.output == "143\n")
  }
}
