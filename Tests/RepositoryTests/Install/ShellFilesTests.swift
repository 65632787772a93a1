// What `make install` puts beside the binary is complete: completions of each shell and the man page.

import Foundation
import TestSupport
import Testing

struct ShellFilesTests {
  private let folder = TestFolder()
  private let scripts = projectPath + "/scripts"

  private func writeCompletions() throws {
    let result = try run("\(scripts)/completions", [hopxguardPath, folder.path])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `each shell finds its completions, with every command in them`() throws {
    try writeCompletions()
    let names = [
      "bash-completion/completions/hopxguard", "zsh/site-functions/_hopxguard",
      "fish/vendor_completions.d/hopxguard.fish",
    ]
    for name in names {
      let text = String(decoding: folder.read(name), as: UTF8.self)
      for command in ["scan", "redact", "run", "gitignore", "check", "hook", "allow", "baseline", "rules"] {
        #expect(text.contains(command), "\(name): \(command)")
      }
    }
    #expect(folder.read(names[1]).starts(with: Array("#compdef hopxguard\n".utf8)))
  }

  @Test(arguments: [
    ("hopxguard scan --sta", "--staged"), ("hopxguard che", "check"), ("hopxguard hook inst", "install"),
    ("hopxguard scan --format sar", "sarif"), ("hopxguard check --color ne", "never"),
  ])
  func `bash completes commands, options and their values`(line: String, word: String) throws {
    try writeCompletions()
    folder.write(
      "complete.bash",
      """
      set -e
      bash -n bash-completion/completions/hopxguard
      . ./bash-completion/completions/hopxguard
      COMP_LINE=$1 COMP_POINT=${#1}
      read -ra COMP_WORDS <<< "$1"
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      [[ $(complete -p hopxguard) =~ -F\\ ([^ ]+) ]]
      "${BASH_REMATCH[1]}" hopxguard "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
      printf '%s\\n' "${COMPREPLY[@]}"
      """)
    let result = try run("/usr/bin/env", ["bash", "complete.bash", line], in: folder.path)
    #expect(result.output == word + "\n", "\(result.errors)")
    #expect(result.errors.isEmpty)
  }

  @Test func `the generated man page is mended where it would be shown wrongly`() throws {
    let generated = """
      .Sh DESCRIPTION
      Examples:
        hopxguard scan --staged    the next commit

      Exit codes.
      .Bl -tag -width 6n
      .It Fl -all-files
      Every file.
      .Pp
      .It Fl h , -help
      Help.
      .El
      .Sh "EXIT STATUS"
      .Ex -std

      """
    let mended = #"""
      .Sh DESCRIPTION
      Examples:
      .Bd -literal
        hopxguard scan \-\-staged    the next commit
      .Ed
      .Pp
      Exit codes.
      .Bl -tag -width 6n
      .It Fl \-all\-files
      Every file.
      .It Fl h , \-help
      Help.
      .El

      """#
    let result = try run("\(scripts)/manual", [], input: Array(generated.utf8))
    #expect(result.output == mended)
    #expect(result.status == 0)
  }
}
