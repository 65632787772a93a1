// Proves that `rotate` keeps count of a key's replacement: where the old key is used, which key took its place, what is
// left, and from when on the old one can be revoked; and that its file has no key and is not trusted.

import Foundation
import TestSupport
import Testing

struct RotateTests {
  private let folder = TestFolder()
  private let old = keyText()
  private let new = keyText()
  private let state = ".hopxguard-rotation.json"

  private func makeRepository() {
    folder.git("init", "-q")
    folder.write(".gitignore", ".env\n.env.*\n*.key\nsecrets/\n")
    folder.git("add", ".gitignore")
    folder.git("commit", "-qm", "start")
  }

  private func rotate(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
    let result = try run(
      hopxguardPath, ["rotate", fingerprint(of: old)] + arguments, in: folder.path, environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    expectNoKey(in: folder.read(state))
    return result
  }

  private func json() throws -> [String: Any] {
    let file = try #require(JSONSerialization.jsonObject(with: Data(folder.read(state))) as? [String: Any])
    return try #require((file["rotations"] as? [[String: Any]])?.first)
  }

  @Test func `each run says what was replaced and what is left, and when to revoke`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    folder.write("app.py", "key = '\(old)'\n")
    let first = try rotate()
    #expect(first.status == 1, "\(first.errors)")
    #expect(first.output.contains("[ ] 1. Create a new key"))
    #expect(first.output.contains("[ ] 2. Put it in the place of the old one: 0 of 2 places"))
    #expect(first.output.contains("old key   .env:1"))
    #expect(first.output.contains("hopx auth keys revoke ID; its ID begins with \(old.dropFirst(10).prefix(5))"))

    folder.write(".env", "HOPX_API_KEY=\(new)\n")
    let second = try rotate()
    #expect(second.status == 1)
    #expect(second.output.contains("       it is \(new.prefix(15))... (\(fingerprint(of: new)))"))
    #expect(second.output.contains("new key   .env"))
    #expect(second.output.contains("old key   app.py:1"))
    #expect(second.output.contains("24 to 48 hours after no place uses it any more"))

    folder.write("app.py", "import os\nkey = os.environ['HOPX_API_KEY']\n")
    let third = try rotate()
    #expect(third.status == 0)
    #expect(third.output.contains("[x] 2. Put it in the place of the old one: 2 of 2 places"))
    #expect(third.output.contains("no key    app.py"))
    let deployed = try #require(try json()["deployed"] as? String)
    let due = ISO8601DateFormatter().date(from: deployed)!.addingTimeInterval(24 * 3600)
    let day = ISO8601DateFormatter().string(from: due).replacingOccurrences(of: "T", with: " ").prefix(16)
    #expect(third.output.contains("from \(day) on"))

    // It is back: the count begins again.
    folder.write("later.sh", "export HOPX_API_KEY=\(old)\n")
    #expect(try rotate().status == 1)
    #expect(try json()["deployed"] == nil)
  }

  @Test func `a copy in the history is no place to replace it in`() throws {
    makeRepository()
    folder.write("app.py", "key = '\(old)'\n")
    folder.git("add", ".")
    folder.git("commit", "-qm", "leak")
    folder.write("app.py", "")
    folder.git("commit", "-qam", "take it out")
    let result = try rotate()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("no place uses it"))
    #expect(result.output.contains("It also is in git's history (1)"))
  }

  @Test func `a key that was there before is not the new one unless it is named`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    folder.write(".env.production", "HOPX_API_KEY=\(new)\n")
    _ = try rotate()
    folder.write(".env", "HOPX_API_KEY=\(new)\n")
    #expect(try rotate().output.contains("[ ] 1. Create a new key"))
    let named = try rotate("--new", fingerprint(of: new))
    #expect(named.output.contains("[x] 1. Create a new key"))
    #expect(named.output.contains("new key   .env"))
    #expect(try rotate().output.contains("new key   .env"))
  }

  @Test func `of two candidates neither is taken`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    _ = try rotate()
    let other = keyText()
    folder.write(".env", "HOPX_API_KEY=\(new)\nHOPX_API_KEY_DEV=\(other)\n")
    let result = try rotate()
    #expect(result.output.contains("--new \(fingerprint(of: new))"))
    #expect(result.output.contains("--new \(fingerprint(of: other))"))
    #expect(result.output.contains("[ ] 1."))
  }

  @Test func `what was not read is not called replaced`() throws {
    makeRepository()
    folder.write("home/.bashrc", "export HOPX_API_KEY=\(old)\n")
    folder.write("repository/.env", "HOPX_API_KEY=\(old)\n")
    let home = ["HOME": folder.file("home")]
    _ = try rotate("--machine", environment: home)
    #expect(try json()["places"].map { ($0 as! [Any]).count } == 2)
    // The machine is looked at again, without being asked.
    let again = try rotate(environment: home)
    #expect(again.output.contains("0 of 2 places"), "\(again.output)\(again.errors)")
  }

  @Test func `nothing is written for a key that is nowhere, and a key is no argument`() throws {
    makeRepository()
    let result = try rotate()
    #expect(result.status == 2)
    #expect(result.errors.contains("no key here has the fingerprint"))
    #expect(folder.read(state).isEmpty)
    let wrong = try run(hopxguardPath, ["rotate", old], in: folder.path)
    #expect(wrong.status == 2)
    expectNoKey(in: Array(wrong.errors.utf8))
    #expect(wrong.errors.contains("never the key"))
  }

  @Test(arguments: [
    ("{", "is no JSON"), ("{\"version\":1}", "is no file of hopxguard rotate"),
    ("{\"tool\":\"hopxguard rotate\",\"version\":2}", "later version"),
    ("{\"tool\":\"hopxguard rotate\",\"version\":1,\"rotations\":[{\"old\":1}]}", "entry 1 of 'rotations'"),
  ])
  func `a file that is not ours is refused and left alone`(text: String, reason: String) throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    folder.write(state, text)
    let result = try rotate()
    #expect(result.status == 2)
    #expect(result.errors.contains("hopxguard: \(state): \(reason)") || result.errors.contains(reason))
    #expect(folder.read(state) == Array(text.utf8))
  }

  @Test func `a link is not written through`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    folder.write("elsewhere", "")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(state), withDestinationPath: folder.file("elsewhere"))
    let result = try rotate()
    #expect(result.status == 2)
    #expect(result.errors.contains("\(state): is a symbolic link"))
    #expect(folder.read("elsewhere").isEmpty)
  }

  @Test func `what the file says is shown as text, without a key in it`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    _ = try rotate()
    let text = String(decoding: folder.read(state), as: UTF8.self)
    folder.write(
      state, text.replacingOccurrences(of: "\"path\":\".env\"", with: "\"path\":\"\\u001b[31m\(new)\""))
    let result = try run(hopxguardPath, ["rotate", fingerprint(of: old)], in: folder.path)
    expectNoKey(in: result.outputBytes)
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test func `--verify asks about both keys, and nothing else does`() throws {
    makeRepository()
    folder.write(".env", "HOPX_API_KEY=\(old)\n")
    _ = try rotate()
    folder.write(".env", "HOPX_API_KEY=\(new)\n")
    folder.write("old.py", "key = '\(old)'\n")
    let service = try Service([old: ["live"], new: ["live"]])
    let silent = try rotate()
    #expect(silent.output.contains("--verify asks the service"))
    #expect(service.requests.isEmpty)
    let result = try rotate("--verify", "--endpoint", service.address)
    #expect(result.output.contains("new key: live"), "\(result.output)\(result.errors)")
    #expect(result.output.contains("old key: live"))
    #expect(result.output.contains("[x] 3. Verify"))
    #expect(service.requests.count == 2)
    #expect(try rotate().output.contains("new key: live on"))
  }
}
