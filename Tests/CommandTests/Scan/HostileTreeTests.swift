// Working trees that git cannot read whole, or that are made to mislead it, hide no key from `scan`.

import Foundation
import TestSupport
import Testing

struct HostileTreeTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// A shell's command with the binary as `$0`, stopped after two minutes; not as root, who may
  /// read everything.
  private func shell(_ command: String, asRoot: Bool = true, environment: [String: String] = [:]) throws
    -> CommandResult
  {
    var words = ["/usr/bin/timeout", "-s", "KILL", "120", "/bin/bash", "-c", command, hopxguardPath]
    if !asRoot && getuid() == 0 {
      _ = try run("/bin/chown", ["-R", "65534", folder.path])
      words = ["/usr/bin/setpriv", "--reuid", "65534", "--clear-groups"] + words
    }
    let result = try run(
      words[0], Array(words.dropFirst()), in: folder.path,
      environment: gitIdentity.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 })
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return result
  }

  private func scan(_ arguments: String = ".", asRoot: Bool = true, environment: [String: String] = [:])
    throws -> CommandResult
  {
    try shell("exec \"$0\" scan \(arguments) --format jsonl", asRoot: asRoot, environment: environment)
  }

  private func paths(_ result: CommandResult) -> [String] {
    result.output.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("{\"rule\"") else { return nil }
      return line.firstRange(of: "\"path\":\"").map {
        String(line[$0.upperBound..<line.endIndex].prefix { $0 != "\"" })
      }
    }
  }

  @Test func `a tracked file in a folder that cannot be read is no clean scan`() throws {
    folder.git("init", "-q")
    folder.write("locked/sub/f", key)
    folder.git("add", ".")
    #expect(chmod(folder.file("locked/sub"), 0) == 0)
    let result = try scan(asRoot: false)
    #expect(result.status == 2)
    #expect(result.errors.contains("locked/sub/f: cannot be read: Permission denied"), "\(result.errors)")
  }

  @Test func `an untracked folder that cannot be read is no clean scan`() throws {
    folder.git("init", "-q")
    folder.write("locked/f", key)
    #expect(chmod(folder.file("locked"), 0) == 0)
    let result = try scan(asRoot: false)
    #expect(result.status == 2)
    #expect(result.errors.contains("git could not look at everything"), "\(result.errors)")
    #expect(result.errors.contains("locked"))
  }

  @Test(arguments: [true, false])
  func `a key in a very deep folder is found or the scan is not clean`(isRepository: Bool) throws {
    if isRepository { folder.git("init", "-q") }
    folder.write("key", key)
    let result = try shell(
      """
      perl -e 'for (1..1500) { mkdir "d"; mkdir "e"; rename "key", "d/key"; chdir "d" }'
      ulimit -n 1024; exec "$0" scan . --format jsonl --jobs 4
      """)
    // git opens all folders of a path at once, and says so where it may not.
    if isRepository && result.status == 2 {
      #expect(result.errors.contains("Too many open files"))
    } else {
      #expect(result.status == 1, "\(result.errors)")
      #expect(paths(result).count == 1)
    }
  }

  @Test(arguments: [1, 8])
  func `many repositories with few files that can be open`(jobs: Int) throws {
    folder.write("key", key)
    let result = try shell(
      """
      mkdir many && cd many && git init -q r0 && rm -rf r0/.git/hooks && echo x > r0/x && for i in $(seq 399); do cp \
      -r r0 r$i; done
      for i in 0 99 199 299 399; do cp ../key r$i/k; done; cd ..
      ulimit -n 128; exec "$0" scan many --format jsonl --jobs \(jobs)
      """)
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == ["many/r0/k", "many/r199/k", "many/r299/k", "many/r399/k", "many/r99/k"])
  }

  @Test func `many repositories inside one`() throws {
    folder.write("key", key)
    let result = try shell(
      """
      git init -q . && git init -q a0/r && rm -rf a0/r/.git/hooks && echo x > a0/r/x && for i in $(seq 299); do cp -r \
      a0 a$i; done
      for i in 0 150 299; do cp key a$i/r/k; done; rm key
      ulimit -n 96; exec "$0" scan . --format jsonl --jobs 2
      """)
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == ["a0/r/k", "a150/r/k", "a299/r/k"])
  }

  @Test(arguments: [".git/index", ".git/config", ".git/info/exclude", ".git/HEAD", ".gitignore", "deep/er/.gitignore"])
  func `a FIFO that git would open does not hang the scan`(name: String) throws {
    folder.git("init", "-q")
    folder.write("deep/er/a", key)
    try? FileManager.default.removeItem(atPath: folder.file(name))
    #expect(mkfifo(folder.file(name), 0o600) == 0)
    let result = try scan()
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.errors.contains("git could not list the files, so all were scanned"))
    #expect(paths(result) == ["deep/er/a"])
  }

  @Test(arguments: ["n", "x:y/n"])
  func `no repository above answers for a broken one`(nested: String) throws {
    folder.git("init", "-q")
    for name in ["HEAD", "objects/x", "refs/x"] { folder.write("\(nested)/.git/\(name)", "") }
    folder.write("\(nested)/.gitignore", "*\n")
    folder.write("\(nested)/f", key)
    let result = try scan("'\(nested)'")
    #expect(result.status == 2)
    #expect(paths(result) == ["f"])
  }

  @Test func `a folder with a colon in its name is scanned as any other`() throws {
    folder.write("x:y/.gitignore", "ignored\n")
    folder.write("x:y/ignored", key)
    folder.write("x:y/a", key)
    folder.git("-C", "x:y", "init", "-q")
    let result = try scan("x:y")
    #expect(result.status == 1, "\(result.errors)")
    #expect(paths(result) == ["a"])
  }

  @Test func `an index leads neither outside nor into .git`() throws {
    folder.write("out/f", key)
    folder.write("host/secret", key)
    let absolute = folder.file("host/secret")
    let names = ["zz/out/f", String(repeating: "a", count: absolute.count), "a/zgit/k", "b/xk"]
    let crafted = ["../out/f", absolute, "a/.git/k", "b//k"]
    for name in names { folder.write("repo/\(name)", "x") }
    folder.git("-C", "repo", "init", "-q")
    folder.git("-C", "repo", "add", ".")
    folder.git("-C", "repo", "-c", "user.name=A", "commit", "-qm", "x")
    var index = folder.read("repo/.git/index")
    for (name, other) in zip(names, crafted) {
      let range = try #require(index.firstRange(of: Array(name.utf8)))
      index.replaceSubrange(range, with: Array(other.utf8))
    }
    folder.write("repo/.git/index", index)
    for name in names { try FileManager.default.removeItem(atPath: folder.file("repo/\(name)")) }
    folder.write("repo/a/.git/k", key)
    let result = try scan("repo")
    #expect(result.status == 2)
    #expect(paths(result).isEmpty, "\(result.output)")
    for name in crafted {
      #expect(result.errors.contains("\(name): not scanned: git's index names it"), "\(result.errors)")
    }
  }

  @Test func `the repository does not say what its user ignores`() throws {
    folder.git("init", "-q", "repo")
    folder.write("repo/untracked", key)
    folder.write("repo/private.mine", key)
    folder.write("list", "untracked\n")
    folder.write("user", "*.mine\n")
    folder.write("included", "[core]\n\texcludesFile = \(folder.file("list"))\n")
    folder.write("gitconfig", "[core]\n\texcludesFile = \(folder.file("user"))\n")
    let user = ["GIT_CONFIG_GLOBAL": folder.file("gitconfig")]
    func found(_ environment: [String: String]) throws -> [String] {
      paths(try shell("cd repo && \"$0\" scan --format jsonl", environment: environment))
    }
    #expect(try found(user) == ["untracked"])
    folder.git("-C", "repo", "config", "core.excludesFile", folder.file("list"))
    #expect(try found(user) == ["untracked"])
    #expect(try found([:]) == ["private.mine", "untracked"])
    folder.write(".config/git/ignore", "*.mine\n")
    #expect(try found([:]) == ["untracked"])
    folder.git("-C", "repo", "config", "--unset", "core.excludesFile")
    folder.git("-C", "repo", "config", "include.path", folder.file("included"))
    #expect(try found(user) == ["untracked"])
  }

  @Test func `after a git that fails each file counts once`() throws {
    folder.git("init", "-q")
    for index in 0..<200 { folder.write("f\(index)", index == 7 ? key : "x") }
    folder.git("add", ".")
    // A git that lists something and then fails.
    folder.write("bin/git", "#!/bin/sh\n/usr/bin/env PATH=\"${PATH#*:}\" git \"$@\"; exit 3\n")
    #expect(chmod(folder.file("bin/git"), 0o755) == 0)
    folder.write(".gitignore", "ignored\nbin/\n")
    folder.write("ignored", key)
    let path = "\(folder.file("bin")):\(ProcessInfo.processInfo.environment["PATH"]!)"
    let report = try Report.of(["scan"], in: folder, environment: ["PATH": path])
    #expect(report.status == 2)
    #expect(report.findings.map(\.path) == ["f7", "ignored"])
    // 200, .gitignore, ignored, bin/git
    #expect(report.summary.files == 203)
  }

  @Test func `a listed folder that vanishes is named`() throws {
    folder.git("init", "-q")
    folder.write("d/f", "x")
    folder.git("add", ".")
    // A git that takes away what it has listed.
    let bin = TestFolder()
    bin.write("git", "#!/bin/sh\n/usr/bin/env PATH=\"${PATH#*:}\" git \"$@\"; rm -rf d\n")
    #expect(chmod(bin.file("git"), 0o755) == 0)
    bin.write(
      "git",
      "#!/bin/sh\ncd '\(folder.path)'\nPATH=\"${PATH#*:}\" git \"$@\" | { cat > '\(bin.file("list"))'; rm -rf "
        + "d; cat '\(bin.file("list"))'; }\n"
    )
    let path = "\(bin.path):\(ProcessInfo.processInfo.environment["PATH"]!)"
    let report = try Report.of(["scan"], in: folder, environment: ["PATH": path])
    #expect(report.status == 2)
    #expect(report.problems.map(\.path) == ["d/f"])
    #expect(report.problems.map(\.message) == ["vanished before it was read; scan again"])
  }

  @Test func `a caller that ignores SIGCHLD`() throws {
    folder.git("init", "-q")
    folder.write("a", key)
    let result = try shell("exec perl -e '$SIG{CHLD}=\"IGNORE\"; exec @ARGV' \"$0\" scan . --format jsonl")
    #expect(result.status == 1, "\(result.errors)")
  }

  @Test func `a folder named git is no git`() throws {
    folder.git("init", "-q", "repo")
    folder.write("repo/a", key)
    folder.makeFolder("bin/git")
    let path = "\(folder.file("bin")):\(ProcessInfo.processInfo.environment["PATH"]!)"
    let result = try scan("repo", environment: ["PATH": path])
    #expect(result.status == 1, "\(result.errors)")
  }

  @Test func `problems have no slash at their end`() throws {
    folder.git("init", "-q", "many/r")
    folder.write("many/r/.git/index", "broken")
    let report = try Report.scan("many", in: folder)
    #expect(report.problems.map(\.path) == ["many/r"])
  }
}
