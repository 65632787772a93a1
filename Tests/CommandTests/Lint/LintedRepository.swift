// A repository whose .gitignore covers secrets and whose only code shows a key, for the tests of lint.

import TestSupport

extension TestFolder {
  /// Makes it here, with `print(api_key)` committed as `file`.
  func makeLintedRepository(_ file: String) {
    git("init", "-q")
    let kept = ["example", "sample", "template", "dist"].map { "!.env.\($0)\n" }.joined()
    write(".gitignore", ".env\n.env.*\n\(kept)secrets/\n*.key\n")
    write(file, "print(api_key)\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
  }
}
