// `scan` finds keys in the archives that the usual programs make, one in another too, under the name of the entry.

import Foundation
import TestSupport
import Testing

struct ArchiveTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// `in/deep/a.txt` with a key in its second line, and `in/b` without.
  private func makeInput() {
    folder.write("in/deep/a.txt", "first\n  key=\(key)\n")
    folder.write("in/b", "nothing\n")
  }

  private func shell(_ script: String) throws {
    let result = try run("/bin/bash", ["-euc", script, "-", hopxguardPath, key], in: folder.path)
    #expect(result.status == 0, "\(script): \(result.errors)")
  }

  private func zip(_ name: String, _ body: String) throws {
    try shell("python3 - '\(name)' <<'END'\nimport sys, zipfile, io\nout = sys.argv[1]\n\(body)\nEND")
  }

  private static let containers: [(String, String)] = [
    ("tar cf x in", "in/deep/a.txt"),
    ("tar --format=v7 -cf x in", "in/deep/a.txt"),
    ("tar --format=pax -cf x in", "in/deep/a.txt"),
    ("tar czf x in", "in/deep/a.txt"),
    ("tar cjf x in", "in/deep/a.txt"),
    ("tar cJf x in", "in/deep/a.txt"),
    ("tar cf x --zstd in", "in/deep/a.txt"),
    ("tar cf x --lzma in", "in/deep/a.txt"),
    ("tar cf - in | lz4 -q > x", "in/deep/a.txt"),
    ("find in -type f | cpio -o --quiet > x", "in/deep/a.txt"),
    ("find in -type f | cpio -o --quiet -H odc > x", "in/deep/a.txt"),
    ("find in -type f | cpio -o --quiet -H newc > x", "in/deep/a.txt"),
    ("find in -type f | cpio -o --quiet -H crc | gzip > x", "in/deep/a.txt"),
    ("7zz a -bso0 x.7z in && mv x.7z x", "in/deep/a.txt"),
    ("7zz a -bso0 -m0=PPMd x.7z in && mv x.7z x", "in/deep/a.txt"),
    ("7zz a -bso0 -m0=copy x.7z in && mv x.7z x", "in/deep/a.txt"),
    ("7zz a -bso0 -tzip x.zip in && mv x.zip x", "in/deep/a.txt"),
    ("7zz a -bso0 -tzip -mm=bzip2 x.zip in && mv x.zip x", "in/deep/a.txt"),
    ("7zz a -bso0 -tzip -mm=copy x.zip in && mv x.zip x", "in/deep/a.txt"),
    ("python3 -m zipfile -c x in", "in/deep/a.txt"),
    (
      """
      mkdir -p p/DEBIAN && cp -r in p/in && dpkg-deb --version > /dev/null
      printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: A <a@example.com>\\nDescription: x\\n' > \
      p/DEBIAN/control
      dpkg-deb -Zxz -b p x > /dev/null; rm -r p
      """, "data.tar.xz!in/deep/a.txt"
    ),
    (
      """
      printf '%s\\n' 'Name: x' 'Version: 1' 'Release: 1' 'Summary: x' 'License: x' 'BuildArch: noarch' %description x \
        %install "mkdir -p %{buildroot}/in/deep; cp $PWD/in/deep/a.txt %{buildroot}/in/deep" %files /in > x.spec
      rpmbuild -bb --quiet --define "_topdir $PWD/rpm" x.spec > /dev/null 2>&1
      mv rpm/RPMS/noarch/*.rpm x; rm -r rpm x.spec
      """, "in/deep/a.txt"
    ),
  ]

  @Test(arguments: containers)
  func `a key in an archive, told by content, in every origin`(_ script: String, _ entry: String) throws {
    makeInput()
    try shell(script + "; rm -r in")
    let file = try Report.scan("x", in: folder)
    #expect(file.places == ["x!\(entry):2:7"])
    #expect(file.problems.isEmpty)
    #expect(file.summary.files == 1)
    #expect(file.findings.first?.snippet == "  key=\(key.prefix(15))...")
    // Nothing is left in the folder, or brought there.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    let stream = try Report.scan("-", in: folder, input: folder.read("x"))
    #expect(stream.places == ["<stdin>!\(entry):2:7"])
    #expect(stream.problems.isEmpty)
    folder.git("init", "-q")
    folder.git("add", "x")
    #expect(try Report.scan("--staged", in: folder).places == ["x!\(entry):2:7"])
    folder.git("commit", "-qm", "x")
    #expect(try Report.scan("--history", in: folder).places == ["x!\(entry):2:7"])
    folder.git("mv", "x", "y")
    folder.git("commit", "-qm", "y")
    #expect(try Report.scan("--range", "HEAD~1..HEAD", in: folder).findings.isEmpty)
    folder.git("gc", "-q")
    #expect(try Set(Report.scan("--history", in: folder).places) == ["x!\(entry):2:7", "y!\(entry):2:7"])
  }

  @Test(arguments: [
    ("gzip", "log.gz", "log"), ("bzip2", "log.bz2", "log"), ("xz", "log.xz", "log"), ("zstd -q", "log.zst", "log"),
    ("lz4 -q", "log.lz4", "log"), ("xz --format=lzma", "log.lzma", "log"), ("gzip", "other", "data"),
  ])
  func `a compressed file that is no archive`(_ program: String, _ name: String, _ stem: String) throws {
    makeInput()
    try shell("\(program) -c < in/deep/a.txt > \(name); rm -r in")
    #expect(try Report.scan(in: folder).places == ["\(name)!\(stem):2:7"])
    // Several streams, one after the other, are one; the old xz has no such thing.
    if program.contains("lzma") { return }
    try shell("cp \(name) twice; cat \(name) >> twice; rm \(name)")
    #expect(try Report.scan(in: folder).places == ["twice!data:2:7", "twice!data:4:7"])
  }

  @Test func `every zip by another name, and after a script`() throws {
    makeInput()
    try shell("python3 -m zipfile -c x in; printf '#!/usr/bin/env python3\\n' | cat - x > app; rm -r in")
    #expect(try Report.scan("app", in: folder).places == ["app!in/deep/a.txt:2:7"])
    #expect(try Report.scan("-", in: folder, input: folder.read("app")).places == ["<stdin>!in/deep/a.txt:2:7"])
    try zip(
      "streamed",
      "z = zipfile.ZipFile(sys.stdout.buffer, 'w')\n".replacing("sys.stdout.buffer", with: "open(out, 'wb')")
        + "z.writestr('META-INF/x', 'x'); z.writestr('a/b', open('x', 'rb').read())")
    #expect(try Report.scan("streamed", in: folder).places == ["streamed!a/b!in/deep/a.txt:2:7"])
  }

  @Test func `archives in archives, four deep and no deeper`() throws {
    makeInput()
    try shell(
      """
      cd in/deep; tar czf 1.tgz a.txt; 7zz a -bso0 2.7z 1.tgz; zip=3.zip; python3 -m zipfile -c 3.zip 2.7z
      tar cJf 4 3.zip; tar cf 5 4; mv 4 5 ../..; cd ../..; rm -r in
      """)
    let four = try Report.scan("4", in: folder)
    #expect(four.places == ["4!3.zip!2.7z!1.tgz!a.txt:2:7"])
    #expect(four.status == 1)
    let five = try Report.scan("5", in: folder)
    #expect(five.status == 2)
    #expect(five.findings.isEmpty)
    #expect(five.problems.map(\.path) == ["5!4!3.zip!2.7z!1.tgz"])
    #expect(
      five.problems.first?.message.contains("more than 4 archives deep, which is the limit (archive-depth); unpack it")
        == true)
  }

  @Test func `encoded keys outside of entries are seen, too, and not shown beside others`() throws {
    let (hidden, other) = (Data(Array(key.utf8)).base64EncodedString(), keyText())
    try zip("comment", "z = zipfile.ZipFile(out, 'w'); z.writestr('a', 'x'); z.comment = b'\\n\(hidden) \(other)\\n'")
    folder.write("a", "x")
    try shell("tar cf behind a; echo \(hidden) >> behind; rm a")
    for input in [false, true] {
      let report =
        try input ? Report.scan("-", in: folder, input: folder.read("comment")) : Report.scan("comment", in: folder)
      #expect(report.findings.map(\.encoding) == ["base64", "plain"])
      #expect(!report.findings.contains { $0.snippet.contains(hidden.dropFirst(30).prefix(20)) })
      #expect(
        try (input ? Report.scan("-", in: folder, input: folder.read("behind")) : Report.scan("behind", in: folder))
          .findings.count == 1)
    }
  }

  @Test func `a key in a stored entry is reported once, and what is outside of entries too`() throws {
    makeInput()
    let others = [keyText(), keyText()]
    try shell("tar cf x in; echo \(others[0]) >> x")
    try zip("y", "z = zipfile.ZipFile(out, 'w'); z.write('in/deep/a.txt'); z.comment = b'\(others[1])'")
    try shell("rm -r in")
    let report = try Report.scan(in: folder)
    #expect(report.findings.map(\.path) == ["x", "x!in/deep/a.txt", "y", "y!in/deep/a.txt"])
    #expect(report.findings.allSatisfy { $0.place == nil })
  }

  @Test func `keys in the names of entries and in the targets of links`() throws {
    folder.write("in/\(key)/one", "x")
    folder.write("in/\(key)/two", "x")
    let target = keyText()
    try shell("ln -s /\(target) in/link; tar czf x.tgz in; rm -r in")
    let report = try Report.scan(in: folder)
    #expect(report.findings.map(\.path) == ["x.tgz!in/\(key.prefix(15))...", "x.tgz!in/link"])
    #expect(report.findings.map(\.place) == ["file name", "link target"])
    #expect(try hopxguard("scan", in: folder).status == 1)
  }

  @Test func `names of any kind are only names`() throws {
    try zip(
      "x.zip",
      """
      z = zipfile.ZipFile(out, 'w')
      for name in ['../../up', '/etc/absolute', 'red\\x1b[31m', '日本é.txt']: z.writestr(name, '\(key)')
      """)
    try shell(
      """
      mkdir in; echo \(key) > in/日本é.txt; printf %s \(key) > $'in/bad\\xff'
      tar --format=pax -cf p in; tar --format=gnu -cf g in; 7zz a -bso0 s.7z in/日本é.txt; rm -r in
      """)
    let report = try Report.scan(in: folder)
    #expect(
      report.findings.map(\.path) == [
        "g!in/bad\\xff", "g!in/日本é.txt", "p!in/bad\\xff", "p!in/日本é.txt", "s.7z!in/日本é.txt",
        "x.zip!../../up", "x.zip!/etc/absolute", "x.zip!red\u{1b}[31m", "x.zip!日本é.txt",
      ])
    #expect(report.problems.isEmpty)
    let text = try hopxguard("scan", "x.zip", in: folder, environment: ["LC_ALL": "C"])
    #expect(text.output.contains("x.zip!red\\x1b[31m"))
    #expect(text.output.contains("x.zip!日本é.txt"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/../../up"))
  }

  @Test func `only what an archive adds is staged, at its path`() throws {
    makeInput()
    folder.git("init", "-q")
    folder.write(".gitignore", "in/\n")
    try shell("tar czf a.tgz in")
    folder.git("add", ".gitignore", "a.tgz")
    folder.git("commit", "-qm", "x")
    let other = keyText()
    folder.write("in/b", other)
    try shell("tar czf a.tgz in; cp a.tgz b.tgz")
    folder.git("add", ".")
    let report = try Report.scan("--staged", in: folder)
    #expect(report.places == ["a.tgz!in/b:1:1", "b.tgz!in/b:1:1", "b.tgz!in/deep/a.txt:2:7"])
  }

  @Test func `a diff's lines are no archive`() throws {
    let diff = "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+BZh91AY&SY\(key)\n"
    #expect(try Report.scan("--diff", "-", in: folder, input: Array(diff.utf8)).places == ["x:1:11"])
  }

  @Test func `an entry of a live stream is reported before the end`() throws {
    makeInput()
    try shell("tar cf x in/deep/a.txt; head -c 300000 /dev/zero > big; tar rf x big")
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: hopxguardPath)
    process.arguments = ["scan", "-", "--format", "jsonl", "--quiet"]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(folder.read("x").prefix(200_000)))
    var seen = ""
    while !seen.contains("\n") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      seen += String(decoding: data, as: UTF8.self)
    }
    #expect(seen.contains("\"path\":\"<stdin>!in/deep/a.txt\""))
    #expect(process.isRunning)
    input.fileHandleForWriting.write(Data(folder.read("x").dropFirst(200_000)))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }
}
