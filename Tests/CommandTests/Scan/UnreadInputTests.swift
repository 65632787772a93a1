// `scan` without a PATH scans the folder; that data on standard input was not read is said, so that nobody
// takes the result for that of the data.

import TestSupport
import Testing

struct UnreadInputTests {
  private let folder = TestFolder()

  private func errors(_ script: String) throws -> String {
    folder.write("in/a", "ok\n")
    folder.write("data", "k = \(keyText())\n")
    return try run(
      "/bin/bash", ["-c", "cd in; \(script)"], in: folder.path, environment: ["HOPX": hopxguardPath]
    ).errors
  }

  /// Waits until the pipe holds something.
  private static let wait = "until read -t 0; do :; done"

  @Test(arguments: [
    "cat ../data | { \(wait); $HOPX scan; }", "$HOPX scan < ../data",
    "cat ../data | { \(wait); $HOPX scan --all-files; }",
  ])
  func `data that nobody read is named`(script: String) throws {
    #expect(try errors(script).contains("standard input was not read"))
  }

  @Test(arguments: [
    "$HOPX scan < /dev/null", ": | $HOPX scan", "sleep 0 | $HOPX scan", "cat ../data | $HOPX scan -",
    "cat ../data | $HOPX scan . ", "$HOPX scan <&-", "$HOPX scan --quiet < ../data",
  ])
  func `nothing is said where there is nothing to read, or it is not asked for`(script: String) throws {
    #expect(!(try errors(script).contains("standard input")))
  }
}
