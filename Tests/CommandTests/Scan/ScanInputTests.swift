// `scan` reads every kind of file and folder outside of a repository, to its end, and reports the place of each key.

import Foundation
import TestSupport
import Testing

struct ScanInputTests {
  private let folder = TestFolder()
  private let key = keyText()

  @Test func `a finding tells everything about its place`() throws {
    folder.write("src/app.py", "import os\n  api_key = \"\(key)\"  # here\n")
    let report = try Report.scan(in: folder)
    #expect(report.status == 1)
    #expect(report.complete)
    #expect(report.version == 1)
    #expect(report.tool.name == "hopxguard")
    #expect(report.summary.files == 1)
    #expect(report.summary.bytes == folder.read("src/app.py").count)
    let finding = try #require(report.findings.first)
    #expect(report.findings.count == 1)
    #expect(finding.rule == "hopx-api-key")
    #expect(finding.severity == "critical")
    #expect(finding.confidence == "high")
    #expect(finding.secret == key.prefix(15) + "...")
    #expect(finding.path == "src/app.py")
    #expect((finding.line, finding.column, finding.endColumn) == (2, 14, 80))
    #expect(finding.encoding == "plain")
    #expect(finding.snippet == "  api_key = \"\(key.prefix(15))...\"  # here")
    #expect(finding.fingerprint == fingerprint(of: key))
  }

  @Test func `nothing found`() throws {
    folder.write("a", "nothing\n")
    folder.write("empty", "")
    let report = try Report.scan(in: folder)
    #expect(report.status == 0)
    #expect(report.findings.isEmpty)
    #expect(report.summary.files == 2)
  }

  @Test(arguments: ["json", "jsonl", "text"])
  func `exit codes are the same for every format`(format: String) throws {
    folder.write("clean/a", "nothing")
    folder.write("found/a", key)
    #expect(try hopxguard("scan", "clean", "--format", format, in: folder).status == 0)
    #expect(try hopxguard("scan", "found", "--format", format, in: folder).status == 1)
    #expect(try hopxguard("scan", "found", "absent", "--format", format, in: folder).status == 2)
    #expect(try hopxguard("scan", "clean", "absent", "--format", format, in: folder).status == 2)
  }

  @Test func `lines end with LF, CRLF or CR`() throws {
    folder.write("lf", "a\nb\n \(key)")
    folder.write("crlf", "a\r\nb\r\n \(key)\r\n")
    folder.write("cr", "a\rb\r \(key)\r")
    folder.write("mixed", "\r\n\r\r\n\n\(key)\n\(key)")
    let report = try Report.scan(in: folder)
    #expect(report.places == ["cr:3:2", "crlf:3:2", "lf:3:2", "mixed:5:1", "mixed:6:1"])
    #expect(report.findings[1].snippet == " \(key.prefix(15))...")
  }

  @Test func `any bytes`() throws {
    folder.write("nul", [0, 0, 0] + Array(key.utf8) + [0])
    folder.write("invalid", [0xFF, 0xC0] + Array(key.utf8) + [0x80])
    folder.write("nolines", [UInt8](repeating: 7, count: 300_000) + Array(key.utf8))
    let report = try Report.scan(in: folder)
    #expect(report.places == ["invalid:1:3", "nolines:1:300001", "nul:1:4"])
    #expect(report.findings[0].snippet == "\\xff\\xc0\(key.prefix(15))...\\x80")
    #expect(report.findings[1].snippet.hasSuffix("\(key.prefix(15))..."))
    #expect(report.findings.allSatisfy { $0.snippet.utf8.count <= 200 || $0.path != "nul" })
  }

  @Test func `a key across every chunk border, with the right line`() throws {
    // The buffer is 256 KiB; keys are round it and round what is kept of it.
    var text: [UInt8] = []
    var expected: [String] = []
    var line = 1
    while text.count < 900_000 {
      let filler = Int.random(in: 0...900)
      text += [UInt8](repeating: UInt8(ascii: "."), count: filler) + Array(keyText().utf8) + [0x0A]
      expected.append("big:\(line):\(filler + 1)")
      line += 1
    }
    folder.write("big", text)
    let report = try Report.scan(in: folder)
    #expect(report.places == expected)
    let snippets = report.findings.filter { !$0.snippet.hasSuffix($0.secret) || $0.snippet.utf8.count > 98 }
    #expect(snippets.isEmpty)
  }

  @Test func `a gigabyte in one line`() throws {
    let file = folder.file("line")
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: file))
    try handle.truncate(atOffset: 1_000_000_000)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(key.utf8))
    try handle.close()
    let report = try Report.scan("line", in: folder)
    #expect(report.places == ["line:1:1000000001"])
    #expect(report.summary.bytes == 1_000_000_066)
  }

  @Test func `all matches on a line, neighbours redacted in each snippet`() throws {
    let others = (0..<5).map { _ in keyText() }
    folder.write("a", others.joined(separator: ",") + "\n" + others.joined())
    let report = try Report.scan(in: folder)
    #expect(report.places.prefix(5) == (0..<5).map { "a:1:\($0 * 67 + 1)" }[...])
    #expect(report.findings.count == 10)
    for finding in report.findings {
      for other in others { #expect(!finding.snippet.contains(other.suffix(20))) }
    }
  }

  @Test func `a snippet that begins or ends inside a neighbour shows none of its secret`() throws {
    for gap in 0..<150 {
      let left = keyText(), right = keyText()
      let filler = String(repeating: "-", count: gap)
      folder.write("g\(gap)", "\(left) \(filler)\(key)\(filler) \(right)")
      let report = try Report.scan("g\(gap)", in: folder)
      for finding in report.findings {
        for secret in [left, right, key] {
          let text = String(secret.suffix(43))
          // Any 4 characters of a secret would show.
          for start in stride(from: 0, to: 40, by: 4) {
            let piece = text.dropFirst(start).prefix(4)
            if finding.snippet.replacing(finding.secret, with: "").contains(piece) {
              Issue.record("gap \(gap): a piece of a secret is shown")
            }
          }
        }
      }
    }
  }

  @Test func `keys in file names, and in no output`() throws {
    folder.write("\(key)/inner/a.txt", "x")
    folder.write("\(key)/inner/b.txt", "x")
    folder.write("dir/\(key).txt", key)
    let report = try Report.scan(in: folder)
    #expect(report.status == 1)
    let redacted = "\(key.prefix(15))..."
    #expect(report.findings.map(\.path) == ["dir/\(redacted).txt", "dir/\(redacted).txt", redacted])
    #expect(report.findings.map(\.place) == [nil, "file name", "file name"])
    #expect(try hopxguard("scan", in: folder).status == 1)
    #expect(try hopxguard("scan", key + ".gone", in: folder).status == 2)
    #expect(try hopxguard("scan", "--unknown=\(key)", in: folder).status == 2)
    #expect(try hopxguard("scan", "--jobs", key, in: folder).status == 2)
    #expect(try hopxguard(key, in: folder).status == 2)
  }

  @Test func `links on the way are not followed, their text is scanned`() throws {
    let outside = TestFolder()
    outside.write("secret", key)
    try FileManager.default.createSymbolicLink(atPath: folder.file("out"), withDestinationPath: outside.path)
    try FileManager.default.createSymbolicLink(atPath: folder.file("file"), withDestinationPath: outside.file("secret"))
    try FileManager.default.createSymbolicLink(atPath: folder.file("loop"), withDestinationPath: ".")
    #expect(try Report.scan(in: folder).status == 0)
    try FileManager.default.createSymbolicLink(atPath: folder.file("named"), withDestinationPath: "/x/\(key)")
    let report = try Report.scan(in: folder)
    #expect(report.places == ["named:1:4"])
    #expect(report.findings[0].place == "link target")
  }

  @Test func `FIFOs, sockets and devices do not block`() throws {
    #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
    folder.write("a", key)
    #expect(try Report.scan(in: folder).places == ["a:1:1"])
    let endpoint = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(endpoint) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(folder.file("socket").utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(endpoint, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    #expect(try Report.scan(in: folder).places == ["a:1:1"])
    // Named, it was asked for, and cannot be read.
    let named = try Report.scan("socket", "a", in: folder)
    #expect(named.status == 2)
    #expect(named.problems.map(\.path) == ["socket"])
    #expect(named.places == ["a:1:1"])
    #expect(try Report.scan("/dev/null", "a", in: folder).places == ["a:1:1"])
  }

  @Test func `what cannot be read is named, the rest is scanned`() throws {
    folder.write("a/found", key)
    folder.write("b/locked", "x")
    folder.write("c/inside/x", "x")
    #expect(chmod(folder.file("b/locked"), 0) == 0)
    #expect(chmod(folder.file("c/inside"), 0) == 0)
    // root reads everything, so the run is by someone else.
    let command = [
      "-c", "chmod 755 \"$1\" && cd \"$1\" && exec setpriv --reuid 65534 --clear-groups \"$0\" scan --format json",
      hopxguardPath, folder.path,
    ]
    let result =
      try getuid() == 0
      ? run("/bin/sh", command) : run(hopxguardPath, ["scan", "--format", "json"], in: folder.path)
    let text = result.output
    #expect(result.status == 2, "\(result.errors)")
    #expect(text.contains("\"complete\":false"))
    #expect(text.contains("{\"path\":\"b/locked\",\"message\":\"cannot be read: Permission denied\"}"))
    #expect(text.contains("{\"path\":\"c/inside\",\"message\":\"the folder cannot be read: Permission denied\"}"))
    #expect(text.contains("\"path\":\"a/found\""))
  }

  @Test func `several paths, each file once`() throws {
    folder.write("a/x", key)
    folder.write("b/y", key)
    let report = try Report.scan("a", "./a/", "a/x", ".", "b/y", folder.file("b"), in: folder)
    #expect(report.findings.count == 2)
    #expect(report.summary.files == 2)
    let missing = try Report.scan("absent", "a", in: folder)
    #expect(missing.status == 2)
    #expect(missing.problems.map(\.path) == ["absent"])
    #expect(missing.findings.map(\.path) == ["a/x"])
  }

  @Test func `the same output for 1 job and for 8`() throws {
    for index in 0..<400 {
      folder.write("d\(index % 20)/f\(index)", "x\n\(index % 3 == 0 ? keyText() : "y")\n")
    }
    let one = try hopxguard("scan", "--jobs", "1", in: folder)
    let eight = try hopxguard("scan", "--jobs", "8", in: folder)
    #expect(one.status == 1)
    #expect(one.output == eight.output)
    #expect(try hopxguard("scan", "--jobs", "0", in: folder).status == 2)
  }

  @Test func `a file full of keys is listed up to a bound, and the rest counted`() throws {
    let line = Array("\(key)\n".utf8)
    folder.write("many", Array(repeatElement(line, count: 10_050).joined()))
    let report = try Report.scan(in: folder)
    #expect(report.status == 2)
    #expect(report.findings.count == 10_000)
    #expect(report.problems[0].message.contains("10050 findings"))
  }
}
