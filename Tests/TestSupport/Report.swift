// The JSON report, as its readers see it.

import Foundation
import Testing

public struct Report: Decodable {
  public struct Tool: Decodable { public let name: String, version: String }
  public struct Summary: Decodable, Equatable {
    public let files: Int, bytes: Int, commits: Int, objects: Int, findings: Int, allowed: Int
    public let seconds: Double
  }
  public struct Problem: Decodable { public let path: String, message: String }
  public struct Finding: Decodable, Equatable {
    public let rule: String, severity: String, confidence: String, secret: String, fingerprint: String
    public let path: String, line: Int, column: Int, endColumn: Int, encoding: String, snippet: String
    public let place: String?, commit: String?, author: String?, date: String?, ref: String?
  }
  public let version: Int
  public let tool: Tool
  public let complete: Bool
  public let summary: Summary
  public let problems: [Problem]
  public let findings: [Finding]
  public let status: Int32

  enum CodingKeys: CodingKey { case version, tool, complete, summary, problems, findings }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    version = try container.decode(Int.self, forKey: .version)
    tool = try container.decode(Tool.self, forKey: .tool)
    complete = try container.decode(Bool.self, forKey: .complete)
    summary = try container.decode(Summary.self, forKey: .summary)
    problems = try container.decode([Problem].self, forKey: .problems)
    findings = try container.decode([Finding].self, forKey: .findings)
    status = decoder.userInfo[Self.statusKey] as? Int32 ?? -1
  }

  private static let statusKey = CodingUserInfoKey(rawValue: "status")!

  /// `hopxguard arguments… --format json`, read back.
  public static func of(
    _ arguments: [String], in folder: TestFolder? = nil, input: [UInt8] = [],
    environment: [String: String] = [:]
  ) throws -> Report {
    let result = try run(
      hopxguardPath, arguments + ["--format", "json"], in: folder?.path, input: input,
      environment: environment)
    expectNoKey(in: result.outputBytes)
    expectNoKey(in: Array(result.errors.utf8))
    return try read(result)
  }

  public static func read(_ result: CommandResult) throws -> Report {
    let decoder = JSONDecoder()
    decoder.userInfo[statusKey] = result.status
    return try decoder.decode(Report.self, from: Data(result.outputBytes))
  }

  public static func scan(_ arguments: String..., in folder: TestFolder, input: [UInt8] = []) throws -> Report {
    try of(["scan"] + arguments, in: folder, input: input)
  }

  /// `path:line:column` of each finding.
  public var places: [String] { findings.map { "\($0.path):\($0.line):\($0.column)" } }
}
