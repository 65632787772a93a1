// Compares what was printed with a file in `Golden/`, which HOPXGUARD_WRITE_GOLDEN=1 has written anew. A
// file that is missing fails.

import Foundation
import TestSupport
import Testing

func expectGolden(
  _ name: String, _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  let file = folder.appendingPathComponent(name)
  let text = steady(String(decoding: bytes, as: UTF8.self))
  expectNoKey(in: Array(text.utf8), sourceLocation: sourceLocation)
  if ProcessInfo.processInfo.environment["HOPXGUARD_WRITE_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let expected = try? String(contentsOf: file, encoding: .utf8)
  #expect(
    text == expected, "Golden/\(name): HOPXGUARD_WRITE_GOLDEN=1 swift test --filter Golden writes it anew",
    sourceLocation: sourceLocation)
}

/// Text without what differs from run to run: times, and how long it took.
private func steady(_ text: String) -> String {
  text
    .replacing(/"seconds":[0-9.]+/, with: "\"seconds\":0.000")
    .replacing(/in [0-9.]+ (ms|s)\b/, with: "in 0 ms")
    .replacing(/\ time="[0-9.]+"/, with: " time=\"0.000\"")
    .replacing(
      /("start_time|"end_time|timestamp|"startTimeUtc|"endTimeUtc)("?[:=]")[0-9T:-]+/,
      with: { "\($0.1)\($0.2)2000-01-01T00:00:00" })
}

/// The schema of each format that has one.
let schemas = [
  "sarif": "sarif-2.1.0.json", "gitlab": "gitlab-secret-detection-15.2.1.json", "junit": "junit-10.xsd",
]
