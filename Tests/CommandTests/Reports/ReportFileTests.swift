// Reports go where they shall, and a run that does not come to its end leaves nothing that reads as clean.

import Foundation
import TestSupport
import Testing

struct ReportFileTests {
  private let folder = TestFolder()
  private let key = keyText()

  private static let files = [
    "text": "report.txt", "json": "report.json", "jsonl": "report.jsonl", "sarif": "report.sarif",
    "gitlab": "gitlab.json", "junit": "junit.xml", "github": "github.txt",
  ]
  private static let allFiles = files.flatMap { ["--format", "\($0.key)=\($0.value)"] }

  /// What makes each format's readers take the scan for failed or unknown.
  private func readsAsIncomplete(_ format: String) -> Bool {
    let text = String(decoding: folder.read(Self.files[format]!), as: UTF8.self)
    switch format {
    case "json", "jsonl": return text.contains("\"complete\":false") && !text.contains("\"problems\":[]")
    case "sarif":
      return text.contains("\"executionSuccessful\":false") && text.contains("{\"level\":\"error\",\"message\"")
    case "gitlab": return text.contains("\"status\":\"failure\"") && text.contains("{\"level\":\"warn\",")
    case "junit": return text.contains(" errors=\"1\" ") && text.contains("<error message=")
    case "github":
      return text.contains("::warning title=not scanned to the end::")
        || text.contains(",title=not scanned to the end::")
    default: return text.contains("problem: ") && text.contains("the scan is incomplete")
    }
  }

  @Test func `several at once, one of them on standard output`() throws {
    folder.write("in/a", key)
    let result = try hopxguard(
      "scan", "in", "--format", "jsonl", "--format", "sarif=s", "--format", "text=t", "--format", "jsonl=j", in: folder)
    #expect(result.status == 1)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(String(decoding: folder.read("j"), as: UTF8.self) == result.output)
    #expect(String(decoding: folder.read("s"), as: UTF8.self).hasPrefix("{\"$schema\":"))
    #expect(String(decoding: folder.read("t"), as: UTF8.self).hasPrefix("in/a\n  1:1  Hopx API key"))
    for name in ["s", "t", "j"] { expectNoKey(in: folder.read(name)) }
  }

  @Test func `files alone leave standard output empty, and a file's name may hold an equals sign`() throws {
    folder.write("in/a", key)
    let result = try hopxguard("scan", "in", "--format", "junit=a=b.xml", in: folder)
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(String(decoding: folder.read("a=b.xml"), as: UTF8.self).contains("<failure "))
  }

  @Test(
    arguments: [
      (["--format", "json", "--format", "text"], "json and text cannot both go to standard output"),
      (["--format", "json=x", "--format", "sarif=x"], "Two reports would go to one file"),
      (["--format", "json=x", "--output", "y"], "both name the report's file"),
      (["--format", "json", "--format", "text=x", "--output", "y"], "--output takes one format"),
      (["--format", "xml"], "sarif"), (["--format", "json="], "names no file"),
    ] as [([String], String)])
  func `what cannot be is a usage error`(arguments: [String], words: String) throws {
    folder.write("in/a", "x")
    let result = try run(hopxguardPath, ["scan", "in"] + arguments, in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["in"])
  }

  @Test(arguments: ["INT", "TERM", "KILL"])
  func `a run that is killed leaves no report that reads as clean`(signal: String) throws {
    folder.write("in/a", "x")
    #expect(try run(hopxguardPath, ["scan", "in"] + Self.allFiles, in: folder.path).status == 0)
    for (format, _) in Self.files { #expect(!readsAsIncomplete(format), "\(format)") }
    // The scan waits for a FIFO's end; it has begun when the last of the reports says so.
    let script = """
      set -m
      mkfifo wait
      exec 9<>wait
      "$0" scan wait "$@" &
      until grep -q 'this run has not finished' \(Self.files.values.joined(separator: " ")) \\
        && [ "$(grep -l 'this run has not finished' \(Self.files.values.joined(separator: " ")) | wc -l)" = 7 ]
      do kill -0 $! || exit 99; done
      kill -\(signal) $!
      wait $!
      """
    // The threads of a test run have signals blocked, which a child inherits.
    let unblocked =
      "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])"
    let result = try run(
      "/usr/bin/python3",
      ["-c", unblocked, "/usr/bin/timeout", "60", "/bin/bash", "-c", script, hopxguardPath] + Self.allFiles,
      in: folder.path)
    #expect(result.status > 128 || result.status == 2, "\(result)")
    for (format, file) in Self.files {
      #expect(readsAsIncomplete(format), "\(format)")
      if let schema = schemas[format] { try expectValid([folder.file(file)], schema) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 9, "no temporary file stays")
  }

  @Test func `what could not be read is in every report`() throws {
    folder.write("in/a", "x")
    let result = try run(hopxguardPath, ["scan", "in", "gone"] + Self.allFiles, in: folder.path)
    #expect(result.status == 2)
    for (format, file) in Self.files {
      #expect(readsAsIncomplete(format), "\(format)")
      #expect(String(decoding: folder.read(file), as: UTF8.self).contains("gone"))
    }
  }

  @Test func `rules that cannot be read leave no old report`() throws {
    folder.write("in/a", "x")
    #expect(try hopxguard("scan", "in", "--format", "sarif=report.sarif", in: folder).status == 0)
    #expect(try hopxguard("scan", "in", "--format", "sarif=report.sarif", "--rules", "gone", in: folder).status == 2)
    #expect(readsAsIncomplete("sarif"))
  }

  @Test func `a report that cannot be written is exit 2 before anything is scanned`() throws {
    folder.write("in/a", key)
    for target in ["in", "absent/x", "/dev/null"] {
      let result = try hopxguard("scan", "in", "--format", "text", "--format", "sarif=\(target)", in: folder)
      #expect(result.status == 2)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix("hopxguard: --format sarif=\(target): "))
    }
  }

  @Test func `a stream is annotated as it comes`() throws {
    let script = """
      mkfifo wait
      exec 9<>wait
      "$0" scan wait --format github > out 2> err 9>&- &
      printf '%s\\n' "$1" >&9
      until grep -q '^::error ' out; do kill -0 $! || exit 99; done
      exec 9>&-
      wait $!
      """
    let result = try run(
      "/usr/bin/timeout", ["60", "/bin/bash", "-c", script, hopxguardPath, key], in: folder.path)
    #expect(result.status == 1)
    #expect(String(decoding: folder.read("out"), as: UTF8.self).split(separator: "\n").count == 2)
  }

  // MARK: What GitHub takes

  @Test func `more results than GitHub takes are cut, and it is said`() throws {
    for name in ["a", "b", "c"] {
      folder.write("in/\(name)", (0..<8335).map { _ in keyText() + "\n" }.joined())
    }
    let result = try hopxguard("scan", "in", "--format", "sarif=s", in: folder)
    #expect(result.status == 1)
    let words = "the SARIF report holds the first 25,000 of 25,005 findings: GitHub takes no more"
    #expect(result.errors.contains("note: \(words)\n"))
    let report = String(decoding: folder.read("s"), as: UTF8.self)
    #expect(report.components(separatedBy: "\"ruleIndex\":").count == 25_001)
    #expect(report.contains("{\"level\":\"warning\",\"message\":{\"text\":\"\(words)\"}}"))
    #expect(report.contains("\"executionSuccessful\":true"))
    try expectValid([folder.file("s")], "sarif-2.1.0.json")
  }
}
