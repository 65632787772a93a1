// A fresh git repository for a test of `hopxguard gitignore`, with a home of its own so that no
// setting of the machine gets in, and the cross-check: what `git add` really takes in a clone.

import Foundation
import TestSupport
import Testing

struct CoverageRepository {
  let root: URL
  let top: URL
  private let home: URL

  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// The report, from `--format json`.
    var report: [String: Any] {
      get throws {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
      }
    }
    var findings: [[String: Any]] {
      get throws { try #require(try report["findings"] as? [[String: Any]]) }
    }
    /// `rule path:line`, findings before warnings, which begin with `warning `.
    var lines: [String] {
      get throws {
        try findings.map { finding in
          let level = finding["level"] as? String == "warning" ? "warning " : ""
          let line = (finding["line"] as? Int).map { ":\($0)" } ?? ""
          return "\(level)\(finding["rule"] ?? "") \(finding["path"] ?? "")\(line)"
        }
      }
    }
  }

  init() throws {
    root = URL(fileURLWithPath: "/tmp/hopxguard-coverage-\(UUID().uuidString)")
    top = root.appendingPathComponent("repo")
    home = root.appendingPathComponent("home")
    for folder in [top, home] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try git("init", "-q")
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  // MARK: Files

  func write(_ path: String, _ text: String, mode: Int = 0o644) throws {
    try write(path, Array(text.utf8), mode: mode)
  }

  func write(_ path: String, _ bytes: [UInt8], mode: Int = 0o644) throws {
    let file = path.hasPrefix("/") ? URL(fileURLWithPath: path) : top.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: top.appendingPathComponent(path)))
  }

  func writeHome(_ path: String, _ text: String) throws {
    try write(home.appendingPathComponent(path).path, text)
  }

  // MARK: Programs

  @discardableResult
  func git(_ arguments: String..., in folder: URL? = nil) throws -> String {
    let outcome = try run("/usr/bin/env", ["git"] + arguments, in: folder ?? top)
    try #require(outcome.status == 0, "git \(arguments): \(outcome.errors)")
    return outcome.output
  }

  /// Stages everything that is not ignored, and commits.
  func commit() throws {
    try git("add", "-A")
    try git("commit", "-q", "--allow-empty", "-m", "state")
  }

  func hopxguard(
    _ arguments: String..., in folder: String = "", environment: [String: String] = [:],
    descriptors: Int? = nil
  ) throws -> Outcome {
    let limit = descriptors.map { ["-c", "ulimit -n \($0); exec \"$0\" \"$@\"", hopxguardPath] }
    return try run(
      limit == nil ? hopxguardPath : "/bin/sh", (limit ?? []) + arguments,
      in: folder.isEmpty ? top : top.appendingPathComponent(folder),
      environment: environment)
  }

  private func run(
    _ program: String, _ arguments: [String], in folder: URL, environment: [String: String] = [:]
  ) throws -> Outcome {
    let own = gitIdentity.merging(["HOME": home.path, "XDG_CONFIG_HOME": ""]) { $1 }
      .filter { $0.key != "GIT_CONFIG_GLOBAL" }
    let result = try TestSupport.run(
      program, arguments, in: folder.path, environment: own.merging(environment) { $1 })
    return Outcome(status: result.status, output: result.output, errors: result.errors)
  }

  // MARK: Cross-check

  /// Which of `names` `git add` takes in a clone of what is committed, where nobody's own rules count.
  func addable(_ names: [String]) throws -> Set<String> {
    let clone = root.appendingPathComponent("clone-\(UUID().uuidString)")
    try git("clone", "-q", top.path, clone.path)
    // A rule that is meant for files must not be answered for a folder of that name.
    for name in names {
      let file = clone.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: file)
    }
    try git("-c", "core.excludesFile=/dev/null", "add", "-A", in: clone)
    let staged = try git("diff", "--cached", "--name-only", "-z", in: clone)
    return Set(staged.split(separator: "\0").map(String.init)).intersection(names)
  }
}
