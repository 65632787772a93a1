import Foundation
import TestSupport
import Testing

/// `scan -`: a stream, reported as it arrives.
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
}
