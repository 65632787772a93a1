// The configurations that we ship work in a real rsyslogd, on files of a test's own folder.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct RsyslogTests {
    private let folder = TestFolder()

    /// Starts rsyslogd with a shipped configuration, moved into the folder.
    ///
    /// - Parameter program: what runs instead of the installed hopxguard.
    private func start(_ module: String, program: String = hopxguardPath) -> LiveProcess {
      let root = projectPath
      let shipped = try! String(contentsOfFile: "\(root)/examples/rsyslog/hopxguard-\(module).conf", encoding: .utf8)
      let moved = shipped.replacingOccurrences(of: "/usr/local/bin/hopxguard", with: program)
        .replacingOccurrences(of: "/var/log/", with: "\(folder.path)/")
      folder.write(
        "conf",
        """
        global(workDirectory="\(folder.path)")
        module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="\(folder.path)/socket" RateLimit.Interval="0")
        \(moved)
        """)
      let process = LiveProcess(["rsyslogd", "-n", "-f", folder.file("conf"), "-i", folder.file("pid")])
      #expect(folder.sh("for i in {1..500}; do [ -S socket ] && exit; sleep 0.02; done; exit 1").status == 0)
      return process
    }

    private func log(_ text: [UInt8], tag: String = "app") {
      folder.write("message", text)
      #expect(folder.sh("logger -u socket -t '\(tag)' -- \"$(cat message)\"").status == 0)
    }

    /// Waits until a file has so many lines.
    private func lines(_ name: String, _ count: Int) -> [String] {
      _ = folder.sh(
        "for i in {1..500}; do [ \"$(cat \(name) 2>/dev/null | wc -l)\" -ge \(count) ] && exit; sleep 0.02; done")
      return folder.readText(name).split(separator: "\n").map(String.init)
    }

    private func end(_ process: LiveProcess) {
      kill(process.id, SIGTERM)
      #expect(process.status() == 0)
    }

    @Test func `omprog confirms what it has written`() {
      let process = start("omprog")
      for number in 1...3 { log(folder.text("line \(number) {key} end")) }
      log(Array("not \u{FF} changed \"quoted\" \\".utf8))
      let written = lines("app.log", 4)
      #expect(written.count == 4)
      #expect(written.prefix(3).allSatisfy { $0.contains("hopx_live_") && $0.hasSuffix("... end") })
      #expect(written.last?.hasSuffix("not \u{FF} changed \"quoted\" \\") == true)
      end(process)
    }

    @Test func `omprog loses nothing when it dies and follows a rotated log`() {
      let process = start("omprog")
      log(folder.text("one {key}"))
      #expect(lines("app.log", 1).count == 1)
      #expect(folder.sh("pkill -KILL -P $(cat pid)").status == 0)
      for number in 1...5 { log(folder.text("after \(number) {key}")) }
      let written = lines("app.log", 6)
      #expect((1...5).allSatisfy { number in written.contains { $0.contains("after \(number) hopx_live_") } })
      #expect(folder.sh("mv app.log app.log.1").status == 0)
      log(folder.text("rotated {key}"))
      #expect(lines("app.log", 1).count == 1)
      for name in ["app.log", "app.log.1"] { #expect(redactedText(folder.read(name)) == folder.read(name)) }
      end(process)
    }

    @Test func `mmexternal redacts what passes`() {
      let process = start("mmexternal")
      for number in 1...3 { log(folder.text("line \(number) \"{key}\" \\end\ttab")) }
      log(Array("clean".utf8))
      let written = lines("app.log", 4)
      #expect(written.count == 4)
      #expect(written.first?.contains("line 1 \"hopx_live_") == true)
      #expect(written.first?.contains("...\" \\end") == true)
      #expect(redactedText(folder.read("app.log")) == folder.read("app.log"))
      #expect(folder.read("app.quarantine.log").isEmpty)
      end(process)
    }

    /// Its program dies with the message in hand; rsyslog lets the message pass as it came.
    @Test func `mmexternal fails closed`() {
      folder.write(
        "program",
        "#!/bin/bash\n[ -e /\(folder.path)/broken ] && read line && exit\nexec \(hopxguardPath) \"$@\"\n")
      #expect(folder.sh("chmod +x program").status == 0)
      let process = start("mmexternal", program: folder.file("program"))
      log(folder.text("one {key}"))
      #expect(lines("app.log", 1).count == 1)
      #expect(folder.sh("touch broken; pkill -KILL -P $(cat pid)").status == 0)
      for number in 1...4 { log(folder.text("dark \(number) {key}")) }
      let hidden = lines("app.quarantine.log", 4)
      #expect(hidden.count == 4)
      #expect(folder.sh("stat -c %a app.quarantine.log").text == "600\n")
      #expect(folder.sh("rm broken; pkill -KILL -P $(cat pid); true").status == 0)
      log(folder.text("back {key}"))
      let written = lines("app.log", 2)
      #expect(written.last?.contains("back hopx_live_") == true)
      #expect(redactedText(folder.read("app.log")) == folder.read("app.log"))
      end(process)
    }

    @Test func `a key in a tag is quarantined`() {
      let process = start("mmexternal")
      log(Array("text".utf8), tag: "app" + String(decoding: folder.text("{key}"), as: UTF8.self))
      #expect(lines("app.quarantine.log", 1).count == 1)
      #expect(folder.read("app.log").isEmpty)
      end(process)
    }

    // MARK: The protocols by themselves

    @Test func `every message gets one answer`() {
      folder.write("messages", folder.text("a\n\n\"{key}\u{1}\\\nend"))
      let marked = folder.sh("$HOPX redact --rsyslog mmexternal < messages")
      let lines = marked.text.split(separator: "\n")
      let mark = "\"$!\":{\"hopxguard\":\"redacted\"}}"
      #expect(lines.count == 4)
      #expect(lines[0] == "{\(mark)" && lines[1] == "{\(mark)" && lines[3] == "{\(mark)")
      #expect(lines[2].hasPrefix("{\"msg\":\"\\\"hopx_live_") && lines[2].hasSuffix("...\\u0001\\\\\",\(mark)"))
      let confirmed = folder.sh("$HOPX redact --rsyslog omprog --append log < messages")
      #expect(confirmed.text == "OK\nOK\nOK\nOK\nOK\n")
      #expect(folder.read("log") == redactedText(folder.read("messages")) + [10])
    }

    @Test func `a message that cannot be written is not confirmed`() {
      let result = folder.sh("printf 'a\\nb\\n' | $HOPX redact --rsyslog omprog --append /dev/full")
      #expect(result.text == "OK\nError: write: No space left on device\nError: write: No space left on device\n")
      #expect(folder.sh("$HOPX redact --rsyslog omprog --append missing/log < /dev/null").status == 2)
    }

    @Test func `a message too long to answer stays unmarked`() {
      folder.write("message", folder.text("{key}") + Array(repeating: UInt8(ascii: "x"), count: 2 << 20) + [10])
      #expect(folder.sh("cat message message | $HOPX redact --rsyslog mmexternal").text == "{}\n{}\n")
    }
  }
}
