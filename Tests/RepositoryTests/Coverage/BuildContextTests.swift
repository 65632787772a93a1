// Beyond git: what is built from a folder and takes secret files along. All are warnings.

import Foundation
import Testing

/// Files of a repository and the warnings they bring.
struct BuildCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let files: [String: String]
  let warnings: [String]

  init(_ name: String, _ files: [String: String], _ warnings: [String]) {
    testDescription = name
    self.files = files
    self.warnings = warnings
  }
}

private let excluding = "**/.env\n**/*.key\n**/secrets\n"

private let cases: [BuildCase] = [
  BuildCase("no .dockerignore", ["Dockerfile": "FROM scratch\nCOPY . .\n"], ["dockerignore-uncovered Dockerfile:2"]),
  BuildCase("a .dockerignore", ["Dockerfile": "FROM x\nCOPY . .\n", ".dockerignore": excluding], []),
  BuildCase(
    "one that covers the top alone",
    [
      "Dockerfile": "FROM x\nCOPY . .\n", ".dockerignore": "/.env\n*.key\nsecrets/\n",
    ], []),
  BuildCase(
    "a file further down that exists",
    [
      "Dockerfile": "FROM x\n\ncopy --chown=1 . /app\n", ".dockerignore": ".env\n*.key\nsecrets\n", "app/.env": "x\n",
    ], ["dockerignore-uncovered Dockerfile:3"]),
  BuildCase(
    "an exception",
    [
      "Containerfile": "FROM x\nADD ./ /app\n", ".dockerignore": excluding + "!server.key\n",
    ], ["dockerignore-uncovered Containerfile:2"]),
  BuildCase("only what is named", ["Dockerfile": "FROM x\nCOPY main.py src/ /app/\nCOPY --from=a . /b\n"], []),
  BuildCase("exec form", ["Dockerfile": "FROM x\nCOPY [\".\", \"/app\"]\n"], ["dockerignore-uncovered Dockerfile:2"]),
  BuildCase(
    "a Dockerfile of another name", ["docker/prod.Dockerfile": "FROM x\nCOPY . .\n"],
    [
      "dockerignore-uncovered docker/prod.Dockerfile:2"
    ]),
  BuildCase(
    "its own ignore file",
    [
      "api/Dockerfile": "FROM x\nCOPY . .\n", "api/Dockerfile.dockerignore": "*\n!main.py\n",
    ], []),
  BuildCase(
    "many stars do not hang",
    [
      "Dockerfile": "FROM x\nCOPY . .\n",
      ".dockerignore": excluding + String(repeating: "**/*a", count: 40) + "\n*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n",
      "\(String(repeating: "a/", count: 60))\(String(repeating: "a", count: 200)).key": "x\n",
    ], []),
  BuildCase(
    "a line that goes on",
    [
      "Dockerfile": "FROM x\nCOPY --chown=1 \\\n  # all of it\n  . \\\n  /app\n", ".dockerignore": "",
    ], ["dockerignore-uncovered Dockerfile:2"]),
  BuildCase(
    "another escape", ["Dockerfile": "# escape=`\nFROM x\nCOPY `\n . C:\\app\n"],
    ["dockerignore-uncovered Dockerfile:3"]),
  BuildCase(
    "JSON without blanks", ["Dockerfile": "FROM x\nCOPY [\".\",\"/app\"]\n"], ["dockerignore-uncovered Dockerfile:2"]),
  BuildCase("JSON that names what is meant", ["Dockerfile": "FROM x\nCOPY [\"a b\",\"/app\"]\n"], []),
  BuildCase(
    "a variable", ["Dockerfile": "ARG SRC=.\nFROM x\nCOPY ${SRC} /app\n"], ["dockerignore-uncovered Dockerfile:3"]),
  BuildCase(
    "a variable of a default", ["Dockerfile": "FROM x\nCOPY ${SRC:-.} /app\n"],
    [
      "dockerignore-uncovered "
        + "Dockerfile:2"
    ]),
  BuildCase(
    "a variable that says nothing", ["Dockerfile": "FROM x\nARG SRC\nCOPY $SRC /app\n"],
    ["dockerignore-uncovered Dockerfile:3"]),
  BuildCase("a variable of a name", ["Dockerfile": "ARG SRC=main.py\nFROM x\nCOPY $SRC ${DIR}/b.py /app\n"], []),
  BuildCase(
    "a hostile .dockerignore",
    [
      "Dockerfile": "FROM x\nCOPY . .\n",
      ".dockerignore": excluding + String(repeating: "**/", count: 20_000) + "x\n"
        + String(repeating: "**/a/", count: 20_000) + "x\n" + String(repeating: "*a", count: 100_000) + "\n",
      "\(String(repeating: "a/", count: 60))\(String(repeating: "a", count: 200)).key": "x\n",
    ], []),
  BuildCase(
    "a package with .npmignore", ["package.json": "{\"name\": \"a\"}", ".npmignore": "test/\n"],
    [
      "npmignore-uncovered .npmignore"
    ]),
  BuildCase("a .npmignore that covers", ["package.json": "{}", ".npmignore": ".env\n*.key\nsecrets/\n"], []),
  BuildCase(
    "a .npmignore with an exception",
    [
      "package.json": "{}", ".npmignore": ".env\n*.key\nsecrets/\n!hopx.key\n",
    ], ["npmignore-uncovered .npmignore:4"]),
  BuildCase("a private package", ["package.json": "{\"private\": true, \"files\": [\".\"]}", ".npmignore": "x\n"], []),
  BuildCase(
    "files that take all", ["package.json": "{\n \"a\": {\"files\": []},\n \"files\": [\n  \"dist\",\n  \"*\"\n ]\n}"],
    [
      "npmignore-uncovered package.json:5"
    ]),
  BuildCase("files that name what is meant", ["package.json": "{\"files\": [\"dist\", \"lib/**\"]}"], []),
  BuildCase("a package.json that is no JSON", ["package.json": "{\"files\": [\".\""], []),
  BuildCase(
    "MANIFEST.in takes all", ["MANIFEST.in": "include README\nglobal-include *\n"], ["sdist-uncovered MANIFEST.in:2"]),
  BuildCase(
    "MANIFEST.in leaves them out again",
    [
      "MANIFEST.in": "graft .\nglobal-exclude .env *.key\nprune secrets\n"
    ], []),
  BuildCase(
    "hatch without git", ["pyproject.toml": "[tool.hatch.build.targets.sdist]\nignore-vcs = true\n"],
    [
      "sdist-uncovered pyproject.toml:2"
    ]),
  BuildCase(
    "hatch forces in",
    [
      "pyproject.toml":
        "[tool.hatch.build.targets.sdist]\nexclude = "
        + "[\"*.key\"]\n[tool.hatch.build.targets.sdist.force-include]\n\"server.key\" = \"a/server.key\"\n"
    ], ["sdist-uncovered pyproject.toml:4"]),
  BuildCase(
    "poetry includes",
    [
      "pyproject.toml": "[tool.poetry]\ninclude = [\"README\", {path = \"*.key\", format = \"sdist\"}]\n"
    ], ["sdist-uncovered pyproject.toml:2"]),
  BuildCase("an sdist that says nothing of it", ["pyproject.toml": "[build-system]\nrequires = []\n"], []),
]

@Suite struct BuildContextTests {
  @Test func `what is too long is a problem`() throws {
    for text in [String(repeating: "a\n", count: 30_000), String(repeating: "a", count: 2 << 20)] {
      let repository = try CoverageRepository()
      defer { repository.remove() }
      try repository.write("Dockerfile", "FROM x\nCOPY . .\n")
      try repository.write(".dockerignore", text)
      try repository.commit()
      let outcome = try repository.hopxguard("gitignore", "--format", "json")
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("problem: .dockerignore: it "))
    }
  }

  @Test(arguments: cases) func `a build context that takes secrets along is a warning`(_ build: BuildCase) throws {
    let repository = try CoverageRepository()
    defer { repository.remove() }
    try repository.write(
      ".gitignore", ".env\n*.key\nsecrets/\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n")
    try repository.write("docker/a.txt", "x\n")
    for (path, text) in build.files { try repository.write(path, text) }
    try repository.commit()
    let outcome = try repository.hopxguard("gitignore", "--format", "json")
    #expect(try outcome.lines == build.warnings.map { "warning \($0)" })
    #expect(outcome.status == 0)
    #expect(try repository.hopxguard("gitignore", "--strict").status == (build.warnings.isEmpty ? 0 : 1))
  }
}
