// What a program that ran to its end left behind.

import Foundation
public import Testing

public struct CommandResult: Sendable {
  /// 128 and the signal for a program that was killed by one.
  public let status: Int32
  public let outputBytes: [UInt8]
  public let errors: String
  public var output: String { String(decoding: outputBytes, as: UTF8.self) }
}

/// Runs a program to its end.
///
/// - Parameter environment: added to the test's own, from which `GIT_*` is taken.
public func run(
  _ program: String, _ arguments: [String], in folder: String? = nil, input: [UInt8] = [],
  environment: [String: String] = [:]
) throws -> CommandResult {
  // Files instead of pipes: nothing can fill up while nobody reads.
  let scratch = FileManager.default.temporaryDirectory.path + "/hopxguard-run-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(atPath: scratch) }
  for name in ["in", "out", "err"] {
    _ = FileManager.default.createFile(atPath: "\(scratch)/\(name)", contents: name == "in" ? Data(input) : nil)
  }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.environment = testEnvironment(environment)
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  process.standardInput = FileHandle(forReadingAtPath: "\(scratch)/in")
  process.standardOutput = FileHandle(forWritingAtPath: "\(scratch)/out")
  process.standardError = FileHandle(forWritingAtPath: "\(scratch)/err")
  try process.run()
  process.waitUntilExit()
  let signal = process.terminationReason == .uncaughtSignal
  return CommandResult(
    status: process.terminationStatus + (signal ? 128 : 0),
    outputBytes: Array(FileManager.default.contents(atPath: "\(scratch)/out") ?? Data()),
    errors: String(decoding: FileManager.default.contents(atPath: "\(scratch)/err") ?? Data(), as: UTF8.self))
}

/// The test's own environment without what git, colour settings or a CI system would bring in.
public func testEnvironment(_ added: [String: String]) -> [String: String] {
  let unwanted = [
    "NO_COLOR", "CLICOLOR_FORCE", "TERM", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "BUILDKITE",
    "CIRCLECI", "TF_BUILD", "JENKINS_URL", "CI",
  ]
  return ProcessInfo.processInfo.environment
    .filter { !$0.key.hasPrefix("GIT_") && !unwanted.contains($0.key) }
    .merging(added) { $1 }
}

/// The binary under test, beside the test bundle.
public let hopxguardPath: String = {
  let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
  return bundle.deletingLastPathComponent().appendingPathComponent("hopxguard").path
}()

/// Runs hopxguard to its end, and checks what holds for every run: no output holds a key, and there
/// are three exit codes.
public func hopxguard(
  _ arguments: String..., in folder: TestFolder? = nil, input: [UInt8] = [],
  environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
) throws -> CommandResult {
  let result = try run(
    hopxguardPath, arguments, in: folder?.path, input: input, environment: environment)
  expectNoKey(in: result.outputBytes, sourceLocation: sourceLocation)
  expectNoKey(in: Array(result.errors.utf8), sourceLocation: sourceLocation)
  #expect((0...2).contains(result.status), "\(result.errors)", sourceLocation: sourceLocation)
  return result
}

public func expectNoKey(in bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(keyPlaces(in: bytes).isEmpty, "a key is shown", sourceLocation: sourceLocation)
}

/// The folder of the sources, for the scripts, documents and templates that tests run.
public let projectPath = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
