// Which kind of place a path is, with what git does with the file, and that every kind has two lines of advice that
// fit a terminal.

import Findings
import Platform
import Testing

@Suite struct ExposureTests {
  @Test(
    arguments: [
      (".env", nil, .secretsFile), (".env", .ignored, .ignoredFile), ("a/.env.local", .tracked, .trackedFile),
      ("prod.env", .untracked, .untrackedFile), (".env.example", .tracked, .code), ("a/b.key", .tracked, .trackedFile),
      ("secrets/x", .ignored, .ignoredFile), ("tls/a.pem", .ignored, .ignoredFile), ("tls/a.pub.pem", .ignored, .code),
      (".claude/settings.local.json", .ignored, .ignoredFile), (".streamlit/secrets.toml", .tracked, .trackedFile),
      ("/home/ada/.hopx/credentials.yaml", nil, .credentials), (".hopx/credentials.yaml", .tracked, .trackedFile),
      (".github/workflows/ci.yml", .tracked, .ci), ("Jenkinsfile", nil, .ci), ("github/workflows/ci.yml", nil, .code),
      ("/home/ada/.zshrc", nil, .shellProfile), ("/home/ada/.bash_history", nil, .shellHistory),
      ("/home/ada/.claude/projects/a.jsonl", nil, .transcript), ("<stdin>", nil, .log), ("app.log", .tracked, .log),
      ("/home/ada/.netrc", nil, .netrc), ("/etc/systemd/system/app.service", nil, .systemdUnit),
      ("/etc/systemd/system/app.service.d/key.conf", nil, .systemdUnit), ("/etc/crontab", nil, .crontab),
      ("/etc/cron.d/app", nil, .crontab), ("<crontab>", nil, .crontab), ("Dockerfile.dev", .tracked, .imageRecipe),
      ("/var/lib/docker/containers/1/config.v2.json", nil, .container), ("compose.yaml", .tracked, .compose),
      (".vscode/settings.json", .tracked, .editor), (".mcp.json", .tracked, .editor),
      (".git/logs/HEAD", nil, .history), ("src/app.py", .tracked, .code), ("", nil, .code),
    ] as [(String, GitStanding?, Exposure)])
  func `a path and git's word decide`(path: String, standing: GitStanding?, expected: Exposure) {
    #expect(Exposure(path: Path(path), standing: standing) == expected)
  }

  @Test func `git is asked where it matters, and only there`() {
    for path in [".env", "a/x.pem", ".hopx/credentials.yaml"] { #expect(Exposure.dependsOnGit(Path(path))) }
    for path in ["a.py", ".github/workflows/x.yml", ".bashrc"] { #expect(!Exposure.dependsOnGit(Path(path))) }
  }

  @Test(arguments: Exposure.allCases) func `two lines, with the file where a command needs it`(exposure: Exposure) {
    let advice = exposure.advice(for: "app/.env")
    for line in [advice.mend, advice.rotate] {
      #expect(!line.isEmpty && line.count <= 116)
      #expect(!line.contains("\n") && !line.contains("FILE"))
    }
    if [.trackedFile, .ignoredFile].contains(exposure) { #expect(advice.mend.contains("app/.env")) }
    #expect(advice.rotation != .no || [.ignoredFile, .credentials].contains(exposure))
  }
}
