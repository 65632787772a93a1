// `scan PATH…` reads what is named, by the name it was given, once.

import Foundation
import TestSupport
import Testing

struct NamedPathTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// A shell's command with the binary as `$0`, stopped after a minute.
  private func shell(_ command: String) throws -> CommandResult {
    let result = try run(
      "/usr/bin/timeout", ["-s", "KILL", "60", "/bin/bash", "-c", command, hopxguardPath], in: folder.path)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func paths(_ result: CommandResult) -> [String] {
    result.output.split(separator: "\n").compactMap { line in
      line.firstRange(of: "\"path\":\"").map { String(line[$0.upperBound..<line.endIndex].prefix { $0 != "\"" }) }
    }
  }

  @Test func `a link that is named is followed`() throws {
    let outside = TestFolder()
    outside.write("secret", key)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("out"), withDestinationPath: outside.path)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("file"), withDestinationPath: outside.file("secret"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("dangling"), withDestinationPath: "nowhere")
    #expect(try Report.scan("file", in: folder).places == ["file:1:1"])
    #expect(try Report.scan("out", in: folder).places == ["out/secret:1:1"])
    // On the way it is a link still, and named it is read even so.
    #expect(try Report.scan(".", "file", "./file", in: folder).places == ["file:1:1"])
    #expect(try Report.scan("file", ".", "--jobs", "8", in: folder).places == ["file:1:1"])
    let dangling = try Report.scan("dangling", in: folder)
    #expect(dangling.status == 2)
    #expect(dangling.problems.map(\.path) == ["dangling"])
    folder.git("init", "-q")
    #expect(try Report.scan("file", in: folder).places == ["file:1:1"])
  }

  @Test(arguments: [
    ("mkfifo fifo; timeout -s KILL 60 cp in fifo & \"$0\" scan fifo --format jsonl", "fifo"),
    ("\"$0\" scan /dev/stdin --format jsonl < in", "/dev/stdin"),
    ("cat in | \"$0\" scan /dev/stdin --format jsonl", "/dev/stdin"),
    ("\"$0\" scan <(cat in) --format jsonl", "/dev/fd/63"),
  ])
  func `a stream that is named is read to its end`(command: String, name: String) throws {
    folder.write("in", "x\n\(key)\n")
    let result = try shell(command)
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == [name])
    #expect(result.errors.contains("1 file"))
  }

  @Test func `a finding in a named stream is shown before its end`() throws {
    folder.write("in", "\(key)\n")
    let command =
      "mkfifo fifo seen; timeout -s KILL 60 bash -c 'exec 3> fifo; cat in >&3; read line < seen' & "
      + "\"$0\" scan fifo --quiet | tee >(head -1 > seen)"
    #expect(try shell(command).status == 0)
  }

  @Test func `the same folder by two names is called by the first, whatever the threads`() throws {
    for index in 0..<300 { folder.write("d/s\(index % 7)/f\(index)", index % 3 == 0 ? key : "x") }
    let absolute = folder.file("d")
    for names in [["d", absolute], [absolute, "d"], ["d", "\(absolute)/s1"], ["\(absolute)/s1", "d"]] {
      let one = try run(hopxguardPath, ["scan"] + names + ["--jobs", "1"], in: folder.path)
      let eight = try run(hopxguardPath, ["scan"] + names + ["--jobs", "8"], in: folder.path)
      #expect(one.status == 1)
      #expect(one.output == eight.output)
      let report = try Report.of(["scan"] + names, in: folder)
      #expect(report.summary.files == 300)
      #expect(report.findings.count == 100)
    }
    let report = try Report.scan("\(absolute)/s1", "d", in: folder)
    #expect(Set(report.findings.filter { $0.path.contains("s1/") }.map { $0.path.first }) == ["/"])
  }

  @Test func `an ignored folder is scanned beside the repository that holds it`() throws {
    folder.write("d/repo/.gitignore", "ignored/\n")
    folder.write("d/repo/ignored/x", key)
    folder.write("d/repo/a", key)
    folder.git("-C", "d/repo", "init", "-q")
    let report = try Report.scan("d", "d/repo/ignored", "d/repo/a", in: folder)
    #expect(report.findings.map(\.path) == ["d/repo/a", "ignored/x"])
    #expect(report.summary.files == 3)
  }

  @Test func `a file named beside a repository hides none that is nested in it`() throws {
    folder.git("init", "-q")
    folder.git("init", "-q", "nested")
    folder.write("nested/x", key)
    folder.write(".gitignore", "*.log\n")
    folder.write("a.log", key)
    for names in [[".", "a.log"], ["a.log", "."], ["nested", "."], [".", "nested/x"]] {
      let report = try Report.of(["scan"] + names, in: folder)
      let expected = names.contains("a.log") ? ["a.log", "nested/x"] : ["nested/x"]
      #expect(report.findings.map { $0.path == "x" ? "nested/x" : $0.path } == expected)
      #expect(report.summary.files == (names.contains("a.log") ? 3 : 2))
    }
  }

  @Test func `a path that is not UTF-8 can be named`() throws {
    folder.write("in", key)
    let result = try shell("cp in $'caf\\xe9'; cp in $'caf\\xe8'; \"$0\" scan $'caf\\xe9' --format jsonl")
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == ["caf\\\\xe9"])
    let report = try shell("\"$0\" scan in --output $'r\\xe9' ; test -f $'r\\xe9'")
    #expect(report.status == 0)
    let gone = try shell("\"$0\" scan $'gone\\xe9\\xff'")
    #expect(gone.status == 2)
    #expect(gone.errors.contains("gone\\xe9\\xff: cannot be read"))
    // A character that stands for a byte elsewhere is itself here.
    folder.write("\u{10FEE9}", key)
    #expect(try Report.scan("\u{10FEE9}", in: folder).status == 1)
  }

  @Test func `more paths than files that can be open`() throws {
    for index in 0..<300 { folder.write("d\(index)/f", index % 100 == 0 ? key : "x") }
    let result = try shell("ulimit -n 128; \"$0\" scan d* --jobs 8 --format jsonl")
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == ["d0/f", "d100/f", "d200/f"])
  }
}
