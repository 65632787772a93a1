// The hooks, run by git itself: each stops what adds a key, says what to do, and lets all else pass.

import Foundation
import TestSupport
import Testing

struct HookTests {
  private let folder = TestFolder()
  private let key = keyText()

  init() { folder.makeRepository() }

  private func hook(_ arguments: String..., in place: String = "repo", environment: [String: String] = [:]) throws
    -> CommandResult
  {
    try run(
      hopxguardPath, ["hook"] + arguments, in: folder.file(place),
      environment: ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"].merging(environment) { $1 })
  }

  /// git, which may fail.
  private func git(_ arguments: String..., in place: String = "repo", environment: [String: String] = [:]) throws
    -> CommandResult
  {
    let result = try run(
      "/usr/bin/env", ["git", "-C", folder.file(place)] + arguments,
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 })
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func write(_ name: String, _ text: String, executable: Bool = false) {
    folder.write(name, text)
    if executable { #expect(chmod(folder.file(name), 0o755) == 0) }
  }

  /// Two branches with a commit of their own each; `main` is checked out.
  private func diverge(theirs: String) {
    for (branch, text) in [("other", theirs), ("main", "x")] {
      folder.git("-C", "repo", "checkout", "-q", branch == "main" ? "main" : "-b", branch == "main" ? "--" : branch)
      folder.write("repo/of-\(branch)", text)
      folder.git("-C", "repo", "add", ".")
      folder.git("-C", "repo", "commit", "-qm", branch)
    }
  }

  private var head: String { folder.git("-C", "repo", "rev-parse", "HEAD") }

  // MARK: Each hook

  @Test func `pre-commit stops a commit that adds a key, in few lines`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/app.py", "x\nkey = '\(key)'\n")
    folder.git("-C", "repo", "add", ".")
    let before = head
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 1)
    #expect(head == before)
    #expect(result.output.isEmpty)
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 15, "\(result.errors)")
    for part in [
      "this commit adds a secret", "app.py", "2:8", "\(key.prefix(15))...", "HOPX_API_KEY", "hopxguard allow sha256:",
      "--reason",
    ] {
      #expect(result.errors.contains(part), "\(part)")
    }
    folder.write("repo/app.py", "x\n")
    folder.git("-C", "repo", "add", ".")
    let clean = try git("commit", "-qm", "x")
    #expect(clean.status == 0)
    #expect(clean.errors.isEmpty)
  }

  @Test func `of a key of another kind pre-commit says what its rule says`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/acme.toml", acmeTokenRule)
    folder.write("repo/.hopxguard.toml", "[scan]\nrules = ['acme.toml']\n")
    folder.write("repo/app.py", "t = 'acme_0123456789abcdef0123456789abcdef'\n")
    folder.git("-C", "repo", "add", ".")
    let foreign = try git("commit", "-qm", "x")
    #expect(foreign.status == 1)
    #expect(foreign.errors.contains("Acme token: Ask Acme."))
    #expect(!foreign.errors.contains("HOPX_API_KEY") && !foreign.errors.contains("hopx.dev"))
    folder.write("repo/app.py", "t = 'acme_0123456789abcdef0123456789abcdef' # \(key)\n")
    folder.git("-C", "repo", "add", ".")
    let both = try git("commit", "-qm", "x")
    for part in ["Acme token: Ask Acme.", "HOPX_API_KEY", "hopx.dev"] { #expect(both.errors.contains(part), "\(part)") }
  }

  @Test func `each of several keys has its line to allow it, and shows all its places once`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/a.py", "key = '\(key)'\n")
    folder.write("repo/b.py", "key = '\(key)'\nother = '\(keyText())'\n")
    folder.git("-C", "repo", "add", ".")
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 1)
    let lines = result.errors.split(separator: "\n").map(String.init)
    #expect(Set(lines.filter { $0.contains("hopxguard allow sha256:") }).count == 2, "\(result.errors)")
    #expect(lines.contains("    also in b.py:1:8"))
  }

  @Test func `an env file is taken out of git, not rewritten`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/.env", "HOPX_API_KEY=\(key)\n")
    folder.git("-C", "repo", "add", "-f", ".env")
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 1)
    #expect(result.errors.contains("git rm --cached -- .env, then hopxguard gitignore --fix, and commit"))
    #expect(!result.errors.contains("Remove it"))
    let command = try run("/usr/bin/env", ["git", "-C", folder.file("repo"), "rm", "--cached", "--", ".env"])
    #expect(command.status == 0)
    #expect(try git("commit", "-qm", "x", "--allow-empty").status == 0)
  }

  @Test func `a partial commit and commit -a are scanned as they will be`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/base", "x\n\(key)\n")
    folder.write("repo/other", "clean")
    folder.git("-C", "repo", "add", "other")
    #expect(try git("commit", "-qm", "x", "other").status == 0)
    #expect(try git("commit", "-qm", "x", "base").status == 1)
    #expect(try git("commit", "-qam", "x").status == 1)
    #expect(try git("commit", "-qam", "x", "--no-verify").status == 0)
  }

  @Test func `pre-merge-commit stops a merge that git makes by itself`() throws {
    diverge(theirs: "x")
    #expect(try hook("install").status == 0)
    // A hook that was there before slips a key into the merge.
    write(
      "repo/.git/hooks/pre-merge-commit.before-hopxguard", "#!/bin/sh\necho '\(key)' > slipped\ngit add slipped\n",
      executable: true)
    let result = try git("merge", "-q", "--no-ff", "--no-edit", "other")
    #expect(result.status != 0)
    #expect(result.errors.contains("this merge adds a secret"))
    folder.git("-C", "repo", "rm", "-qf", "slipped")
    try FileManager.default.removeItem(atPath: folder.file("repo/.git/hooks/pre-merge-commit.before-hopxguard"))
    #expect(try git("commit", "-qm", "merge").status == 0)
  }

  @Test func `a merge is not stopped by what a side had already`() throws {
    diverge(theirs: key)
    #expect(try hook("install").status == 0)
    #expect(try git("merge", "-q", "--no-ff", "--no-edit", "other").status == 0)
  }

  @Test func `commit-msg scans the message, not the diff below it`() throws {
    #expect(try hook("install").status == 0)
    let result = try git("commit", "-q", "--allow-empty", "-m", "x\n\nsee \(key)")
    #expect(result.status == 1)
    #expect(result.errors.contains("the commit message contains a secret"))
    #expect(result.errors.contains("The rejected message is kept in .git/COMMIT_EDITMSG until the next commit."))
    folder.write("repo/base", "x\n\(key)\n")
    folder.git("-C", "repo", "commit", "-qam", "x", "--no-verify")
    folder.write("repo/base", "x\n")
    folder.git("-C", "repo", "add", ".")
    // The editor leaves the diff, which takes the key out, below the scissors.
    let verbose = try git("commit", "-qv", environment: ["GIT_EDITOR": "sed -i 1s/^/subject/"])
    #expect(verbose.status == 0, "\(verbose.errors)")
  }

  @Test func `pre-push scans what the remote does not have`() throws {
    folder.git("init", "-q", "--bare", "remote.git")
    folder.git("-C", "repo", "remote", "add", "origin", folder.file("remote.git"))
    folder.write("repo/old", key)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "old")
    folder.git("-C", "repo", "push", "-q", "origin", "main")
    #expect(try hook("install").status == 0)
    // Old keys are there already.
    #expect(try git("push", "-q", "origin", "main:copy").status == 0)
    let other = keyText()
    folder.write("repo/new", other)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "new", "--no-verify")
    folder.git("-C", "repo", "rm", "-q", "new")
    folder.git("-C", "repo", "commit", "-qm", "gone again")
    for refs in [
      ["main"], ["main:new-branch"], ["+main~1:copy"], ["--delete", "copy"],
      ["main~2:refs/heads/x", "main:refs/heads/y"],
    ] {
      let result = try run(
        "/usr/bin/env", ["git", "-C", folder.file("repo"), "push", "-q", "origin"] + refs, environment: gitIdentity)
      let isBlocked = refs[0] != "--delete"
      #expect((result.status != 0) == isBlocked, "\(refs): \(result.errors)")
      #expect(result.errors.contains("the commits of this push add a secret") == isBlocked, "\(refs): \(result.errors)")
      expectNoKey(in: Array(result.errors.utf8))
    }
    folder.git("-C", "repo", "reset", "-q", "--hard", "main~2")
    folder.git("-C", "repo", "tag", "-a", "v1", "-m", "tag \(other)")
    #expect(try git("push", "-q", "origin", "v1").status == 1)
    #expect(try git("push", "-q", folder.file("remote.git"), "main:by-url").status == 1)
    folder.git("-C", "repo", "tag", "-d", "v1")
    #expect(try git("push", "-q", "origin", "main:fine").status == 0)
    #expect(try git("push", "-q", "--no-verify", "origin", "main:unverified").status == 0)
  }

  @Test func `pre-receive rejects, and the pusher sees why`() throws {
    folder.git("init", "-q", "--bare", "-b", "main", "remote.git")
    #expect(try hook("install", in: "remote.git").status == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("remote.git/hooks")).contains("pre-receive"))
    folder.git("-C", "repo", "remote", "add", "origin", folder.file("remote.git"))
    #expect(try git("push", "-q", "origin", "main").status == 0)
    folder.write("repo/new", key)
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "commit", "-qm", "new")
    let result = try git("push", "-q", "origin", "main")
    #expect(result.status != 0)
    #expect(result.errors.contains("remote: hopxguard: this push is rejected"))
    #expect(result.errors.contains("new"))
    #expect(folder.git("-C", "remote.git", "rev-parse", "main") == folder.git("-C", "repo", "rev-parse", "main~1"))
    folder.git("-C", "repo", "commit", "-q", "--amend", "-m", "x", "--allow-empty")
    folder.git("-C", "repo", "rm", "-q", "--cached", "new")
    folder.git("-C", "repo", "commit", "-q", "--amend", "--allow-empty", "-m", "x")
    #expect(try git("push", "-q", "origin", "main").status == 0)
    #expect(try git("push", "-q", "origin", "--delete", "main").errors.contains("hopxguard:") == false)
  }

  // MARK: Installing

  @Test func `install is safe to repeat, uninstall puts everything back`() throws {
    let own = "#!/bin/sh\necho ran >> \"$(git rev-parse --git-dir)/ran\"\n"
    write("repo/.git/hooks/pre-commit", own, executable: true)
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.file("repo/.git/hooks")).sorted()
    for _ in 0..<3 { #expect(try hook("install").status == 0) }
    #expect(try hook("status").status == 0)
    folder.write("repo/a", "clean")
    folder.git("-C", "repo", "add", ".")
    #expect(try git("commit", "-qm", "x").status == 0)
    #expect(folder.read("repo/.git/ran") == Array("ran\n".utf8))
    #expect(try hook("uninstall").status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("repo/.git/hooks")).sorted() == before)
    #expect(folder.read("repo/.git/hooks/pre-commit") == Array(own.utf8))
    #expect(try hook("uninstall").status == 0)
    #expect(try hook("status").status == 1)
  }

  @Test func `a hook that was there runs first and can stop`() throws {
    write("repo/.git/hooks/pre-commit", "#!/bin/sh\necho no >&2\nexit 7\n", executable: true)
    write("repo/.git/hooks/pre-push", "#!/bin/sh\ncat > '\(folder.file("refs"))'\n", executable: true)
    write("repo/.git/hooks/commit-msg", "exit 1\n")  // not executable: git does not run it
    #expect(try hook("install").status == 0)
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", ".")
    let result = try git("commit", "-qm", "x")
    #expect(result.errors == "no\n")
    folder.git("-C", "repo", "reset", "-q", "--hard")
    folder.git("init", "-q", "--bare", "remote.git")
    #expect(try git("push", "-q", folder.file("remote.git"), "main").status == 0)
    #expect(String(decoding: folder.read("refs"), as: UTF8.self).hasPrefix("refs/heads/main "))
  }

  @Test func `core.hooksPath, husky and worktrees`() throws {
    folder.git("-C", "repo", "config", "core.hooksPath", ".husky/_")
    write(
      "repo/.husky/_/pre-commit", "#!/bin/sh\nsh -e \"$(dirname \"$(dirname \"$0\")\")/pre-commit\" \"$@\"\n",
      executable: true)
    write("repo/.husky/pre-commit", "echo husky >&2\n", executable: true)
    let installed = try hook("install")
    #expect(installed.errors.contains("husky"))
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", "a")
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("husky\n"))
    #expect(try hook("uninstall").status == 0)
    folder.git("-C", "repo", "config", "core.hooksPath", "../team hooks")
    #expect(try hook("install").errors.contains("core.hooksPath"))
    #expect(try git("commit", "-qm", "x").status == 1)
    #expect(FileManager.default.fileExists(atPath: folder.file("team hooks/pre-commit")))
    folder.git("-C", "repo", "config", "--unset", "core.hooksPath")
    folder.git("-C", "repo", "reset", "-q", "--hard")
    folder.git("-C", "repo", "worktree", "add", "-q", "../linked")
    #expect(try hook("install", in: "linked").status == 0)
    folder.write("linked/a", key)
    folder.git("-C", "linked", "add", "a")
    #expect(try git("commit", "-qm", "x", in: "linked").status == 1)
  }

  @Test func `status tells what shadows a hook`() throws {
    #expect(try hook("install").status == 0)
    folder.git("-C", "repo", "config", "core.hooksPath", "elsewhere")
    let result = try hook("status")
    #expect(result.status == 1)
    #expect(result.errors.contains("shadows"))
    folder.git("-C", "repo", "config", "--unset", "core.hooksPath")
    #expect(chmod(folder.file("repo/.git/hooks/pre-push"), 0o644) == 0)
    #expect(try hook("status").errors.contains("chmod +x"))
    #expect(try hook("status", in: ".").status == 2)
  }

  @Test func `the binary is found with a bare PATH, and its absence stops`() throws {
    let copy = folder.file("it's here/hopxguard")
    folder.makeFolder("it's here")
    try FileManager.default.copyItem(atPath: hopxguardPath, toPath: copy)
    let environment = ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"]
    #expect(try run(copy, ["hook", "install"], in: folder.file("repo"), environment: environment).status == 0)
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", "a")
    #expect(try git("commit", "-qm", "x", environment: ["PATH": "/usr/bin:/bin"]).status == 1)
    try FileManager.default.removeItem(atPath: copy)
    folder.write("repo/a", "clean")
    folder.git("-C", "repo", "add", "a")
    let result = try git("commit", "-qm", "x", environment: ["PATH": "/usr/bin:/bin"])
    #expect(result.status == 1)
    #expect(result.errors.contains("hopxguard is gone"))
  }

  @Test func `global: new clones have the hooks`() throws {
    let environment = ["HOME": folder.path, "XDG_CONFIG_HOME": folder.file("config"), "GIT_CONFIG_NOSYSTEM": "1"]
    #expect(try hook("install", "--global", environment: environment).status == 0)
    let clone = try run(
      "/usr/bin/env", ["git", "clone", "-q", folder.file("repo"), folder.file("clone")], environment: environment)
    #expect(clone.status == 0, "\(clone.errors)")
    folder.write("clone/a", key)
    folder.git("-C", "clone", "add", "a")
    #expect(try git("commit", "-qm", "x", in: "clone").errors.contains("this commit adds a secret"))
    #expect(try hook("uninstall", "--global", environment: environment).status == 0)
    let setting = try run("/usr/bin/env", ["git", "config", "--global", "init.templateDir"], environment: environment)
    #expect(setting.status == 1)
    #expect(try hook("uninstall", "--global", environment: environment).status == 0)
  }

  @Test func `a scan that fails stops the commit`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/a", "x")
    folder.git("-C", "repo", "add", "a")
    let id = folder.git("-C", "repo", "rev-parse", ":a")
    // git itself would commit a blob that it cannot read.
    folder.write("repo/.git/objects/\(id.prefix(2))/\(id.dropFirst(2)).x", "")
    _ = try run(
      "/bin/sh",
      [
        "-c", "chmod u+w \"$1\"; printf broken > \"$1\"", "-",
        folder.file("repo/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"),
      ])
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 2 || result.status == 1)
    #expect(result.errors.contains("not everything could be scanned"))
  }

  // MARK: What is left alone

  @Test func `a hook that somebody wrote or changed is never taken for ours`() throws {
    let own = "#!/bin/sh\n# hopxguard before our linter\nexit 0\n"
    write("repo/.git/hooks/pre-commit", own, executable: true)
    #expect(try hook("install").status == 0)
    #expect(folder.read("repo/.git/hooks/before-hopxguard/pre-commit") == Array(own.utf8))
    let changed = folder.read("repo/.git/hooks/pre-push") + Array("# and mine\n".utf8)
    folder.write("repo/.git/hooks/pre-push", changed)
    #expect(try hook("uninstall").status == 0)
    #expect(folder.read("repo/.git/hooks/pre-commit") == Array(own.utf8))
    #expect(folder.read("repo/.git/hooks/pre-push") == changed)
  }

  @Test func `a link in a hook's place is kept as a link`() throws {
    #expect(try hook("install").status == 0)
    let script = folder.read("repo/.git/hooks/pre-commit")
    write("elsewhere", String(decoding: script, as: UTF8.self), executable: true)
    try FileManager.default.removeItem(atPath: folder.file("repo/.git/hooks/pre-commit"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("repo/.git/hooks/pre-commit"), withDestinationPath: "../../../elsewhere")
    #expect(try hook("install").status == 0)
    #expect(try hook("uninstall").status == 0)
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("repo/.git/hooks/pre-commit"))
    #expect(link == "../../../elsewhere")
    #expect(folder.read("elsewhere") == script)
  }

  @Test func `a tool that puts its hook in place again and again loses none of them`() throws {
    for number in 1...4 {
      write("repo/.git/hooks/pre-commit", "#!/bin/sh\n# \(number)\n", executable: true)
      #expect(try hook("install").status == 0)
    }
    let folders = folder.file("repo/.git/hooks")
    let kept = try FileManager.default.contentsOfDirectory(atPath: folders + "/before-hopxguard").filter {
      $0.hasPrefix("pre-commit")
    }
    let texts = Set(kept.map { String(decoding: folder.read("repo/.git/hooks/before-hopxguard/\($0)"), as: UTF8.self) })
    #expect(texts == Set((1...4).map { "#!/bin/sh\n# \($0)\n" }))
    #expect(folder.read("repo/.git/hooks/before-hopxguard/pre-commit") == Array("#!/bin/sh\n# 4\n".utf8))
  }

  @Test func `a husky hook that is not executable still runs`() throws {
    folder.git("-C", "repo", "config", "core.hooksPath", ".husky/_")
    write("repo/.husky/pre-commit", "echo husky >&2\n")
    #expect(try hook("install").status == 0)
    // Nothing runs before husky has made its own scripts.
    folder.makeFolder("repo/.husky/_")
    #expect(try hook("status").status == 1)
    for name in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
      write(
        "repo/.husky/_/\(name)", "#!/bin/sh\nsh -e \"$(dirname \"$(dirname \"$0\")\")/\(name)\" \"$@\"\n",
        executable: true)
    }
    #expect(try hook("status").status == 0)
    folder.write("repo/a", "clean")
    folder.git("-C", "repo", "add", "a")
    let result = try git("commit", "-qm", "x")
    #expect(result.status == 0)
    #expect(result.errors == "husky\n")
  }

  @Test func `status tells of a binary that is gone and of a kept hook that does not run`() throws {
    write("repo/.git/hooks/pre-push", "#!/bin/sh\n")
    let copy = folder.file("it's gone/hopxguard")
    folder.makeFolder("it's gone")
    try FileManager.default.copyItem(atPath: hopxguardPath, toPath: copy)
    let environment = ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"]
    #expect(try run(copy, ["hook", "install"], in: folder.file("repo"), environment: environment).status == 0)
    #expect(try hook("status").errors.contains("the hook that was there is not executable"))
    try FileManager.default.removeItem(atPath: copy)
    let result = try hook("status")
    #expect(result.status == 1)
    #expect(result.errors.contains("the hopxguard that it starts no longer exists"))
  }

  // MARK: What cannot be slipped past

  @Test func `a line of scissors in a message hides nothing`() throws {
    #expect(try hook("install").status == 0)
    let scissors = "# ------------------------ >8 ------------------------"
    #expect(try git("commit", "-q", "--allow-empty", "-m", "x\n\(scissors)\n\(key)").status == 1)
    let edited = try git(
      "commit", "-q", "--allow-empty",
      environment: ["GIT_EDITOR": "printf 'x\\n%s\\n%s\\n' '\(scissors)' '\(key)' >"])
    #expect(edited.status == 1)
  }

  @Test func `a file that is named by a key and not committed does not stop a commit`() throws {
    #expect(try hook("install").status == 0)
    folder.write("repo/\(key).json", "x")
    let result = try git("commit", "-q", "--allow-empty", environment: ["GIT_EDITOR": "sed -i 1s/^/subject/"])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `a tag of a tag is pushed with both messages scanned, one that stays is not looked at`() throws {
    folder.git("init", "-q", "--bare", "remote.git")
    folder.git("-C", "repo", "remote", "add", "origin", folder.file("remote.git"))
    folder.git("-C", "repo", "push", "-q", "origin", "main")
    #expect(try hook("install").status == 0)
    folder.git("-C", "repo", "tag", "-a", "inner", "-m", key)
    folder.git("-C", "repo", "tag", "-a", "outer", "-m", "clean", "inner")
    folder.git("-C", "repo", "commit", "-q", "--allow-empty", "-m", "more")
    #expect(try git("push", "-q", "origin", "main").status == 0)
    let result = try git("push", "-q", "origin", "outer")
    #expect(result.status == 1)
    #expect(result.errors.contains("a tag of this push contains a secret"))
    #expect(result.errors.contains("git tag -f -a"))
    #expect(!result.errors.contains("rebase"))
  }

  @Test func `a remote that is pushed to elsewhere is not taken for what was fetched`() throws {
    for name in ["private.git", "public.git"] { folder.git("init", "-q", "--bare", name) }
    folder.git("-C", "repo", "remote", "add", "origin", folder.file("private.git"))
    folder.write("repo/a", key)
    folder.git("-C", "repo", "add", "a")
    folder.git("-C", "repo", "commit", "-qm", "x")
    folder.git("-C", "repo", "push", "-q", "origin", "main")
    #expect(try hook("install").status == 0)
    #expect(try git("push", "-q", "origin", "main:again").status == 0)
    folder.git("-C", "repo", "remote", "set-url", "--push", "origin", folder.file("public.git"))
    #expect(try git("push", "-q", "origin", "main").status == 1)
  }

  @Test func `a source with spaces can be pushed`() throws {
    folder.git("init", "-q", "--bare", "remote.git")
    #expect(try hook("install").status == 0)
    let result = try git("push", "-q", folder.file("remote.git"), "HEAD@{1 second ago}:refs/heads/x")
    #expect(result.status == 0, "\(result.errors)")
  }
}
