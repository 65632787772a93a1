// `run` redacts both outputs of a command, and is to its caller what the command would be: exit code, signals, input.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct RunTests {
    private let folder = TestFolder()

    private func start(_ arguments: [String], terminal: Bool = false) -> LiveProcess {
      LiveProcess([hopxguardPath, "run", "--"] + arguments, terminal: terminal)
    }

    @Test func `both outputs are redacted`() {
      folder.write("key", folder.text("{key}"))
      let result = folder.sh("$HOPX run -- sh -c 'echo out $(cat key); echo err $(cat key) >&2'")
      #expect(result.status == 0)
      #expect(result.text.hasPrefix("out hopx_live_") && result.text.hasSuffix("...\n"))
      #expect(result.errors.hasPrefix("err hopx_live_") && result.errors.hasSuffix("...\n"))
    }

    @Test(arguments: ["| cat", "> both; cat both"])
    func `outputs that lead to one place keep their order`(place: String) {
      folder.write("key", folder.text("{key}"))
      let script = "for n in $(seq 200); do echo out $n; echo err $n $(cat key) >&2; done"
      let result = folder.sh("{ $HOPX run -- bash -c '\(script)' 2>&1; } \(place)")
      var lines: [String] = []
      for line in result.text.split(separator: "\n") {
        lines.append(line.split(separator: " ").prefix(2).joined(separator: " "))
      }
      var expected: [String] = []
      for number in 1...200 { expected += ["out \(number)", "err \(number)"] }
      #expect(lines == expected)
      #expect(result.text.components(separatedBy: "...\n").count == 201)
    }

    @Test func `each outcome has its exit code`() {
      let result = folder.sh(
        """
        touch plain; cd /
        for c in 'exit 0' 'exit 7' 'kill -TERM $$' 'kill -KILL $$'; do $HOPX run -- sh -c "$c"; echo $?; done
        $HOPX run -- ./missing; echo $?; $HOPX run -- missing; echo $?; $HOPX run -- \(folder.file("plain")); echo $?
        """)
      #expect(result.text == "0\n7\n143\n137\n127\n127\n126\n")
    }

    @Test func `neither command line nor environment is printed`() {
      let result = folder.sh(
        "SECRET=a-secret-value $HOPX run -- missing another-secret-value; $HOPX run --rules missing.toml -- x "
          + "yet-another"
      )
      #expect(!result.errors.contains("secret") && !result.errors.contains("yet"))
    }

    @Test func `arguments and input are the command's`() {
      #expect(folder.sh("printf in | $HOPX run -- cat - ").text == "in")
      #expect(folder.sh("$HOPX run -- printf '%s|' --help -- --rules ''").text == "--help|--|--rules||")
      #expect(folder.sh("$HOPX run -- printf '%s' $'\\xff\\xfe'").output == [0xFF, 0xFE])
      #expect(folder.sh("$HOPX run -- sh -c 'read x || echo closed' <&- 2>&1").text.contains("closed"))
      #expect(folder.sh("$HOPX run --help").text.contains("USAGE"))
      #expect(folder.sh("$HOPX run").status == 2)
      #expect(folder.sh("$HOPX run --unknown x").status == 2)
    }

    @Test func `signals are passed on`() {
      for (name, signal) in [
        ("INT", SIGINT), ("TERM", SIGTERM), ("HUP", SIGHUP), ("QUIT", SIGQUIT), ("USR1", SIGUSR1), ("WINCH", SIGWINCH),
        ("CONT", SIGCONT),
      ] {
        let process = start([
          "bash", "-c", "trap 'echo got \(name); exit 3' \(name); echo ready; while :; do sleep 0.02; done",
        ])
        #expect(process.receiveText(until: "ready") == "ready\n")
        kill(process.id, signal)
        #expect(process.receiveText(until: "got") == "got \(name)\n")
        #expect(process.status() == 3)
      }
    }

    @Test func `a stop signal stops the command`() {
      let process = start(["bash", "-c", "echo $$; while :; do echo tick; sleep 0.02; done"])
      let id = process.receiveText(until: "tick").split(separator: "\n")[0]
      kill(process.id, SIGTSTP)
      #expect(folder.sh("until grep -q 'State:.T' /proc/\(id)/status; do sleep 0.02; done").status == 0)
      kill(process.id, SIGCONT)
      #expect(folder.sh("while grep -q 'State:.T' /proc/\(id)/status; do sleep 0.02; done").status == 0)
      kill(process.id, SIGTERM)
      _ = process.receive { _ in false }
      #expect(process.status() == 143)
    }

    @Test func `what is left running does not hold it for ever`() {
      let result = folder.sh(
        "$HOPX run -- sh -c 'sleep 1000 & echo $! > pid; echo done; exit 4'; echo $?; kill $(cat pid)")
      #expect(result.text == "done\n4\n")
      let noisy = folder.sh(
        "$HOPX run -- sh -c 'yes & echo $! > pid; exit 5' > /dev/null; echo $?; kill $(cat pid) 2>/dev/null; true")
      #expect(noisy.text == "5\n")
    }

    @Test func `all that the command wrote comes out for a slow reader`() {
      let result = folder.sh(
        "$HOPX run -- sh -c 'sleep 4 & seq 100000' | (sleep 2.5; cat) > got; seq 100000 | cmp - got"
      )
      #expect(result.status == 0)
    }

    @Test func `a reader that goes away is the command's affair`() {
      let result = folder.sh("$HOPX run -- sh -c 'yes; echo $? >&2; exit 6' | head -n 1; echo ${PIPESTATUS[0]}")
      #expect(result.text == "y\n6\n")
      #expect(result.errors == "141\n")
      let full = folder.sh("$HOPX run -- echo text > /dev/full")
      #expect(full.status == 2 && full.errors.contains("No space left"))
      // The command notices, and dies of it.
      #expect(folder.sh("$HOPX run -- seq 200000 > /dev/full").status == 2)
      #expect(folder.sh("$HOPX run -- sh -c 'seq 200000; exit 3' > /dev/full").status == 2)
    }

    @Test func `it works as process 1 of a namespace`() {
      let result = folder.sh(
        """
        unshare --user --map-root-user --pid --fork --mount-proc $HOPX run -- bash -c '
          echo $PPID; (sleep 0.1 & ) ; sleep 0.4; ps -o stat= -A | grep -c Z; trap "echo term; exit 9" TERM
          kill -TERM 1; while :; do sleep 0.02; done'; echo $?
        """)
      #expect(result.text == "1\n0\nterm\n9\n")
    }

    // MARK: At a terminal

    @Test func `the command finds a terminal of the same size`() {
      let process = LiveProcess(
        [
          hopxguardPath, "run", "--", "bash", "-c",
          "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size <&1; printf 'a\\nb\\n'",
        ],
        terminal: true, rows: 33)
      #expect(process.receiveText(until: "b\r\n") == "33 80\r\na\r\nb\r\n")
      #expect(process.status() == 0)
    }

    @Test func `the size of the terminal follows`() {
      let process = start(
        ["bash", "-c", "trap 'stty size <&1' WINCH; echo ready; while :; do sleep 0.02; done"], terminal: true)
      #expect(process.receiveText(until: "ready\r\n") == "ready\r\n")
      var size = winsize(ws_row: 40, ws_col: 90, ws_xpixel: 0, ws_ypixel: 0)
      _ = ioctl(process.output, UInt(TIOCSWINSZ), &size)
      #expect(process.receiveText(until: "40 90\r\n").hasSuffix("40 90\r\n"))
    }

    @Test func `the interrupt key reaches the command once`() {
      let process = start(
        ["bash", "-c", "trap 'echo int' INT; trap 'exit 3' TERM; echo ready; while :; do read -t 0.02; done"],
        terminal: true)
      #expect(process.receiveText(until: "ready\r\n") == "ready\r\n")
      process.send([3])
      #expect(process.receiveText(until: "int\r\n") == "^Cint\r\n")
      #expect(process.isSilent())
      kill(process.id, SIGTERM)
      _ = process.receive { _ in false }
      #expect(process.status() == 3)
    }

    @Test func `keys are redacted at a terminal and prompts show`() {
      let key = String(decoding: folder.text("{key}"), as: UTF8.self)
      let process = start(["bash", "-c", "printf 'name? '; read x; echo hello $x $0 >&2; exit 2", key], terminal: true)
      #expect(process.receiveText(until: "name? ") == "name? ")
      process.send(Array("ada\n".utf8))
      #expect(process.receiveText(until: "...\r\n") == "ada\r\nhello ada \(key.prefix(15))...\r\n")
      #expect(process.status() == 2)
    }

    @Test func `the suspend key stops both`() {
      // A shell with job control, which must get its turn when the job stops.
      let process = LiveProcess(
        [
          "bash", "--norc", "-c",
          "set -m; \(hopxguardPath) run -- bash -c 'echo ready; read x; echo got $x'; echo stopped $?; "
            + "echo line > /dev/null; fg; echo over $?",
        ], terminal: true)
      _ = process.receiveText(until: "ready\r\n")
      process.send([26])
      let stopped = process.receiveText(until: "stopped")
      #expect(stopped.contains("stopped 148"))
      process.send(Array("ada\n".utf8))
      #expect(process.receiveText(until: "over 0").contains("got ada"))
    }
  }
}
