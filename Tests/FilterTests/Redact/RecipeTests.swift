// The command lines that docs/redaction.md and examples/ give do what they say.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct RecipeTests {
    private let folder = TestFolder()
    private let root = projectPath

    init() {
      folder.write(
        "app",
        "#!/bin/bash\ntrap 'echo stopping; exit 0' TERM\necho \"$1 $(cat \(folder.path)/key)\"\necho \"err "
          + "$(cat \(folder.path)/key)\" >&2\n(sleep 0.05 &)\n[ \"$2\" = once ] || while :; do sleep 0.02; done\n"
      )
      folder.write("key", folder.text("{key}"))
      #expect(folder.sh("chmod +x app").status == 0)
    }

    private func example(_ name: String, line prefix: String) -> String {
      let text = try! String(contentsOfFile: "\(root)/examples/\(name)", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) }!
      return line.dropFirst(prefix.count).replacingOccurrences(
        of: "/usr/local/bin/hopxguard", with: hopxguardPath
      )
      .replacingOccurrences(of: "/usr/local/bin/app", with: folder.file("app"))
    }

    @Test func `a pipeline is redacted`() {
      let result = folder.sh("./app --serve once 2>&1 | $HOPX redact >> app.log; cat app.log")
      #expect(result.text.hasPrefix("--serve hopx_live_") && result.text.contains("...\nerr hopx_live_"))
    }

    @Test func `a stream that never ends is redacted`() {
      let process = LiveProcess([
        "bash", "-c", "cd \(folder.path); touch log; tail -n +1 -f log | exec \(hopxguardPath) redact",
      ])
      for number in 1...3 {
        #expect(folder.sh("echo \"\(number) $(cat key)\" >> log").status == 0)
        #expect(process.receiveText(until: "\n").hasPrefix("\(number) hopx_live_"))
      }
      #expect(folder.sh("pkill -P \(process.id) -x tail").status == 0)
      #expect(process.status() == 0)
    }

    @Test func `the systemd unit redacts`() {
      let command = example("systemd/app.service", line: "ExecStart=")
      let process = LiveProcess(["bash", "-c", "exec \(command) 2> \(folder.file("err"))"])
      #expect(process.receiveText(until: "\n").hasPrefix("--serve hopx_live_"))
      #expect(folder.sh("until [ -s err ]; do sleep 0.01; done").status == 0)
      kill(process.id, SIGTERM)
      #expect(process.receiveText(until: "\n") == "stopping\n")
      #expect(process.status() == 0)
      #expect(
        folder.readText("err").hasPrefix("err hopx_live_") && redactedText(folder.read("err")) == folder.read("err"))
    }

    @Test func `the Docker entry point redacts`() {
      let words = ["ENTRYPOINT ", "CMD "].flatMap { prefix in
        try! JSONDecoder().decode([String].self, from: Data(example("docker/Dockerfile", line: prefix).utf8))
      }
      let process = LiveProcess(
        ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"] + words)
      #expect(process.receiveText(until: "\n").hasPrefix("--serve hopx_live_"))
      // As `docker stop` does: SIGTERM to process 1 from outside.
      #expect(folder.sh("pkill -TERM -P \(process.id)").status == 0)
      #expect(process.receiveText(until: "\n") == "stopping\n")
      #expect(process.status() == 0)
    }
  }
}
