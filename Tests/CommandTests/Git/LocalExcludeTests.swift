// `.git/info/exclude` is in no commit. A rule there that hides untracked files is counted and named in the
// summary, because nobody else sees it; what a .gitignore ignores as well is not counted.

import Foundation
import TestSupport
import Testing

struct LocalExcludeTests {
  private let folder = TestFolder()

  private func repository(exclude: String) {
    folder.git("init", "-q")
    folder.write(".git/info/exclude", exclude)
    folder.write("tracked", "clean\n")
    folder.git("add", "-f", "tracked")
    folder.write("hidden", "k=\(keyText())\n")
    folder.write("dir/also", "clean\n")
  }

  @Test func `files that info/exclude hides are counted with their rule`() throws {
    repository(exclude: "# mine\n*\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 0)
    #expect(result.errors.contains("2 untracked files hidden by .git/info/exclude:2 (*)"), "\(result.errors)")
    let json = try hopxguard("scan", "--format", "json", in: folder)
    #expect(json.output.contains("\"hiddenBy\":{\".git/info/exclude:2 (*)\":2}"), "\(json.output)")
    #expect(try hopxguard("check", "--no-range", in: folder).errors.contains("hidden by .git/info/exclude:2"))
  }

  @Test func `what a .gitignore ignores too is not counted, nor is anything without a rule`() throws {
    repository(exclude: "# nothing\n\nhidden\n")
    folder.write(".gitignore", "hidden\n")
    #expect(!(try hopxguard("scan", in: folder).errors.contains("hidden by")))
    folder.write(".git/info/exclude", "# nothing\n")
    #expect(!(try hopxguard("scan", in: folder).errors.contains("hidden by")))
  }

  @Test func `a rule that holds a key is named without it`() throws {
    let name = keyText()
    repository(exclude: "\(name)\n")
    folder.write(name, "clean\n")
    #expect(try hopxguard("scan", in: folder).errors.contains("hidden by .git/info/exclude:1 (hopx_live_"))
  }
}
