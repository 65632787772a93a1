// Proves that reports name the day on which a key left the files, and that it has none while a file has it.

import Foundation
import TestSupport
import Testing

struct DepartureTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func commit(_ message: String, on day: String) {
    folder.git("add", "-A")
    let date = "\(day)T12:00:00Z"
    folder.git(
      "commit", "-qm", message, environment: ["GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date])
  }

  private func left(_ arguments: String...) throws -> [String?] {
    let result = try run(hopxguardPath, arguments + ["--format", "json"], in: folder.path)
    let json = try #require(JSONSerialization.jsonObject(with: Data(result.outputBytes)) as? [String: Any])
    return (json["findings"] as! [[String: Any]]).filter { $0["rule"] as? String == "hopx-api-key" }
      .map { ($0["left"] as? String).map { String($0.prefix(10)) } }
  }

  @Test func `the commit that takes a key out is the day it left`() throws {
    folder.git("init", "-q")
    folder.write("app.py", "key = '\(key)'\n")
    commit("in", on: "2026-01-02")
    folder.write("app.py", "key = None\n")
    commit("out", on: "2026-02-03")
    folder.write("app.py", "key = 1\n")
    commit("later", on: "2026-03-04")
    #expect(try left("scan", "--history") == ["2026-02-03"])
    #expect(try hopxguard("scan", "--history", in: folder).output.contains("left on 2026-02-03"))
    #expect(try hopxguard("audit", in: folder).output.contains("left the files on 2026-02-03"))
    let page = try hopxguard("audit", "--format", "html", in: folder).output
    #expect(page.contains("\"left\":\"2026-02-03"))

    // It comes back.
    folder.write("app.py", "key = '\(key)'\n")
    commit("again", on: "2026-04-05")
    #expect(try left("scan", "--history") == [nil])
    #expect(try !hopxguard("audit", in: folder).output.contains("left the files"))
    folder.write("app.py", "")
    commit("out again", on: "2026-05-06")
    #expect(try left("scan", "--history") == ["2026-05-06"])
  }

  @Test func `a merge that takes it out counts, and a branch that still has it does not`() throws {
    folder.git("init", "-q", "-b", "main")
    folder.write("app.py", "key = '\(key)'\n")
    commit("in", on: "2026-01-02")
    folder.git("checkout", "-q", "-b", "mend")
    folder.write("app.py", "")
    commit("out", on: "2026-02-03")
    folder.git("checkout", "-q", "main")
    folder.write("b.py", "")
    commit("other", on: "2026-02-04")
    folder.git(
      "merge", "-q", "--no-ff", "-m", "merge", "mend",
      environment: ["GIT_AUTHOR_DATE": "2026-03-04T12:00:00Z", "GIT_COMMITTER_DATE": "2026-03-04T12:00:00Z"])
    #expect(try left("scan", "--history") == ["2026-03-04"])
    folder.git("branch", "old", "HEAD~1")
    #expect(try left("scan", "--history") == ["2026-03-04"])
    folder.git("checkout", "-q", "old")
    #expect(try left("scan", "--history") == [nil])
  }

  @Test(arguments: [
    ("home/.netrc", "machine api.hopx.dev password @\n", "a .netrc"),
    ("app.service", "[Service]\nEnvironment=HOPX_API_KEY=@\n", "a systemd unit"),
    ("cron.d/app", "* * * * * root HOPX_API_KEY=@ app\n", "a crontab"),
    ("inspect.json", "[{\"Config\": {\"Env\": [\"PATH=/bin\", \"HOPX_API_KEY=@\"]}}]\n", "a container's settings"),
    ("Dockerfile", "ENV HOPX_API_KEY=@\n", "an image's recipe"),
    ("compose.yaml", "services:\n  a:\n    environment:\n      HOPX_API_KEY: @\n", "a compose file"),
    (".vscode/settings.json", "{\"env\": {\"HOPX_API_KEY\": \"@\"}}\n", "an editor's or agent's settings"),
  ])
  func `each place has advice of its own`(name: String, text: String, title: String) throws {
    folder.write(name, text.replacingOccurrences(of: "@", with: key))
    let result = try hopxguard("audit", in: folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("  In \(title):\n"), "\(result.errors)")
    #expect(result.output.contains("it is in \(title)"))
  }
}
