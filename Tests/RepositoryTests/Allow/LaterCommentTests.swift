// A comment that allows a key counts for the version of the file that it is in. Where a history or a range
// still has an older version without it, the report says why that one is found.

import Foundation
import TestSupport
import Testing

struct LaterCommentTests {
  private let folder = TestFolder()

  init() {
    let key = keyText()
    folder.git("init", "-q", "-b", "main")
    folder.write("a", "k=\(key)\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "key")
    folder.write("a", "k=\(key)  # hopxguard:allow a dummy for the documentation\n")
    folder.git("commit", "-qam", "comment")
  }

  @Test(arguments: [["--history"], ["--range", "HEAD"]])
  func `a comment that came later is explained`(mode: [String]) throws {
    #expect(try hopxguard("scan", in: folder).status == 0)
    let result = try run(hopxguardPath, ["scan"] + mode, in: folder.path)
    #expect(result.status == 1)
    let first = folder.git("rev-parse", "HEAD^").prefix(12)
    #expect(result.errors.contains("the comment hopxguard:allow came after commit \(first)"), "\(result.errors)")
    #expect(result.errors.contains("hopxguard allow sha256:"))
  }

  @Test func `a key without any comment is not explained`() throws {
    folder.write("b", "k=\(keyText())\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "other")
    #expect(!(try hopxguard("scan", "--range", "HEAD^..HEAD", in: folder).errors.contains("came after commit")))
  }
}
