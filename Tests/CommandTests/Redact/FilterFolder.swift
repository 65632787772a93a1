// A fresh folder in which shell scripts run with the real binary as `$HOPX`.

import Detection
import Foundation
import Rules
import Testing

final class FilterFolder {
  let path: String
  private var generator = SystemRandomNumberGenerator()

  struct Result {
    let status: Int32
    let output: [UInt8]
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
  }

  static let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("hopxguard").path

  init() {
    path = FileManager.default.temporaryDirectory.path + "/hopxguard-filter-\(UUID().uuidString.prefix(8))"
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  func write(_ name: String, _ bytes: [UInt8]) { try! Data(bytes).write(to: URL(fileURLWithPath: file(name))) }
  func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }
  func read(_ name: String) -> [UInt8] { FileManager.default.contents(atPath: file(name)).map { Array($0) } ?? [] }
  func readText(_ name: String) -> String { String(decoding: read(name), as: UTF8.self) }
  var names: [String] { try! FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  /// A text with its placeholders filled: `{key}` is a key, the others are those of rules' examples.
  func text(_ template: String) -> [UInt8] {
    let key = "hopx_live_{base62:12}.{base64url:43}"
    return fill(template.replacingOccurrences(of: "{key}", with: key), using: &generator)
  }

  /// Runs a bash script here; what it prints must hold no key.
  func sh(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) -> Result {
    let scratch = path + "/.sh"
    let whole = "cd '\(path)'; export HOPX='\(Self.binary)'; exec < /dev/null > .sh.out 2> .sh.err\n\(script)"
    let status = LiveProcess(["/bin/bash", "-c", whole]).status()
    let output = read(".sh.out")
    let errors = read(".sh.err")
    for end in [".out", ".err"] { try? FileManager.default.removeItem(atPath: scratch + end) }
    for shown in [output, errors] {
      #expect(redactedText(shown) == shown, "a key is shown", sourceLocation: sourceLocation)
    }
    return Result(status: status, output: output, errors: String(decoding: errors, as: UTF8.self))
  }
}

/// All tests here start processes and share their processors; they run one after the other.
@Suite(.serialized) enum FilterTests {}

/// What a whole text comes to. The filter itself is held against an oracle in RedactionTests.
func redactedText(_ bytes: [UInt8]) -> [UInt8] {
  var scanner = Scanner(rules: builtInRules)
  return scanner.redacted(bytes)
}

let builtInRules = RuleSet.builtIn()
