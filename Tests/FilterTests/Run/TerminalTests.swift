// `run` at a real terminal: keys reach pagers and prompts, keys that stop or interrupt reach the whole job, and what
// a command leaves running writes on, redacted, after hopxguard has ended. And nothing gets past it when it is killed.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct TerminalTests {
    private let folder = TestFolder()

    private func bash(_ script: String) -> LiveProcess {
      let start = "cd '\(folder.path)'; export HOPX='\(hopxguardPath)' TERM=xterm\n"
      return LiveProcess(["bash", "--norc", "-c", start + script], terminal: true)
    }

    /// A pager: it reads single keys, from the terminal that its output goes to.
    private func writePager() {
      folder.write(
        "pager.py",
        """
        import os, sys, termios, tty
        text = sys.stdin.read() if not sys.stdin.isatty() else 'text'
        keys = os.open(os.ttyname(1), os.O_RDWR)
        before = termios.tcgetattr(keys)
        tty.setcbreak(keys)
        print(text, 'page', flush=True)
        while (key := os.read(keys, 1)) != b'q': print('key', key.decode(), flush=True)
        termios.tcsetattr(keys, termios.TCSADRAIN, before)
        """)
    }

    @Test func `a pager gets keys`() {
      writePager()
      let process = bash("$HOPX run -- python3 pager.py; echo over $?; stty -a | grep -o -- ' -*icanon'")
      _ = process.receiveText(until: "page\r\n")
      process.send(Array("x".utf8))
      #expect(process.receiveText(until: "key x\r\n").contains("key x\r\n"))
      process.send(Array("q".utf8))
      #expect(process.receiveText(until: "icanon").contains("over 0\r\n icanon"))
    }

    /// Its input is a pipe, so keys are forwarded only while it reads them.
    @Test func `a pager at the end of a pipeline gets keys`() {
      writePager()
      let process = bash("echo piped | $HOPX run -- python3 pager.py; echo over $?")
      _ = process.receiveText(until: "page\r")
      process.send(Array("q".utf8))
      #expect(process.receiveText(until: "over 0").contains("over 0"))
    }

    @Test func `a prompt without echo shows no password`() {
      let process = bash("$HOPX run -- bash -c 'read -s -p \"word: \" x < /dev/tty; echo; echo got ${#x}'")
      #expect(process.receiveText(until: "word: ") == "word: ")
      process.send(Array("hidden\r".utf8))
      let rest = process.receiveText(until: "got 6")
      #expect(rest.contains("got 6") && !rest.contains("hidden"))
    }

    @Test func `the interrupt key reaches the script around`() {
      let process = bash(
        "trap 'echo trapped; exit 5' INT; for i in 1 2; do $HOPX run -- bash -c 'echo ready; sleep 30'; done")
      _ = process.receiveText(until: "ready\r\n")
      process.send([3])
      #expect(process.receiveText(until: "trapped").contains("trapped"))
      #expect(process.status() == 5)
    }

    @Test func `a shell inside has job control`() {
      let process = bash("PS1='> ' exec $HOPX run -- bash --norc -i")
      _ = process.receiveText(until: "> ")
      process.send(Array("sleep 60\r".utf8))
      usleep(300_000)
      process.send([26])
      #expect(process.receiveText(until: "Stopped").contains("Stopped"))
      process.send(Array("fg\r".utf8))
      usleep(300_000)
      process.send([3])
      process.send(Array("exit 7\r".utf8))
      _ = process.receive { _ in false }
      #expect(process.status() == 7)
    }

    @Test func `a stopped job gives the shell its terminal back`() {
      writePager()
      let process = bash(
        "set -m; $HOPX run -- python3 pager.py; echo stopped $?; stty -a | grep -o -- ' -*icanon'; fg; echo over $?")
      _ = process.receiveText(until: "page\r\n")
      process.send([26])
      #expect(process.receiveText(until: "icanon").contains("stopped 148\r\n icanon"))
      usleep(300_000)
      process.send(Array("q".utf8))
      #expect(process.receiveText(until: "over 0").contains("over 0"))
    }

    @Test func `what is left running writes on, redacted`() {
      folder.write("key", folder.text("{key}"))
      let server = "(for n in 1 2 3; do sleep 0.4; echo late $n $(cat key); done; echo end) & echo first; exit 4"
      let script = "$HOPX run -- bash -c '\(server)'; echo code $?"
      let process = bash(script + "; sleep 60")
      let text = process.receiveText(until: "end")
      #expect(text.range(of: "code 4")!.lowerBound < text.range(of: "late 3")!.lowerBound)
      #expect(redactedText(Array(text.utf8)) == Array(text.utf8) && text.contains("hopx_live_"))

      let result = folder.sh(
        "{ \(script); } > log 2>&1; until grep -q end log; do sleep 0.05; done; cat log")
      #expect(result.text.hasPrefix("first\ncode 4\nlate 1 hopx_live_"))
      #expect(result.text.hasSuffix("...\nend\n"))
    }

    @Test(arguments: [true, false]) func `nothing gets past it when it is killed`(atTerminal: Bool) {
      folder.write("key", folder.text("{key}"))
      let endless =
        "bash -c 'trap \"\" PIPE HUP; while [ -e key ]; do sleep 0.02; echo tick $(cat key); echo tock $(cat "
        + "key) >&2; done'"
      let script = """
        (sleep 1; pkill -KILL -P $$ -x hopxguard) & $HOPX run -- \(endless) \(atTerminal ? "" : "> log 2>&1")
        echo killed; sleep 0.5; stty -a | grep -o -- ' -*icanon'; rm key
        """
      let process = bash(script)
      let text = process.receiveText(until: "icanon")
      #expect(text.contains("\n icanon"))
      let shown = Array(text.utf8) + folder.read("log")
      #expect(String(decoding: shown, as: UTF8.self).contains("tick hopx_live_"))
      #expect(redactedText(shown) == shown)
      #expect(!text.contains("killed\r\ntick"))
    }
  }
}
