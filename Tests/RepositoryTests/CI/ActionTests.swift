// The step of action.yml runs hopxguard with the inputs as GitHub hands them over, and passes on its exit code.

import Foundation
import TestSupport
import Testing

struct ActionTests {
  private let folder = TestFolder()

  init() {
    folder.git("init", "-q", "-b", "main")
    // What is only recommended is a warning.
    folder.write(".gitignore", ".env\n.env.local\n*.key\nsecrets/\n")
    folder.write("x", "x")
    folder.git("add", ".")
    folder.git("commit", "-qm", "x")
  }

  private func action(strict: String?) throws -> CommandResult {
    let script =
      projectPath + "/scripts/action"
    let temporary = TestFolder()
    var inputs = ["INPUT_BINARY": hopxguardPath, "INPUT_RANGE": "none", "RUNNER_TEMP": temporary.path]
    inputs["INPUT_STRICT"] = strict
    return try run(script, [], in: folder.path, environment: inputs.merging(gitIdentity) { $1 })
  }

  @Test(arguments: [nil, "", "false", "False", "FALSE", "no", "No", "0"])
  func `warnings pass unless strict is asked for`(strict: String?) throws {
    let result = try action(strict: strict)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("::warning"))
  }

  @Test(arguments: ["true", "True", "TRUE", "yes", "Yes", "1"])
  func `strict makes them findings`(strict: String) throws {
    #expect(try action(strict: strict).status == 1)
  }

  @Test(arguments: ["on", "truee", "2", "--strict", "true\nfalse", "$(id)"])
  func `any other word is an error`(strict: String) throws {
    let result = try action(strict: strict)
    #expect(result.status == 2)
    #expect(result.output == "::error title=hopxguard::the input 'strict' takes true or false\n")
  }
}
