// Findings go to standard output, everything else to standard error, in the colours and words of each format.

import Foundation
import TestSupport
import Testing

struct OutputTests {
  private let folder = TestFolder()
  private let key = keyText()

  @Test func `text: findings on standard output, the rest on standard error`() throws {
    folder.write("src/app.py", "x = 1\n\tapi_key = '\(key)'\n")
    let result = try hopxguard("scan", in: folder)
    let secret = "\(key.prefix(15))..."
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "src/app.py")
    #expect(lines[1] == "  2:13  Hopx API key  \(secret)  hopx-api-key, high confidence")
    #expect(lines[2] == "      api_key = '\(secret)'")
    #expect(lines[3] == "                 ^^^^^^^^^^^^^^^^^^")
    #expect(lines[4].hasPrefix("    sha256:"))
    #expect(lines.count == 5)
    let advice = ["Read HOPX_API_KEY", "create a new key", "deploy it", "verify", "revoke the old one"]
    var rest = Substring(result.errors)
    for step in advice {
      let place = try #require(rest.firstRange(of: step), "\(step)")
      rest = rest[place.upperBound...]
    }
    #expect(result.errors.contains("1 finding: 1 file, "))
  }

  @Test func `quiet says nothing on standard error but problems`() throws {
    folder.write("a", key)
    let result = try hopxguard("scan", "--quiet", in: folder)
    #expect(result.errors.isEmpty)
    #expect(!result.output.isEmpty)
    #expect(
      try hopxguard("scan", "--quiet", "gone", in: folder).errors
        == "problem: gone: cannot be read: No such file or directory\n")
  }

  @Test func `a clean scan prints nothing on standard output`() throws {
    folder.write("a", "x")
    let result = try hopxguard("scan", in: folder)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("No findings: 1 file, 1 byte in "))
  }

  @Test func `jsonl has one finding a line and the summary last`() throws {
    folder.write("a", "\(key)\n\(keyText())\n")
    let result = try hopxguard("scan", "--format", "jsonl", in: folder)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3)
    for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    #expect(lines[0].hasPrefix("{\"rule\":\"hopx-api-key\""))
    #expect(lines[2].contains("\"summary\":{\"files\":1,"))
  }

  @Test func `the output file is written whole, and not through a link`() throws {
    folder.write("in/a", key)
    folder.write("report.json", "old")
    let result = try hopxguard("scan", "in", "--format", "json", "--output", "report.json", in: folder)
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    let report = folder.read("report.json")
    expectNoKey(in: report)
    #expect(String(decoding: report, as: UTF8.self).hasPrefix("{\"version\":1,"))

    folder.write("victim", "precious")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "victim")
    let refused = try hopxguard("scan", "in", "--output", "link", in: folder)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("symbolic link"))
    #expect(folder.read("victim") == Array("precious".utf8))
    for target in ["in", "/dev/null", "absent/report"] {
      #expect(try hopxguard("scan", "in", "--output", target, in: folder).status == 2)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "in", "link", "report.json", "victim",
      ])
  }

  @Test func `the output file may have the longest name, and keeps its mode`() throws {
    folder.write("in/a", key)
    let long = String(repeating: "n", count: 255)
    for target in ["report", long] {
      folder.write(target, "old")
      #expect(chmod(folder.file(target), 0o640) == 0)
      #expect(try hopxguard("scan", "in", "--output", target, in: folder).status == 1)
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(target))
      #expect(attributes[.posixPermissions] as? Int == 0o640)
      #expect(folder.read(target) != Array("old".utf8))
    }
    for target in ["", "absent/"] {
      let result = try hopxguard("scan", "in", "--output", target, in: folder)
      #expect(result.status == 2)
      #expect(result.errors.hasPrefix("hopxguard: --output \(target): "), "before anything is scanned")
      #expect(!result.errors.contains("finding"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["in", long, "report"])
  }

  @Test func `a full disk is an error`() throws {
    folder.write("a", key)
    let result = try run("/bin/sh", ["-c", "exec \"$0\" scan > /dev/full", hopxguardPath], in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output cannot be written: No space left on device"))
  }

  @Test(
    arguments: [
      ([], [:], false), (["--color", "always"], [:], true), ([], ["CLICOLOR_FORCE": "1"], true),
      ([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false), (["--color", "always"], ["NO_COLOR": "1"], true),
      (["--color", "never"], ["CLICOLOR_FORCE": "1"], false), ([], ["CLICOLOR_FORCE": "0"], false),
    ] as [([String], [String: String], Bool)])
  func `colour as asked`(arguments: [String], environment: [String: String], colored: Bool) throws {
    folder.write("a", key)
    let result = try run(hopxguardPath, ["scan"] + arguments, in: folder.path, environment: environment)
    #expect(result.output.contains("\u{1B}[") == colored)
    expectNoKey(in: result.outputBytes)
  }

  @Test func `file names and lines reach a terminal escaped`() throws {
    folder.write("a\u{1B}[2Jb\nc\u{202E}d", "\u{1B}]0;title\u{7}\(key)\u{9B}31m\u{200B}\r\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.output.hasPrefix("a\\x1b[2Jb\\nc\\u{202e}d\n"))
    #expect(result.output.contains("\\x1b]0;title\\x07\(key.prefix(15))...\\u{9b}31m\\u{200b}\n"))
    let controls = result.output.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }
    #expect(controls.isEmpty)
  }

  @Test func `what takes no room is shown`() throws {
    folder.write("a\u{E0041}b", "x\u{FE0F}\u{E0100}\u{3164}\(key)")
    let text = try hopxguard("scan", in: folder)
    #expect(text.output.hasPrefix("a\\u{e0041}b\n"))
    #expect(text.output.contains("x\\u{fe0f}\\u{e0100}\\u{3164}\(key.prefix(15))..."))
    let json = try hopxguard("scan", "--format", "json", in: folder)
    #expect(json.output.contains("\"a\\udb40\\udc41b\""))
    #expect(try Report.scan(in: folder).findings.map(\.path) == ["a\u{E0041}b"])
  }

  @Test func `a name that is not UTF-8 is shown escaped`() throws {
    let bytes = Array(folder.file("bad-").utf8) + [0xFF, 0]
    let descriptor = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
    }
    #expect(Array(key.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == 66)
    close(descriptor)
    #expect(try Report.scan(in: folder).findings.map(\.path) == ["bad-\\xff"])
    #expect(try hopxguard("scan", in: folder).output.hasPrefix("bad-\\xff\n"))
  }

  @Test func `help and version`() throws {
    let version = try hopxguard("--version")
    #expect(version.status == 0)
    #expect(version.output.hasPrefix("hopxguard 0."))
    for arguments in [["--help"], ["scan", "--help"], ["rules", "--help"]] {
      let result = try run(hopxguardPath, arguments)
      #expect(result.status == 0)
      #expect(result.output.contains("USAGE: hopxguard"))
      #expect(result.errors.isEmpty)
    }
    #expect(try hopxguard("scan", "--help").output.contains("hopxguard scan --all-files ."))
    let wrong = try hopxguard("scan", "--formt", "json")
    #expect(wrong.status == 2)
    #expect(wrong.output.isEmpty)
    #expect(wrong.errors.contains("--formt"))
  }

  @Test func `progress shows on a terminal for long work, and is wiped`() throws {
    // `script` gives the run a terminal, and the file takes longer than the patience.
    let file = folder.file("sparse")
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    try #require(FileHandle(forWritingAtPath: file)).truncate(atOffset: 40_000_000_000)
    func terminal(_ options: String, for patience: String, until end: String) throws -> String {
      let command = "timeout -s KILL \(patience) '\(hopxguardPath)' scan \(options)"
      let words = ["-c", "script -qefc \"$1\" /dev/null | \(end)", "-", command]
      return try run("/bin/bash", words, in: folder.path).output
    }
    // However long a busy machine takes: what counts is the first thing that shows.
    #expect(try terminal("--color never", for: "60", until: "head -c 14") == "\r\u{1B}[Kscanning: ")
    #expect(try !terminal("--no-progress", for: "1.5", until: "cat").contains("scanning: "))
  }
}
