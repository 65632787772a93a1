// The limits of archives hold as the command line, the environment and the settings set them, and a report says what
// was not opened.

import Foundation
import TestSupport
import Testing

struct ArchiveLimitTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  private func shell(_ script: String) throws {
    let result = try run("/bin/bash", ["-euc", script], in: folder.path)
    #expect(result.status == 0, "\(script): \(result.errors)")
  }

  /// `five`, five archives round a key, in place of the key of the repository.
  private func putArchive(at path: String = "five") throws {
    folder.write("1", keyText())
    try shell(
      """
      mkdir -p "$(dirname \(path))"
      for i in 1 2 3 4 5; do tar czf $((i + 1)) $i; rm $i; done; git rm -q src/app.py; mv 6 \(path)
      """)
    folder.git("commit", "-qm", "no key")
  }

  private func status(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Int32 {
    let result = try run(hopxguardPath, arguments, in: folder.path, environment: environment)
    expectNoKey(in: Array((result.output + result.errors).utf8))
    return result.status
  }

  @Test func `the caller's limit counts, then the environment's, then the file's`() throws {
    try putArchive()
    let command = ["scan", "five"]
    #expect(try status(command) == 2)
    #expect(try status(command + ["--archive-depth", "5"]) == 1)
    #expect(try status(command, ["HOPXGUARD_ARCHIVE_DEPTH": "5"]) == 1)
    repository.settings("[scan]\narchive-depth = 5\n")
    #expect(try status(command) == 1)
    // A limit of the file that is too low hides nothing.
    repository.settings("[scan]\narchive-depth = 1\n")
    #expect(try status(command) == 2)
    #expect(try status(command, ["HOPXGUARD_ARCHIVE_DEPTH": "5"]) == 1)
    #expect(try status(command + ["--archive-depth", "4"], ["HOPXGUARD_ARCHIVE_DEPTH": "5"]) == 2)
    let shown = try hopxguard(
      "scan", "--show-config", "--archive-size", "20 GiB", in: folder, environment: ["HOPXGUARD_ARCHIVE_RATIO": "7"])
    #expect(shown.output.contains("archive-depth = 1    .hopxguard.toml:2\n"))
    #expect(shown.output.contains("archive-entries = 500000    default\n"))
    #expect(shown.output.contains("archive-size = 20GiB    --archive-size\n"))
    #expect(shown.output.contains("archive-ratio = 7    HOPXGUARD_ARCHIVE_RATIO\n"))
  }

  @Test func `the file's limits count in every command that reads archives`() throws {
    try putArchive()
    for (depth, expected) in [(4, Int32(2)), (5, 1)] {
      repository.settings("[scan]\narchive-depth = \(depth)\n")
      folder.git("add", ".")
      for command in [["scan"], ["scan", "--staged"], ["check", "--no-range"], ["hook", "run", "pre-commit"]] {
        #expect(try status(command) == expected, "\(command) \(depth)")
      }
      #expect(try status(["baseline", ".git/baseline"]) == (depth == 5 ? 0 : 2))
    }
    repository.commit()
    for (depth, expected) in [(4, Int32(2)), (5, 1)] {
      repository.settings("[scan]\narchive-depth = \(depth)\n")
      for command in [["scan", "--range", "HEAD~1..HEAD"], ["scan", "--history"]] {
        // The history holds the key of the first commit, too.
        #expect(try status(command) == expected, "\(command) \(depth)")
      }
      #expect(try Report.scan("--history", in: folder).findings.count == (depth == 5 ? 2 : 1))
    }
  }

  @Test func `what is ignored and readable is looked into as far as what is scanned`() throws {
    try putArchive(at: "secrets/five")
    folder.write(".gitignore", ".env\n*.key\nsecrets/\n")
    repository.commit()
    #expect(chmod(folder.file("secrets/five"), 0o644) == 0)
    let shallow = try hopxguard("gitignore", in: folder)
    #expect(shallow.status == 2)
    #expect(shallow.errors.contains("archive-depth"))
    repository.settings("[scan]\narchive-depth = 5\n")
    let deep = try hopxguard("gitignore", in: folder)
    #expect(deep.status == 0)
    #expect(deep.output.contains("secret-file-readable"))
    #expect(try hopxguard("gitignore", "--archive-depth", "4", in: folder).status == 2)
    #expect(
      try hopxguard("gitignore", in: folder, environment: ["HOPXGUARD_ARCHIVE_DEPTH": "x"]).errors.contains(
        "HOPXGUARD_ARCHIVE_DEPTH: takes 1 to 16"))
  }

  @Test func `entries, size and ratio`() throws {
    folder.write("x/a", keyText())
    let block = (0..<10_000).map { _ in UInt8.random(in: 0...255) }
    folder.write("x/b", Array(repeatElement(block, count: 4000).joined()))
    try shell("tar czf x.tgz x; rm -r x")
    for (name, low, high, part) in [
      ("entries", "2", "3", "it has more than 2 entries"), ("size", "30MiB", "60MiB", "it expands to more than 30MiB"),
      ("ratio", "50", "1000", "it expands to more than 50 times its size"),
    ] {
      let report = try Report.scan("x.tgz", "--archive-\(name)", low, in: folder)
      #expect(report.status == 2, "\(name)")
      #expect(
        report.problems.first?.message.contains("\(part), which is the limit (archive-\(name)); unpack it") == true,
        "\(report.problems)")
      #expect(try status(["scan", "x.tgz", "--archive-\(name)", high]) == 1, "\(name)")
    }
  }

  @Test func `memory that an archive asks for, and only for as long`() throws {
    // The head of an xz says how much of what came out is kept.
    try shell(
      """
      head -c 200000 /dev/urandom > x; head -c 180000000 /dev/zero >> x
      xz -T1 --lzma2=dict=170MiB -k x; 7zz a -bso0 -m0=LZMA2:d=170m x.7z x; rm x
      """)
    for name in ["x.xz", "x.7z"] {
      let report = try Report.scan(name, "--archive-memory", "100MiB", in: folder)
      #expect(report.status == 2)
      #expect(
        report.problems.first?.message.contains(
          "it takes more than 100MiB of memory, which is the limit (archive-memory)") == true)
      #expect(try status(["scan", name]) == 0)
    }
  }

  @Test func `what an archive may take does not hang on how many are read at once`() throws {
    try shell(
      """
      { head -c 200000 /dev/urandom; head -c 55000000 /dev/zero; } | xz -T1 --lzma2=dict=56MiB > a.xz
      mkdir in; for n in 1 2 3 4 5 6; do mkdir in/$n; cp a.xz in/$n; done
      """)
    for jobs in ["1", "6"] {
      #expect(try status(["scan", "in", "--archive-memory", "80MiB", "--jobs", jobs]) == 0, "\(jobs)")
    }
  }

  @Test(arguments: [
    (["--archive-depth", "0"], "--archive-depth: takes 1 to 16"), (["--archive-depth", "17"], "takes 1 to 16"),
    (["--archive-entries", "x"], "--archive-entries: takes 1 to 1000000000"),
    (
      ["--archive-size", "5"],
      "--archive-size: takes 1MiB to 1024TiB: a whole number of KiB, MiB, GiB or TiB, as in 20GiB"
    ),
    (["--archive-size", "GiB"], "takes 1MiB"), (["--archive-size", "1KiB"], "takes 1MiB"),
    (["--archive-size", "1.5GiB"], "takes 1MiB"), (["--archive-size", "99999999999TiB"], "takes 1MiB"),
    (["--archive-ratio", "0"], "takes 1"), (["--archive-memory", "1MiB"], "takes 64MiB"),
  ])
  func `a limit that cannot be`(_ arguments: [String], _ part: String) throws {
    for command in ["scan", "check", "baseline", "gitignore"] {
      let result = try run(hopxguardPath, [command] + arguments, in: folder.path)
      #expect(result.status == 2)
      #expect(result.errors.contains(part), "\(result.errors)")
    }
  }
}
