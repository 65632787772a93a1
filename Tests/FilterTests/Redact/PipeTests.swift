// `redact` in a pipeline: nothing is lost or held back longer than a key is long, whatever the two ends do.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct PipeTests {
    private let folder = TestFolder()

    private func filter(_ arguments: String...) -> LiveProcess {
      LiveProcess([hopxguardPath, "redact"] + arguments)
    }

    @Test func `standard input goes to standard output`() {
      folder.write("log", folder.text("a {key} b\r\nc\u{0}{key}"))
      let result = folder.sh("cat log | $HOPX redact")
      #expect(result.status == 0)
      #expect(result.output == redactedText(folder.read("log")))
      #expect(result.text.hasPrefix("a hopx_live_"))
      #expect(result.errors.isEmpty)
    }

    @Test func `every byte but those of keys stays`() {
      folder.write("log", (0..<300_000).map { _ in UInt8.random(in: 0...255) })
      #expect(folder.sh("$HOPX redact < log").output == folder.read("log"))
    }

    @Test func `user rules keep what they say`() {
      folder.write("rules.toml", "[[rule]]\nid = 't'\nliteral = 'tok_'\npattern = 'tok_[a-z]{8,}'\nkeep = 6\n")
      let result = folder.sh("printf 'x tok_abcdefghij tok_abc' | $HOPX redact --rules rules.toml")
      #expect(result.text == "x tok_ab... tok_abc")
    }

    // MARK: Cuts and promptness

    @Test func `a prompt shows at once`() {
      let process = filter()
      for part in ["prompt h", "op", "x_live_", "AB"] {
        process.send(Array(part.utf8))
        #expect(process.receive(part.utf8.count) == Array(part.utf8))
      }
    }

    @Test func `no read shows more than fifteen bytes`() {
      let process = filter()
      let key = folder.text("{key}")
      for (index, byte) in key.enumerated() {
        process.send([byte])
        if index < 15 { #expect(process.receive(1) == [byte]) } else if index % 10 == 0 { #expect(process.isSilent()) }
      }
      process.send(Array(" x".utf8))
      #expect(process.receive(5) == Array("... x".utf8))
    }

    @Test func `a pause inside a key shows nothing of it`() {
      let process = filter()
      let key = folder.text("{key}")
      process.send(Array(key[..<40]))
      #expect(process.receive(15) == Array(key[..<15]))
      sleep(1)
      process.send(Array(key[40...]) + [10])
      #expect(process.receive(4) == Array("...\n".utf8))
    }

    @Test func `input may end anywhere in a key`() {
      let key = folder.text("{key}")
      for count in 0...key.count {
        folder.write("part", Array(key[..<count]))
        #expect(folder.sh("cat part | $HOPX redact").output == redactedText(Array(key[..<count])))
      }
    }

    // MARK: Bounds

    @Test func `endless input takes no memory`() {
      folder.write("pump", "awk 'BEGIN { for (i = 0; i < 3000000; i++) printf \"hopx_live_\" }'")
      for source in ["sh pump", "head -c 60000000 /dev/zero", "head -c 60000000 /dev/urandom"] {
        let result = folder.sh(
          """
          mkfifo hold go; \(source) > hold & ( cat hold; read x < go ) | $HOPX redact > out & sleep 1
          until pid=$(pgrep -x hopxguard -P $$) && [ -s out ]; do sleep 0.1; done
          size=0; until [ $size = $(stat -c %s out) ]; do size=$(stat -c %s out); sleep 0.5; done
          awk '/RssAnon/ { print $2 }' /proc/$pid/status; echo > go; wait; stat -c %s out; rm hold go out
          """)
        let lines = result.text.split(separator: "\n")
        #expect(lines.count == 2 && Int(lines[0])! < 8_192, "\(source): \(result.text)")
        #expect(Int(lines.last ?? "") ?? 0 >= 30_000_000)
      }
    }

    @Test func `a slow reader gets everything`() {
      folder.write("log", Array(repeating: folder.text("{key} line of text\n"), count: 20_000).flatMap { $0 })
      let result = folder.sh("cat log | $HOPX redact | (sleep 0.5; cat)")
      #expect(result.output == redactedText(folder.read("log")))
    }

    // MARK: Descriptors

    /// Both ends non-blocking, and the reader slow: nothing is lost, and waiting costs no processor time.
    @Test func `non-blocking ends lose nothing`() {
      folder.write("log", Array(repeating: folder.text("{key} line of text\n"), count: 100_000).flatMap { $0 })
      let result = folder.sh(
        """
        exec 2>&1
        perl -e '
          use Fcntl;
          pipe(my $in, my $feed); pipe(my $out, my $sink);
          for ($in, $sink) { fcntl($_, F_SETFL, fcntl($_, F_GETFL, 0) | O_NONBLOCK) }
          my $pid = fork;
          if (!$pid) { open STDIN, "<&", $in; open STDOUT, ">&", $sink; close $_ for $feed, $out, $in, $sink; exec \
        $ENV{HOPX}, "redact" }
          close $in; close $sink;
          if (!fork) { close $out; sleep 1; open my $log, "<", "log"; while (read $log, my $part, 100000) { print \
        $feed $part } exit }
          close $feed; sleep 2;
          open my $got, ">", "got"; while (sysread $out, my $part, 65536) { print $got $part } close $got;
          waitpid $pid, 0; print $? >> 8, "\\n";
          my @times = times; print $times[2] + $times[3] < 1.5 ? "waits" : "spins: @times", "\\n"'
        """)
      #expect(result.text == "0\nwaits\n")
      #expect(folder.read("got") == redactedText(folder.read("log")))
    }

    @Test func `closed descriptors are errors`() {
      folder.write("log", "text\n")
      #expect(folder.sh("$HOPX redact <&-").status == 2)
      #expect(folder.sh("$HOPX redact < log >&-").status == 2)
      let silent = folder.sh("$HOPX redact < log 2>&-")
      #expect(silent.status == 0 && silent.text == "text\n")
      #expect(folder.sh("$HOPX redact < .").status == 2)
      #expect(folder.sh("$HOPX redact log <&- >&-").status == 2)
    }

    @Test func `inputs of every kind are redacted`() {
      folder.write("log", folder.text("{key}\n"))
      let expected = redactedText(folder.read("log"))
      #expect(folder.sh("$HOPX redact < /dev/null").status == 0)
      #expect(folder.sh("$HOPX redact < log").output == expected)
      #expect(folder.sh("mkfifo f; cat log > f & $HOPX redact < f").output == expected)
      let socket = folder.sh(
        """
        perl -e 'use Socket; socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0); open my $l, "<", "log"; print {$a} \
        <$l>; close $a;
          open STDIN, "<&", $b; exec $ENV{HOPX}, "redact"'
        """)
      #expect(socket.output == expected)
      let terminal = LiveProcess([hopxguardPath, "redact"], terminal: true)
      terminal.send(Array("typed\n\u{4}".utf8))
      #expect(terminal.receiveText(until: "typed\r\ntyped\r\n") == "typed\r\ntyped\r\n")
      #expect(terminal.status() == 0)
    }

    @Test func `a reader that goes away ends it quietly`() {
      let result = folder.sh("yes | $HOPX redact | head -n 1; echo ${PIPESTATUS[1]}")
      #expect(result.text == "y\n141\n")
      #expect(result.errors.isEmpty)
      let ignored = folder.sh("trap '' PIPE; (yes 2>&- | $HOPX redact; echo ${PIPESTATUS[1]} >&2) | head -n 1")
      #expect(ignored.text == "y\n")
      #expect(ignored.errors == "141\n")
    }

    @Test func `a full disk is an error`() {
      folder.write("log", "text\n")
      let full = folder.sh("$HOPX redact log > /dev/full")
      #expect(full.status == 2)
      #expect(full.errors.contains("No space left on device"))
      #expect(folder.sh("ulimit -f 1; trap '' XFSZ; head -c 9000 /dev/zero | $HOPX redact > small").status == 2)
    }

    /// A file system may tell only when the file is closed that the bytes found no room. strace(1) makes
    /// the kernel say so.
    @Test func `an error at close is an error`() {
      folder.write("log", "text\n")
      let result = folder.sh(
        "strace -qq -o /dev/null -P $PWD/out -e trace=close -e inject=close:error=ENOSPC $HOPX redact log > out")
      #expect(result.status == 2)
      #expect(result.errors.contains("No space left on device"))
    }

    // MARK: Signals

    @Test func `signals let the writer finish`() {
      for signal in [SIGINT, SIGTERM, SIGHUP] {
        let process = filter()
        process.send(Array("one\n".utf8))
        #expect(process.receive(4) == Array("one\n".utf8))
        kill(process.id, signal)
        process.send(Array("two\n".utf8))
        #expect(process.receive(4) == Array("two\n".utf8))
        process.endInput()
        #expect(process.status() == 0)
      }
    }

    @Test func `a second interrupt ends it`() {
      let process = filter()
      process.send([10])
      #expect(process.receive(1) == [10])
      kill(process.id, SIGINT)
      process.send([10])
      #expect(process.receive(1) == [10])
      kill(process.id, SIGINT)
      #expect(process.status() == 130)
    }

    @Test func `a signal while it waits loses nothing`() {
      folder.write("log", Array(repeating: folder.text("{key} line of text\n"), count: 50_000).flatMap { $0 })
      let result = folder.sh(
        "cat log | $HOPX redact > >(sleep 0.7; cat > got; echo > done) & sleep 0.3; for s in TERM HUP TERM INT; "
          + "do pkill -$s -P $$ -x hopxguard; done; wait; until [ -e done ]; do sleep 0.05; done"
      )
      #expect(result.status == 0)
      #expect(folder.read("got") == redactedText(folder.read("log")))
    }

    // MARK: The number of keys

    @Test func `only check turns keys into an exit code`() {
      folder.write("log", folder.text("{key}\n{key}"))
      folder.write("clean", "text\n")
      let stats = folder.sh("$HOPX redact --stats log")
      #expect(stats.status == 0)
      #expect(stats.errors.contains("2 keys"))
      let check = folder.sh("$HOPX redact --check clean log < /dev/null")
      #expect(check.status == 1)
      #expect(check.text == "log: 2 keys\n")
      #expect(folder.sh("$HOPX redact --check clean").status == 0)
      #expect(folder.sh("$HOPX redact --check < log").status == 1)
      #expect(folder.sh("$HOPX redact --check log missing").status == 2)
    }
  }
}
