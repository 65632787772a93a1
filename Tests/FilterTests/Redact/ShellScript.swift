// Shell scripts that run in a test's folder with the real binary as `$HOPX`.

import Detection
import Foundation
import Rules
import TestSupport
import Testing

struct ScriptResult {
  let status: Int32
  let output: [UInt8]
  let errors: String
  var text: String { String(decoding: output, as: UTF8.self) }
}

extension TestFolder {
  func readText(_ name: String) -> String { String(decoding: read(name), as: UTF8.self) }
  var names: [String] { try! FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  /// A text with its placeholders filled: `{key}` is a key, the others are those of rules' examples.
  func text(_ template: String) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let key = "hopx_live_{base62:12}.{base64url:43}"
    return fill(template.replacingOccurrences(of: "{key}", with: key), using: &generator)
  }

  /// Runs a bash script here; what it prints must hold no key.
  func sh(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) -> ScriptResult {
    let whole = "cd '\(path)'; export HOPX='\(hopxguardPath)'; exec < /dev/null > .sh.out 2> .sh.err\n\(script)"
    let status = LiveProcess(["/bin/bash", "-c", whole]).status()
    let output = read(".sh.out")
    let errors = read(".sh.err")
    for name in [".sh.out", ".sh.err"] { try? FileManager.default.removeItem(atPath: file(name)) }
    for shown in [output, errors] {
      #expect(redactedText(shown) == shown, "a key is shown", sourceLocation: sourceLocation)
    }
    return ScriptResult(status: status, output: output, errors: String(decoding: errors, as: UTF8.self))
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
