// Lint as a part of `check` and of the pre-commit hook: warnings, unless the caller or the settings want more.

import TestSupport
import Testing

struct LintInCheckTests {
  private let folder = TestFolder()

  private func prepare() { folder.makeLintedRepository("old.py") }

  @Test func `check warns of code that would leak a key, and fails with --strict or level fail`() throws {
    prepare()
    let warned = try hopxguard("check", in: folder)
    #expect(warned.status == 0)
    #expect(warned.output.contains("old.py\n  1:7  warning: a key goes to print whole  key-logged, high"))
    #expect(warned.errors.contains("No findings, 1 warning"))
    #expect(try hopxguard("check", "--strict", in: folder).status == 1)
    folder.write(".hopxguard.toml", "[lint]\nlevel = 'fail'\n")
    #expect(try hopxguard("check", in: folder).status == 1)
    folder.write(".hopxguard.toml", "[lint]\nlevel = 'off'\n")
    #expect(!(try hopxguard("check", in: folder)).output.contains("key-logged"))
  }

  @Test func `the pre-commit hook speaks of new lines only, and lets them pass`() throws {
    prepare()
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
    folder.write("old.py", "import os\nprint(api_key)\nprint('unrelated')\n")
    folder.git("add", "old.py")
    let quiet = try run(
      "/usr/bin/env", ["git", "commit", "-q", "-m", "second"], in: folder.path, environment: gitIdentity)
    #expect(quiet.status == 0)
    #expect(!quiet.errors.contains("would leak"))
    folder.write("new.py", "import os\nprint(os.environ['HOPX_API_KEY'])\n")
    folder.git("add", "new.py")
    let warned = try run(
      "/usr/bin/env", ["git", "commit", "-q", "-m", "third"], in: folder.path, environment: gitIdentity)
    #expect(warned.status == 0)
    #expect(warned.errors.contains("this commit adds code that would leak a key; it is committed all the same"))
    #expect(warned.errors.contains("new.py\n  2:7  warning: a key goes to print whole"))
  }

  @Test func `with level fail the hook stops the commit, and a file that only moved is not new`() throws {
    prepare()
    folder.write(".hopxguard.toml", "[lint]\nlevel = 'fail'\n")
    #expect(try hopxguard("hook", "install", in: folder).status == 0)
    folder.git("mv", "old.py", "moved.py")
    let moved = try run(
      "/usr/bin/env", ["git", "commit", "-q", "-m", "move"], in: folder.path, environment: gitIdentity)
    #expect(moved.status == 0, "\(moved.errors)")
    folder.write("new.py", "print(api_key)\n")
    folder.git("add", "new.py")
    let stopped = try run(
      "/usr/bin/env", ["git", "commit", "-q", "-m", "new"], in: folder.path, environment: gitIdentity)
    #expect(stopped.status == 1)
    #expect(stopped.errors.contains("this commit adds code that would leak a key."))
  }
}
