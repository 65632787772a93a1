// `--allow-from` and the hooks: a change cannot allow its own keys.

import Foundation
import TestSupport
import Testing

struct AllowFromTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  @Test(arguments: ["fingerprint", "path", "rule", "comment", "next-line", "baseline", "skip", "disable"])
  func `a change that adds a key and what allows it is caught`(way: String) throws {
    folder.write("src/app.py", "x\n")
    repository.commit()
    let key = keyText()
    let name = try repository.fingerprint(of: key)
    var text = "k = '\(key)'\n"
    switch way {
    case "fingerprint": repository.settings(repository.entry("fingerprint = '\(name)'"))
    case "path": repository.settings(repository.entry("path = 'new'"))
    case "rule": repository.settings(repository.entry("rule = 'hopx-api-key'"))
    case "comment": text = "k = '\(key)' # hopxguard:allow why not\n"
    case "next-line": text = "# hopxguard:allow-next-line why not\n" + text
    case "baseline": repository.settings("[scan]\nbaseline = '.hopxguard-baseline'\n")
    case "skip": repository.settings("[scan]\nskip = ['new']\n")
    default: repository.settings("[scan]\ndisable = ['hopx-api-key']\n")
    }
    folder.write("new/app.py", text)
    if way == "baseline" {
      folder.write(
        ".hopxguard-baseline", "# hopxguard baseline 1\n\(name)\thopx-api-key\tnew/app.py\n")
    }
    repository.commit("the change")
    for arguments in [["scan"], ["scan", "--range", "main~1..main"], ["check"]] {
      let guarded = try run(hopxguardPath, arguments + ["--allow-from", "main~1"], in: folder.path)
      #expect(guarded.status == 1, "\(arguments)")
      #expect(guarded.output.contains(name), "\(arguments)")
      for open in [[], ["--allow-from", "main"]] {
        let result = try run(hopxguardPath, arguments + open, in: folder.path)
        #expect(!result.output.contains(name), "\(arguments) \(open)")
        #expect(result.status == (arguments[0] == "check" ? 1 : 0), "\(arguments) \(open)")
      }
    }
    if way == "comment" {
      let told = try hopxguard("scan", "--allow-from", "main~1", in: folder)
      #expect(told.errors.contains("new/app.py:1: the comment hopxguard:allow is not in the revision"))
    }
  }

  @Test func `a baseline that is named is taken from the revision too`() throws {
    #expect(try hopxguard("baseline", in: folder).status == 0)
    repository.commit()
    let key = keyText()
    folder.write("b", key)
    #expect(try hopxguard("baseline", in: folder).status == 0)
    repository.commit()
    let arguments = ["scan", "--baseline", ".hopxguard-baseline"]
    #expect(try Report.of(arguments, in: folder).status == 0)
    let guarded = try Report.of(arguments + ["--allow-from", "HEAD~1"], in: folder)
    #expect(guarded.findings.map(\.path) == ["b"])
  }

  @Test func `a revision without the file allows nothing, one that is not there is an error`() throws {
    repository.settings(repository.entry("path = 'src'"))
    #expect(try hopxguard("scan", "--allow-from", "HEAD", in: folder).status == 1)
    for revision in ["gone", "--all", "HEAD:src/app.py", "0000000000000000000000000000000000000000"] {
      let result = try hopxguard("scan", "--allow-from=\(revision)", in: folder)
      #expect(result.status == 2, "\(revision)")
      #expect(result.errors.contains("--allow-from \(revision): "), "\(result.errors)")
    }
    let both = try hopxguard("scan", "--allow-from", "HEAD", "--config", ".hopxguard.toml", in: folder)
    #expect(both.status == 2)
    #expect(try hopxguard("scan", "--allow-from", "HEAD", folder.path, in: TestFolder()).status == 1)
    #expect(try Exceptions.of("scan", in: folder, environment: ["HOPXGUARD_ALLOW_FROM": "HEAD"]).summary.findings == 1)
  }

  @Test func `rules come from the revision too`() throws {
    folder.write("rules/acme.toml", acmeRule)
    folder.write("src/app.py", "token acme_0123456789\n")
    repository.settings("[scan]\nrules = ['rules/acme.toml']\n")
    repository.commit()
    folder.write("rules/acme.toml", acmeRule.replacingOccurrences(of: "acme_", with: "other_"))
    repository.commit()
    #expect(try hopxguard("scan", in: folder).status == 0)
    #expect(try hopxguard("scan", "--allow-from", "HEAD~1", in: folder).status == 1)
  }

  // MARK: Hooks

  private func git(_ arguments: String...) throws -> CommandResult {
    let result = try run(
      "/usr/bin/env", ["git", "-C", folder.path] + arguments,
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  @Test func `the hooks honour the list, and say so`() throws {
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
    let key = keyText()
    folder.write("b", key)
    folder.git("add", "b")
    let stopped = try git("commit", "-qm", "x")
    #expect(stopped.status == 1)
    let lines = stopped.errors.split(separator: "\n")
    let command = try #require(lines.first { $0.contains("hopxguard allow sha256:") })
    let words = command.split(separator: " ").map(String.init)
    #expect(try hopxguard("allow", words[2], "--reason", "example", in: folder).status == 0)
    let passed = try git("commit", "-qm", "x")
    #expect(passed.status == 0)
    #expect(passed.errors.contains("1 allowed (1 by fingerprint)"))
    repository.settings("[[alow]]\n")
    let broken = try git("commit", "-qm", "x", "--allow-empty")
    #expect(broken.status != 0)
    #expect(broken.errors.contains(".hopxguard.toml:1: unknown field 'alow'"))
    #expect(broken.errors.contains("did you mean 'allow'?"))
  }

  @Test func `the hooks know the project's rules, and what it skips`() throws {
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
    folder.write("acme.toml", acmeRule)
    repository.settings("[scan]\nrules = ['acme.toml']\nskip = ['vendor/**']\n")
    folder.write("vendor/lib", keyText())
    folder.git("add", "vendor")
    let passed = try git("commit", "-qm", "x")
    #expect(passed.status == 0)
    #expect(passed.errors.contains("1 path skipped"))
    folder.write("b", "acme_0123456789")
    folder.git("add", "b")
    #expect(try git("commit", "-qm", "x").errors.contains("Acme"))
  }

  @Test func `a server takes the list of its HEAD, not that of the push`() throws {
    let server = TestFolder()
    server.git("init", "-q", "--bare", "-b", "main", "s.git")
    folder.git("remote", "add", "origin", server.file("s.git"))
    folder.write("src/app.py", "x\n")
    folder.git("add", ".")
    folder.git("commit", "-q", "--amend", "-m", "base")
    #expect(try run(hopxguardPath, ["hook", "install"], in: server.file("s.git")).status == 0)
    #expect(try git("push", "-q", "origin", "main").status == 0)
    folder.write("b", keyText())
    repository.settings(repository.entry("path = 'b'"))
    repository.commit()
    let stopped = try git("push", "-q", "origin", "main")
    #expect(stopped.status != 0)
    #expect(stopped.errors.contains("this push is rejected"))
    // The list comes first, alone; then what it allows.
    folder.git("reset", "-q", "HEAD~1")
    folder.git("add", ".hopxguard.toml")
    folder.git("commit", "-qm", "allow b")
    #expect(try git("push", "-q", "origin", "main").status == 0)
    folder.git("add", "b")
    folder.git("commit", "-qm", "b")
    let passed = try git("push", "-q", "origin", "main")
    #expect(passed.status == 0, "\(passed.errors)")
    #expect(passed.errors.contains("1 allowed (1 by path)"))
    // A broken list would keep out the push that mends it.
    repository.settings("[[allow]]\n")
    repository.commit("broken")
    let broken = try git("push", "-q", "origin", "main")
    #expect(broken.status != 0)
    #expect(broken.errors.contains(".hopxguard.toml:1: allow has no"))
    #expect(try git("push", "-q", "origin", "main~1:refs/heads/other").status == 0)
  }

  @Test func `a partial clone that lacks the settings is told, not taken for one without any`() throws {
    folder.write("acme.toml", acmeRule)
    repository.settings("[scan]\nrules = ['acme.toml']\n")
    repository.commit()
    folder.git("config", "uploadpack.allowFilter", "true")
    let clones = TestFolder()
    clones.git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://\(folder.path)", "partial")
    let result = try run(
      hopxguardPath, ["scan", "--allow-from", "HEAD", "--range", "HEAD~1..HEAD"], in: clones.file("partial"))
    #expect(result.status == 2)
    #expect(result.errors.contains(".hopxguard.toml: cannot be read: "))
  }
}

/// A rule of a project.
let acmeRule = """
  [[rule]]
  id = "acme-token"
  title = "Acme token"
  literal = "acme_"
  pattern = 'acme_[0-9a-f]{10}'
  match = ["acme_{hex:10}"]
  no_match = ["acme_{hex:9}"]

  """
