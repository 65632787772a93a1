// `--all-files` means git's own files too, as git reads them: a key in an old commit is found in the packs and
// loose objects of every repository below the folder, and in a bundle, a pack or an object by itself.

import Foundation
import TestSupport
import Testing

struct AllFilesTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func repository(_ name: String) {
    folder.git("init", "-q", "-b", "main", name)
    folder.write("\(name)/.env", "k=\(key)\n")
    folder.git("-C", name, "add", ".env")
    folder.git("-C", name, "commit", "-qm", "leak")
    folder.git("-C", name, "rm", "-q", ".env")
    folder.write("\(name)/a", "clean\n")
    folder.git("-C", name, "add", "a")
    folder.git("-C", name, "commit", "-qm", "clean")
  }

  @Test(arguments: [true, false])
  func `objects of every repository below the folder are read`(isPacked: Bool) throws {
    repository("sub/app")
    if isPacked { folder.git("-C", "sub/app", "gc", "-q") }
    folder.git("clone", "-q", "--bare", "sub/app", "bare.git")
    let report = try Report.scan("--all-files", in: folder)
    #expect(report.places == ["bare.git/.env:1:3", "sub/app/.env:1:3"])
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(try Report.scan("--all-files", "sub/app", in: folder).places == [".env:1:3"])
  }

  @Test func `what is of a repository besides its objects is read once`() throws {
    repository("app")
    folder.write("app/.git/description", "\(keyText())\n")
    let report = try Report.scan("--all-files", in: folder)
    #expect(report.places == ["app/.env:1:3", "app/.git/description:1:1"])
  }

  @Test func `a bundle, a pack and an object by themselves are read too`() throws {
    repository("app")
    let id = folder.git("-C", "app", "rev-parse", "HEAD~:.env")
    let object = folder.read("app/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    folder.makeFolder("out")
    folder.git("-C", "app", "bundle", "create", "-q", folder.file("out/app.bundle"), "--all")
    folder.git("-C", "app", "gc", "-q")
    let packs = try FileManager.default.contentsOfDirectory(atPath: folder.file("app/.git/objects/pack"))
    folder.write("out/pack", folder.read("app/.git/objects/pack/\(packs.first { $0.hasSuffix(".pack") }!)"))
    folder.write("out/object", object)
    let report = try Report.scan("out", in: folder)
    #expect(report.problems.isEmpty, "\(report.problems)")
    let files = Set(report.findings.map { String($0.path.prefix { $0 != "!" }) })
    #expect(files == ["out/app.bundle", "out/object", "out/pack"])
  }

  @Test func `any other zlib data is no object`() throws {
    folder.write("data.z", [0x78, 0x9C, 0x4B, 0xCE, 0x49, 0x4D, 0xCC, 0x03, 0x00, 0x06, 0x36, 0x02, 0x0A])
    #expect(try Report.scan(in: folder).status == 0)
  }
}
