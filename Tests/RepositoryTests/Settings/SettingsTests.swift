// `[scan]` and the environment set what they say, and hostile settings lead nowhere.

import Foundation
import TestSupport
import Testing

struct SettingsTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  private func shown(_ arguments: String..., environment: [String: String] = [:]) throws -> [String: String] {
    let result = try run(
      hopxguardPath, ["scan", "--show-config"] + arguments, in: folder.path, environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    var lines: [String: String] = [:]
    for line in result.output.split(separator: "\n") {
      let parts = line.components(separatedBy: " = ")
      lines[parts[0]] = parts[1].replacingOccurrences(of: "    ", with: " | ")
    }
    return lines
  }

  // MARK: Where values come from

  @Test func `command line, environment, file, default, in this order`() throws {
    #expect(try shown()["format"] == "\"text\" | default")
    repository.settings("[scan]\nformat = 'json'\njobs = 3\n")
    #expect(try shown()["format"] == "\"json\" | .hopxguard.toml:2")
    #expect(try shown()["jobs"] == "3 | .hopxguard.toml:3")
    let variables = ["HOPXGUARD_FORMAT": "jsonl", "HOPXGUARD_JOBS": "4"]
    #expect(try shown(environment: variables)["format"] == "\"jsonl\" | HOPXGUARD_FORMAT")
    #expect(try shown(environment: variables)["jobs"] == "4 | HOPXGUARD_JOBS")
    #expect(try shown("--format", "text", "--jobs", "5", environment: variables)["format"] == "\"text\" | --format")
    #expect(try shown("--jobs", "5", environment: variables)["jobs"] == "5 | --jobs")
    #expect(try hopxguard("scan", in: folder).output.hasPrefix("{\"version\":1"))
    #expect(try hopxguard("scan", "--format", "text", in: folder).output.hasPrefix("src/app.py"))
    let other = TestFolder()
    other.write("o.toml", "[scan]\njobs = 7\n")
    #expect(
      try shown(environment: ["HOPXGUARD_CONFIG": other.file("o.toml")])["jobs"] == "7 | \(other.file("o.toml")):2")
    #expect(
      try shown("--config", "/dev/null", environment: ["HOPXGUARD_CONFIG": "gone"])["jobs"]?.hasSuffix(" | default")
        == true)
    for (name, value) in [
      ("FORMAT", "jason"), ("JOBS", "0"), ("JOBS", "x"), ("NO_ALLOW", "maybe"), ("CONFIG", "gone"), ("RULES", "gone"),
      ("BASELINE", "gone"),
    ] {
      let result = try hopxguard("scan", in: folder, environment: ["HOPXGUARD_\(name)": value])
      #expect(result.status == 2, "\(name)")
      #expect(result.errors.contains(name) || result.errors.contains("gone"), "\(result.errors)")
    }
  }

  @Test func `settings are the repository's, from any folder in it and for any path to it`() throws {
    repository.settings(repository.entry("path = 'src'"))
    #expect(try run(hopxguardPath, ["scan"], in: folder.file("src")).status == 0)
    #expect(try hopxguard("scan", "src/app.py", in: folder).status == 0)
    #expect(try hopxguard("scan", folder.path, in: TestFolder()).status == 0)
    #expect(try hopxguard("scan", "--history", folder.path, in: TestFolder()).status == 0)
    // The settings of one repository have no say about another.
    let other = AllowRepository()
    let both = try hopxguard("scan", folder.path, other.folder.path, in: folder)
    #expect(both.status == 1)
    #expect(both.errors.contains("the paths are in several places"))
    #expect(try hopxguard("scan", other.folder.path, in: folder).status == 1)
  }

  // MARK: Skipping

  @Test func `what is skipped is not read, and is told`() throws {
    folder.write("vendor/deep/lib.py", keyText())
    folder.write("src/gen/a.min.js", keyText())
    repository.settings("[scan]\nskip = ['vendor/**', '**/*.min.js', 'src/app.py']\n")
    let summary = try Exceptions.of("scan", in: folder).summary
    #expect(summary.findings == 0)
    #expect(summary.skipped == 3)
    #expect(try hopxguard("scan", in: folder).errors.contains("No findings, 3 paths skipped"))
    // The caller asks for all.
    #expect(try Exceptions.of("scan", "--all-files", in: folder).summary.findings == 3)
    folder.git("add", ".")
    let staged = try Exceptions.of("scan", "--staged", in: folder).summary
    #expect(staged.findings == 0)
    #expect(staged.skipped == 2)
    repository.commit()
    #expect(try Exceptions.of("scan", "--range", "HEAD~1..HEAD", in: folder).summary.findings == 0)
    let history = try Exceptions.of("scan", "--history", in: folder).summary
    #expect(history.findings == 0)
    #expect(history.skipped == 3)
    #expect(try hopxguard("check", in: folder).errors.contains("3 paths skipped"))
    #expect(try hopxguard("scan", "--config", "/dev/null", in: folder).errors.contains("3 findings"))
  }

  @Test func `what the caller names is scanned, whatever the file skips`() throws {
    folder.write("vendor/deep/lib.py", keyText())
    repository.settings("[scan]\nskip = ['vendor/**', 'src']\n")
    for path in ["vendor", "vendor/deep", "vendor/deep/lib.py", "src", "src/app.py"] {
      #expect(try hopxguard("scan", path, in: folder).status == 1, "\(path)")
    }
    #expect(try hopxguard("scan", ".", in: folder).status == 0)
    repository.settings("[scan]\nskip = ['[!x]*']\n")
    #expect(try hopxguard("scan", ".", in: folder).status == 1)
  }

  @Test func `a key that moves out of a skipped path is new`() throws {
    repository.settings("[scan]\nskip = ['src']\n")
    repository.commit()
    folder.git("mv", "src/app.py", "app.py")
    let report = try Report.scan("--staged", in: folder)
    #expect(report.findings.map(\.path) == ["app.py"])
  }

  // MARK: Rules

  @Test func `rules are added and switched off, and that is told`() throws {
    folder.write("acme.toml", acmeRule)
    folder.write("b", "acme_0123456789 \(keyText())\n")
    repository.settings("[scan]\nrules = ['acme.toml']\n")
    #expect(try Exceptions.of("scan", in: folder).summary.findings == 3)
    #expect(try Exceptions.of("scan", "--rules", "acme.toml", in: folder).summary.findings == 3)
    repository.settings("[scan]\nrules = ['acme.toml']\ndisable = ['hopx-api-key']\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.errors.contains("1 finding, rule hopx-api-key off (2 findings)"))
    #expect(try Exceptions.of("scan", in: folder).summary.disabledRules == ["hopx-api-key": 2])
    repository.settings("[scan]\nrules = ['acme.toml']\ndisable = ['acme-token']\n")
    #expect(try Exceptions.of("scan", in: folder).summary.findings == 2)
    // The caller asks for it.
    let asked = try hopxguard("scan", "--rules", "acme.toml", in: folder)
    #expect(asked.errors.contains("3 findings"))
    #expect(asked.errors.contains("acme-token stays on"))
    let variable = try Exceptions.of("scan", in: folder, environment: ["HOPXGUARD_RULES": folder.file("acme.toml")])
    #expect(variable.summary.findings == 3)
  }

  @Test func `the filter takes the rules of the environment too`() throws {
    folder.write("acme.toml", acmeRule)
    let result = try hopxguard(
      "redact", in: folder, input: Array("token acme_0123456789\n".utf8),
      environment: ["HOPXGUARD_RULES": "acme.toml"])
    #expect(result.output == "token acme_...\n")
  }

  // MARK: Broken and hostile files

  @Test(arguments: [
    ("[scn]\n", "1: unknown field 'scn' in .hopxguard.toml; did you mean 'scan'?"),
    ("[scan]\nskipp = []\n", "2: unknown field 'skipp' in scan; did you mean 'skip'?"),
    (
      "[scan]\nquux = 1\n",
      "2: unknown field 'quux' in scan; known: accept-unsupported, archive-depth, archive-entries, "
        + "archive-memory, archive-ratio, archive-size, baseline, disable, format, jobs, rules, skip, unopened"
    ),
    ("[scan]\nskip = ['**']\n", "2: skip '**': it matches every file"),
    ("[scan]\nskip = ['*/*']\n", "2: skip '*/*': it matches every file"),
    ("[scan]\nskip = ['../x']\n", "2: skip '../x': a pattern is relative"),
    ("[scan]\nskip = 'x'\n", "2: 'skip' takes an array"),
    ("[scan]\nformat = 'jsn'\n", "2: format 'jsn'; did you mean 'json'?"),
    ("[scan]\njobs = 0\n", "2: jobs takes 1 to 256"),
    ("[scan]\narchive-depth = 17\n", "2: archive-depth takes 1 to 16"),
    ("[scan]\narchive-depth = '4'\n", "2: 'archive-depth' takes an integer"),
    ("[scan]\narchive-size = 5\n", "2: 'archive-size' takes a string"),
    (
      "[scan]\n\narchive-size = '5GB'\n",
      "3: archive-size takes 1MiB to 100GiB: a whole number of KiB, MiB, GiB or TiB, as in 20GiB"
    ),
    ("[scan]\narchive-size = '1TiB'\n", "2: archive-size takes 1MiB to 100GiB"),
    (
      "[scan]\narchive-memory = '2GiB'\n",
      "2: archive-memory is set by --archive-memory or HOPXGUARD_ARCHIVE_MEMORY alone"
    ),
    ("[scan]\nrules = ['gone.toml']\n", "2: rules 'gone.toml': there is no such file"),
    ("[scan]\nrules = ['../x.toml']\n", "without '..'"),
    ("[scan]\nrules = ['/etc/passwd']\n", "relative to the folder of the settings"),
    ("[scan]\nrules = ['link']\n", "link: cannot be read: it is a symbolic link"),
    ("[scan]\nrules = ['to/x.toml']\n", "to/x.toml: cannot be read: it is a symbolic link or below one"),
    ("[scan]\nrules = ['pipe']\n", "pipe: cannot be read: it is not a regular file"),
    ("[scan]\nbaseline = 'gone'\n", "gone: there is no such baseline"),
    ("[scan]\nbaseline = 'src/app.py'\n", "src/app.py:1: it does not begin with"),
    (
      "[scan]\ndisable = ['hopx-api-kee']\n",
      "2: disable 'hopx-api-kee': there is no such rule; did you mean 'hopx-api-key'?"
    ),
    ("[[allow]]\nreason = 'x'\n", "1: allow has no 'fingerprint', 'path' or 'rule', and would allow everything"),
    ("[[allow]]\npath = '**/*'\nreason = 'x'\n", "2: path '**/*': it matches every file"),
    ("[[allow]]\npath = 'src'\n", "1: allow has no 'reason'"),
    ("[[allow]]\npath = 'src'\nreason = ' '\n", "3: the reason is empty"),
    ("[[allow]]\nfingerprint = 'sha256:12'\nreason = 'x'\n", "2: the fingerprint is not"),
    ("[[allow]]\npath = 'src'\nreason = 'x'\nexpires = '2027-01-31'\n", "4: 'expires' takes a date without quotes"),
    ("[[allow]]\npath = 'src'\nreason = 'x'\nexpires = 2027-02-30\n", "4: "),
    (
      "[[allow]]\npath = 'src'\nreason = 'x'\n[[allow]]\npath = 'src'\nreason = 'y'\n",
      "4: path srcappears twice: see line 1"
    ),
    ("[[allow]]\npath = 'src'\nreson = 'x'\n", "3: unknown field 'reson' in allow; did you mean 'reason'?"),
    ("[allow]\npath = 'src'\n", "1: write [[allow]]"),
    ("[[allow]\n", "1: "),
    ("[scan]\nskip = ['\(String(repeating: "*a", count: 200))']\n", "it is longer than 256 bytes"),
    ("[scan]\nskip = [\(String(repeating: "'x', ", count: 501))]\n", "2: skip has more than 500 patterns"),
    (String(repeating: "[", count: 5000), "1: "),
    ("x" + String(repeating: ".x", count: 5000) + " = 1\n", "1: a key of too many parts"),
    ("a = \(String(repeating: "[", count: 100_000))", "1: "),
    ("# \(String(repeating: "x", count: 1 << 20))\n", ".hopxguard.toml: cannot be read: it is longer than"),
  ])
  func `a file that cannot work stops every command, with the line`(text: String, part: String) throws {
    #expect(symlink("/etc/passwd", folder.file("link")) == 0)
    let outside = TestFolder()
    outside.write("x.toml", acmeRule)
    #expect(symlink(outside.path, folder.file("to")) == 0)
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    repository.settings(text)
    for arguments in [
      ["scan"], ["check"], ["scan", "--staged"], ["scan", "--show-config"], ["hook", "run", "pre-commit"],
    ] {
      let result = try run(hopxguardPath, arguments, in: folder.path)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(part), "\(result.errors)")
      #expect(result.output.isEmpty)
      #expect(!result.errors.contains("root:"))
    }
  }

  @Test func `settings that lead outside or never end are not read`() throws {
    let outside = TestFolder()
    outside.write("x.toml", repository.entry("path = 'src'"))
    #expect(symlink(outside.file("x.toml"), folder.file(".hopxguard.toml")) == 0)
    let linked = try hopxguard("scan", in: folder)
    #expect(linked.status == 2)
    #expect(linked.errors.contains(".hopxguard.toml: cannot be read: it is a symbolic link"))
    #expect(unlink(folder.file(".hopxguard.toml")) == 0)
    #expect(mkfifo(folder.file(".hopxguard.toml"), 0o600) == 0)
    #expect(try hopxguard("scan", in: folder).errors.contains("it is not a regular file"))
    #expect(unlink(folder.file(".hopxguard.toml")) == 0)
    folder.makeFolder(".hopxguard.toml")
    #expect(try hopxguard("scan", in: folder).status == 2)
  }
}
