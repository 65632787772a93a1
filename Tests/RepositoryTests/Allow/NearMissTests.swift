// A comment that is nearly `hopxguard:allow` allows nothing, and a warning names its line and the right spelling;
// `allow` says when no file has the fingerprint.

import TestSupport
import Testing

struct NearMissTests {
  private let folder = TestFolder()
  private let key = keyText()

  @Test(arguments: [
    "hopxguard: allow a test key", "HOPXGUARD:ALLOW a test key", "Hopxguard:allow a test key",
    "hopxguard-allow a test key", "hopxguard allow a test key", "hopx-guard:allow a test key",
    "hopxguard:ignore a test key", "hopxguard:allowed a test key", "hopxguard = allow",
  ])
  func `another spelling allows nothing, and is named`(comment: String) throws {
    folder.write("a.py", "x = 1\nK = '\(key)'  # \(comment)\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("warning: a.py:2: the comment '"), "\(result.errors)")
    #expect(result.errors.contains("' allows nothing: did you mean hopxguard:allow REASON?\n"))
  }

  @Test func `the line before needs the word next`() throws {
    folder.write(
      "a.py", "# hopxguard: allow-next-line a test\nK = '\(key)'\n# hopxguard: allow it\nL = '\(keyText())'\n")
    let errors = try hopxguard("scan", in: folder).errors
    #expect(errors.contains("a.py:2: the comment 'hopxguard: allow-next-line' allows nothing: "))
    #expect(errors.contains("did you mean hopxguard:allow-next-line REASON?"))
    #expect(!errors.contains("a.py:4"))
  }

  @Test(arguments: [
    "run hopxguard allow sha256:1234 --reason x", "hopxguard scan, then allow it", "a guard allows it", "",
  ])
  func `other words are no comment of ours`(comment: String) throws {
    folder.write("a.py", "K = '\(key)'  # \(comment)\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 1)
    #expect(!result.errors.contains("warning:"), "\(result.errors)")
  }

  @Test func `the right spelling beside another one allows`() throws {
    folder.write("a.py", "K = '\(key)'  # hopxguard: allow it hopxguard:allow a test key\n")
    #expect(try hopxguard("scan", in: folder).status == 0)
  }

  @Test func `in UTF-16 too`() throws {
    let text = "$k = '\(key)' # HopxGuard: Allow x\r\n"
    folder.write("a.ps1", [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), 0] })
    #expect(try hopxguard("scan", in: folder).errors.contains("the comment 'HopxGuard: Allow' allows nothing"))
  }

  @Test func `allow of a fingerprint that no file has says so`() throws {
    folder.git("init", "-q")
    folder.write("a.py", "K = '\(key)'\n")
    let found = try Report.scan(in: folder).findings[0].fingerprint
    let known = try hopxguard("allow", found, "--reason", "x", "--by", "Ada", in: folder)
    #expect(known.status == 0)
    #expect(!known.errors.contains("note:"))
    let other = "sha256:" + String(repeating: "0", count: 32)
    let unknown = try hopxguard("allow", other, "--reason", "x", "--by", "Ada", in: folder)
    #expect(unknown.status == 0)
    #expect(unknown.errors.contains("note: no file here, as it is or staged, has anything with this fingerprint"))
  }

  @Test func `a key that is only staged is known to allow`() throws {
    folder.git("init", "-q")
    folder.write("a.py", "K = '\(key)'\n")
    let found = try Report.scan(in: folder).findings[0].fingerprint
    folder.git("add", "a.py")
    folder.write("a.py", "\n")
    #expect(!(try hopxguard("allow", found, "--reason", "x", "--by", "Ada", in: folder)).errors.contains("note:"))
  }
}
