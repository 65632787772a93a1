// Repositories for the tests of `scan --history`: made by the real git in fresh folders.

import Foundation
import Synchronization
import TestSupport
import Testing

/// A fresh folder with a repository in it, and the binary that scans it.
final class HistoryRepository {
  private let folder = TestFolder()
  /// Absolute, without links.
  var root: String { folder.path }
  /// The repository's folder in `root`.
  let path: String

  init(_ arguments: [String] = [], name: String = "repo") throws {
    path = folder.file(name)
    try Self.run("/usr/bin/env", ["git", "init", "-q", "-b", "main"] + arguments + [path], in: folder.path)
  }

  // MARK: Making

  static func key(_ secret: Int = 43) -> String { keyText(secret: secret) }

  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  func write(_ name: String, _ data: Data) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  @discardableResult
  func git(_ arguments: String..., in folder: String? = nil, environment: [String: String] = [:])
    throws -> String
  {
    let output = try Self.run(
      "/usr/bin/env", ["git"] + arguments, in: folder ?? path, environment: environment)
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// Commits all there is; a second later each time, so that the order in time is known.
  @discardableResult
  func commit(_ message: String, _ more: String..., environment: [String: String] = [:]) throws -> String {
    clock += 1
    let date = ["GIT_AUTHOR_DATE": "\(clock) +0000", "GIT_COMMITTER_DATE": "\(clock) +0000"]
    try git("add", "-A")
    _ = try Self.run(
      "/usr/bin/env", ["git", "commit", "-q", "--allow-empty", "-m", message] + more, in: path,
      environment: date.merging(environment) { $1 })
    return try git("rev-parse", "HEAD")
  }
  private var clock = 1_700_000_000

  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:],
    expecting wanted: Int32? = 0
  ) throws -> Data {
    let result = try start(program, arguments, in: folder, environment: environment)
    if let wanted, result.status != wanted {
      throw Failure(text: "\(arguments) gave \(result.status): \(result.errors)")
    }
    return result.output
  }

  struct Failure: Error { let text: String }

  static func start(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]
  ) throws -> (status: Int32, output: Data, errors: String) {
    let result = try TestSupport.run(
      program, arguments, in: folder,
      environment: gitIdentity.merging(["GIT_ALLOW_PROTOCOL": "file"]) { $1 }.merging(environment) { $1 })
    return (result.status, Data(result.outputBytes), result.errors)
  }

  // MARK: Scanning

  struct Finding: Decodable {
    let fingerprint: String, path: String, line: Int, column: Int, snippet: String
    let place: String?, commit: String?, author: String?, date: String?, ref: String?
    let reach: String?, refs: [String]?, commits: Int?, objects: Int?
  }

  struct Report: Decodable {
    struct Summary: Decodable { let files: Int, bytes: Int, commits: Int, objects: Int }
    struct Problem: Decodable { let path: String, message: String }
    let complete: Bool
    let summary: Summary
    let problems: [Problem]
    let findings: [Finding]
    var status: Int32 = -1
    var errors = ""
    enum CodingKeys: CodingKey { case complete, summary, problems, findings }

    /// The findings that are not in git's plain files.
    var stored: [Finding] { findings.filter { $0.history } }
    func of(_ key: String) -> [Finding] {
      findings.filter { $0.fingerprint == HistoryRepository.fingerprint(key) && $0.history }
    }
    func holds(_ key: String) -> Bool {
      findings.contains { $0.fingerprint == HistoryRepository.fingerprint(key) }
    }
  }

  /// `scan --history`, read back; checks that no key is shown.
  func scan(_ arguments: String..., in folder: String? = nil) throws -> Report {
    let result = try Self.start(
      hopxguardPath, ["scan", "--history", "--format", "json"] + arguments, in: folder ?? path)
    for text in [Array(result.output), Array(result.errors.utf8)] { expectNoKey(in: text) }
    var report = try JSONDecoder().decode(Report.self, from: result.output)
    report.status = result.status
    report.errors = result.errors
    return report
  }

  /// As DESIGN has it; the hash by coreutils.
  static func fingerprint(_ key: String) -> String {
    if let known = known.withLock({ $0[key] }) { return known }
    let text = TestSupport.fingerprint(of: key)
    known.withLock { $0[key] = text }
    return text
  }
  private static let known = Mutex<[String: String]>([:])
}

extension HistoryRepository.Finding {
  var history: Bool { reach != nil }
}
