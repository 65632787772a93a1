// Patterns of `skip` that do not do what somebody meant are warnings.

import Foundation
import TestSupport
import Testing

struct SkipWarningTests {
  private let repository = AllowRepository()
  private var folder: TestFolder { repository.folder }

  init() {
    folder.write("vendor/deep/lib.py", keyText())
    folder.write("app.min.js", "x")
    repository.settings(
      """
      [scan]
      skip = [
        "vendor/**",
        "ventor/**",
        "vendor/deep/**",
        "**/*.min.js",
        "app.*",
        "src/app.pi",
        "src/app.py",
      ]

      """)
    folder.write(".gitignore", ".env\n.env.*\n*.key\n*.pem\nsecrets/\n")
    repository.commit()
  }

  @Test(arguments: [["scan"], ["scan", "."], ["check", "--no-range"], ["scan", "--jobs", "4"]])
  func `a pattern that matches nothing is a warning in a scan of the whole tree`(arguments: [String]) throws {
    let result = try run(hopxguardPath, arguments, in: folder.path)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let warnings = result.errors.split(separator: "\n").filter { $0.hasPrefix("warning: .hopxguard.toml") }
    #expect(
      warnings == [
        "warning: .hopxguard.toml:4: skip 'ventor/**' matches nothing: remove it if it is no longer needed",
        "warning: .hopxguard.toml:8: skip 'src/app.pi' matches nothing: remove it if it is no longer needed",
      ])
  }

  @Test(arguments: [
    ["scan", "src"], ["scan", "--all-files"], ["scan", "--staged"], ["scan", "--range", "HEAD"], ["scan", "--history"],
    ["scan", "-"], ["scan", "src", "vendor"],
  ])
  func `and nowhere else`(arguments: [String]) throws {
    #expect(!(try run(hopxguardPath, arguments, in: folder.path)).errors.contains("matches nothing"))
  }

  @Test func `a pattern takes nothing back in`() throws {
    folder.write("!odd.py", keyText())
    for text in ["[scan]\nskip = ['!src']\n", "[[allow]]\npath = '!src'\nreason = 'x'\n"] {
      repository.settings(text)
      let result = try hopxguard("scan", in: folder)
      #expect(result.status == 2)
      #expect(
        result.errors.contains(
          ".hopxguard.toml:2: \(text.contains("skip") ? "skip" : "path") '!src': a pattern here does not "
            + "re-include files"
        ))
    }
    repository.settings("[scan]\nskip = ['\\!odd.py', '[!v]*/app.py', 'vendor']\n")
    let result = try hopxguard("scan", in: folder)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("matches nothing"))
  }
}
