// The repository that CI jobs clone in these tests: its .gitignore covers secrets, so that only keys are findings.

import TestSupport

extension TestFolder {
  /// Makes `origin`, with nothing committed yet.
  func makeOrigin() {
    git("init", "-q", "-b", "main", "origin")
    write(
      "origin/.gitignore", ".env\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n!.env.dist\n*.key\nsecrets/\n")
  }
}
