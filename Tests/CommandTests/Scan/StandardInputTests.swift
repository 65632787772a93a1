// `scan -` reports the keys of a stream as they arrive.

import Disguises
import Foundation
import Rules
import TestSupport
import Testing

struct StandardInputTests {
  private let folder = TestFolder()
  private let key = keyText()

  @Test func `standard input`() throws {
    let report = try Report.scan("-", in: folder, input: Array("a\nb \(key)\n".utf8))
    #expect(report.places == ["<stdin>:2:3"])
    #expect(report.summary.files == 1)
    #expect(try Report.scan("-", in: folder, input: []).status == 0)
  }

  @Test func `standard input and a folder`() throws {
    folder.write("x", key)
    let report = try Report.scan("-", ".", in: folder, input: Array(key.utf8))
    #expect(report.places == ["<stdin>:1:1", "x:1:1"])
  }

  @Test(arguments: ["text", "jsonl"])
  func `a finding is printed before the end of input`(format: String) throws {
    let process = Process()
    let input = Pipe(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: hopxguardPath)
    process.arguments = ["scan", "-", "--format", format, "--quiet"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    for number in 1...3 {
      let other = keyText()
      // In two writes, cut inside the key.
      input.fileHandleForWriting.write(Data("line \(other.prefix(30))".utf8))
      input.fileHandleForWriting.write(Data("\(other.dropFirst(30))\n".utf8))
      // Blocks for ever if nothing comes.
      var seen = ""
      while !seen.contains("\(other.prefix(15))...") {
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { break }
        seen += String(decoding: data, as: UTF8.self)
      }
      #expect(seen.contains("\(other.prefix(15))..."), "finding \(number)")
      #expect(process.isRunning)
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  @Test func `a key at every cut of two writes`() throws {
    let text = "x \(key) y"
    for cut in stride(from: 1, to: text.count, by: 3) {
      let script = "printf %s \"$1\"; sleep 0.01; printf %s \"$2\""
      let command = "sh -c '\(script)' - \"$1\" \"$2\" | \"$0\" scan - --format jsonl --quiet"
      let result = try run(
        "/bin/bash", ["-c", command, hopxguardPath, String(text.prefix(cut)), String(text.dropFirst(cut))])
      #expect(result.output.contains("\"column\":3,\"endColumn\":69"))
    }
  }

  // MARK: Plain and hidden keys

  /// What a scan of the same bytes in a file finds.
  private func fingerprints(of text: [UInt8]) throws -> Set<String> {
    folder.write("stream", text)
    return Set(try Report.scan("stream", in: folder).findings.map(\.fingerprint))
  }

  @Test(arguments: ["text", "jsonl"])
  func `plain keys and hidden ones in one stream are all found, and none is shown beside another`(format: String) throws
  {
    let gaps =
      [" ", "\n", "\nnext=", " " + String(repeating: "y", count: 70) + " "]
      + [3, 200, 5000].map { "\n" + String(repeating: "a line of a log\n", count: $0) }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for round in 0..<60 {
      var (text, secrets): ([UInt8], [ArraySlice<UInt8>]) = ([], [])
      // One of each, in either order, and perhaps one more.
      for part in 0..<Int.random(in: 2...3) {
        let key = makeKey()
        secrets.append(key[23..<43])
        if part == round % 2 {
          text += key
        } else {
          let disguise = KeyDisguise.scanned.randomElement(using: &random)!
          let lead = String(repeating: "k", count: .random(in: 0...5, using: &random)) + " "
          let hidden =
            disguise.group == 1
            ? disguise.hide(key, using: &random)
            : disguise.hide(key, before: Array(lead.utf8), after: Array(" ;".utf8), using: &random)
          if ["base64", "hex", "percent"].contains(disguise.name) {
            secrets.append(hidden[(hidden.count / 2)...].prefix(20))
          }
          text += hidden
        }
        text += Array(gaps.randomElement()!.utf8)
      }
      let expected = try fingerprints(of: text)
      let first = round % 3 == 0 ? text.count : Int.random(in: 1..<text.count)
      let result = try run(
        "/bin/bash",
        [
          "-c", "{ dd bs=$2 count=1 status=none; sleep 0.01; cat; } < stream | \"$0\" scan - --format $1",
          hopxguardPath,
          format, "\(first)",
        ], in: folder.path)
      #expect(result.status == 1)
      for name in expected { #expect(result.output.contains(name), "\(result.output)") }
      for secret in secrets {
        #expect(!result.output.contains(String(decoding: secret, as: UTF8.self)), "\(result.output)")
      }
    }
  }

  /// A scan of `parts` as they come, with a pause between them.
  private func scan(parts: [[UInt8]], format: String = "jsonl") throws -> CommandResult {
    for (number, part) in parts.enumerated() { folder.write("part\(number)", part) }
    let script = (0..<parts.count).map { "cat part\($0); sleep 0.1" }.joined(separator: "; ")
    return try run(
      "/bin/bash", ["-c", "{ \(script); } | \"$0\" scan - --format \(format) --quiet", hopxguardPath], in: folder.path)
  }

  @Test(arguments: [0, 30_000, 33_000, 40_000])
  func `an encoded key that comes in pieces, the last of them late`(before: Int) throws {
    let text = Array(Data(makeKey()).base64EncodedData())
    let lead = [UInt8](repeating: 0x0A, count: before)
    let result = try scan(parts: [lead + text.prefix(40), [text[40]], Array(text.dropFirst(41)) + [0x0A]])
    #expect(result.status == 1)
    #expect(result.output.contains("\"encoding\":\"base64\""))
  }

  @Test func `what follows the part that is settled is in no snippet`() throws {
    for border in [229_350, 32_740] {
      let key = makeKey()
      let lead = [UInt8](repeating: 0x0A, count: border)
      let text =
        lead + Array(Data(makeKey()).base64EncodedData()) + [0x20] + key + [UInt8](repeating: 0x0A, count: 40_000)
      let result = try scan(parts: [text])
      #expect(result.output.split(separator: "\n").count == 3)
      expectNoKey(in: result.outputBytes)
    }
  }

  @Test(arguments: [
    ("tar cf", [1, 100, 500]), ("tar cjf", [1, 2]), ("tar --zstd -cf", [1, 2]), ("7zz a -bso0", [1, 2]),
    ("zip", [1, 2, 3]),
  ])
  func `an archive is seen as one however little of it comes first`(_ program: String, _ cuts: [Int]) throws {
    folder.write("k", keyText())
    let pack = program == "zip" ? "python3 -m zipfile -c x.zip k.gz; mv x.zip x" : "\(program) x.out k.gz; mv x.out x"
    #expect(try run("/bin/bash", ["-euc", "gzip k; \(pack)"], in: folder.path).status == 0)
    let bytes = folder.read("x")
    for cut in cuts {
      let result = try scan(parts: [Array(bytes.prefix(cut)), Array(bytes.dropFirst(cut))])
      #expect(result.status == 1, "\(cut)")
    }
  }

  @Test func `lines of UTF-16 are counted however little of it comes first`() throws {
    let text = "ab\r\ncd\r\nxx \(key)".utf16.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
    for cut in 1...4 {
      let result = try scan(parts: [Array(text.prefix(cut)), Array(text.dropFirst(cut))])
      #expect(result.output.contains("\"line\":3,"), "\(cut): \(result.output)")
    }
  }
}
