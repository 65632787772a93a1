// `redact` on files: each is rewritten whole or not at all, with its mode, owner and everything but its keys.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct FileTests {
    private let folder = TestFolder()

    @Test func `several files are one stream`() {
      let key = folder.text("{key}")
      folder.write("a", Array("x ".utf8) + key[..<30])
      folder.write("b", Array(key[30...]) + Array(" y\n".utf8))
      let result = folder.sh("$HOPX redact a b; echo z | $HOPX redact a - b")
      let whole = redactedText(folder.read("a") + folder.read("b"))
      #expect(result.output.starts(with: whole))
      #expect(result.status == 0)
    }

    @Test func `a file that cannot be read is an error`() {
      folder.write("a", "text\n")
      let result = folder.sh("$HOPX redact missing a")
      #expect(result.status == 2)
      #expect(result.text == "text\n")
      #expect(result.errors.contains("missing"))
      #expect(folder.sh("$HOPX redact .").status == 2)
    }

    @Test func `a file is not read while it is written`() {
      folder.write("a", "text\n")
      #expect(folder.sh("$HOPX redact a >> a").status == 2)
      #expect(folder.sh("$HOPX redact < a >> a").status == 2)
      #expect(folder.readText("a") == "text\n")
    }

    @Test func `compressed logs are refused`() {
      folder.write("log", folder.text("{key}\n"))
      #expect(folder.sh("gzip -k log; bzip2 -k log; xz -k log").status == 0)
      for name in ["log.gz", "log.bz2", "log.xz"] {
        for command in ["redact \(name)", "redact < \(name)", "redact --check \(name)", "redact --in-place \(name)"] {
          let result = folder.sh("$HOPX \(command)")
          #expect(result.status == 2)
          #expect(result.errors.contains("compressed"))
          #expect(result.output.isEmpty)
        }
      }
      // One byte at a time, with time to be taken for something else.
      #expect(folder.sh("(head -c 1 log.gz; sleep 0.1; tail -c +2 log.gz) | $HOPX redact").status == 2)
      #expect(folder.sh("printf '\\x1f' | $HOPX redact").output == [0x1F])
    }

    // MARK: In place

    @Test func `a rewritten file keeps all but its keys`() {
      folder.write("log", folder.text("a {key}\nb\u{0}\r\n{key}"))
      let expected = redactedText(folder.read("log"))
      let before = folder.sh(
        "chown 1234:4321 log 2> /dev/null; chmod 2751 log; touch -d '2020-02-03 04:05:06.123456789' -m log; "
          + "touch -a -d 2021-01-01 log; setfattr -n user.note -v kept log; stat -c '%a %u %g %y' log"
      )
      let after = folder.sh(
        "$HOPX redact --in-place log && stat -c '%a %u %g %y' log && getfattr --only-values -n user.note log")
      #expect(after.status == 0)
      #expect(after.text == before.text + "kept")
      #expect(folder.read("log") == expected)
      #expect(folder.names == ["log"])
    }

    @Test func `an access control list is kept`() {
      folder.write("log", folder.text("{key}\n"))
      let result = folder.sh(
        "setfacl -m u:1234:r,g::- log && getfacl -c log > .before && grep -q 1234 .before && $HOPX redact "
          + "--in-place log && getfacl -c log | cmp - .before"
      )
      #expect(result.status == 0)
    }

    @Test func `a file without keys is not touched`() {
      folder.write("log", "text\n")
      let result = folder.sh(
        "i=$(stat -c '%i %Z' log); sleep 0.02; $HOPX redact --in-place --stats log; [ \"$i\" = \"$(stat -c '%i "
          + "%Z' log)\" ]"
      )
      #expect(result.status == 0)
      #expect(result.errors.contains("0 keys"))
    }

    @Test func `what is no plain file is refused`() {
      folder.write("log", folder.text("{key}\n"))
      let bytes = folder.read("log")
      let result = folder.sh(
        "ln -s log link; mkfifo fifo; mkdir folder; for f in link fifo folder missing; do $HOPX redact "
          + "--in-place $f || echo $?; done; rm link fifo"
      )
      #expect(result.text == "2\n2\n2\n2\n")
      #expect(result.errors.contains("symbolic link"))
      let hard = folder.sh("ln log other; $HOPX redact --in-place log")
      #expect(hard.status == 2 && hard.errors.contains("2 names"))
      #expect(folder.read("log") == bytes)
    }

    @Test func `a file that changes meanwhile is left`() {
      folder.write("log", Array(repeating: folder.text("{key} text\n"), count: 300_000).flatMap { $0 })
      let result = folder.sh(
        "(for i in {1..400}; do echo more >> log; sleep 0.005; done) & $HOPX redact --in-place log; s=$?; kill "
          + "$!; exit $s"
      )
      #expect(result.status == 2)
      #expect(result.errors.contains("changed"))
      #expect(redactedText(Array(folder.read("log").prefix(100))) != Array(folder.read("log").prefix(100)))
      #expect(folder.names == ["log"])
    }

    @Test func `a full disk leaves the original`() {
      folder.write("log", Array(repeating: folder.text("{key} text\n"), count: 5_000).flatMap { $0 })
      let bytes = folder.read("log")
      let result = folder.sh("ulimit -f 8; trap '' XFSZ; $HOPX redact --in-place log")
      #expect(result.status == 2)
      #expect(folder.read("log") == bytes)
      #expect(folder.names == ["log"])
    }

    @Test func `a signal leaves the original`() {
      folder.write("log", Array(repeating: folder.text("{key} text\n"), count: 500_000).flatMap { $0 })
      let size = folder.read("log").count
      let result = folder.sh(
        "$HOPX redact --in-place log & until [ -e .hopxguard-*.tmp ]; do :; done; kill -TERM $!; wait $!")
      #expect(result.status == 143)
      #expect(folder.read("log").count == size)
      #expect(folder.names == ["log"])
    }

    @Test func `options that contradict each other are refused`() {
      for arguments in [
        "--in-place", "--in-place -", "--in-place --check a", "--rsyslog omprog", "--append a",
        "--rsyslog mmexternal a",
      ] {
        #expect(folder.sh("$HOPX redact \(arguments)").status == 2)
      }
    }
  }
}
