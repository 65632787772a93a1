// The environments that a key is used in, as far as names tell: of variables, of files, and of jobs in CI.

import Findings
import Platform

/// The environment of one place, by each of three names.
struct Deployment {
  /// `HOPX_API_KEY` and its like, in front of the key.
  var variable: String?
  /// `.env.production` and its like.
  var file: String?
  /// Of a CI job.
  var job: String?

  /// - Parameter job: see `JobEnvironments`.
  init(of finding: Finding, job: String?) {
    variable = Self.variable(before: finding.snippet.bytes[..<finding.snippet.highlight.lowerBound])
    file = Self.file(finding.path)
    self.job = job
  }

  /// What people call these environments: one name for each, however it is spelled.
  var names: [String] {
    let suffix = variable.map { String($0.dropFirst(Self.base.count).drop { $0 == "_" }) } ?? ""
    return [suffix.isEmpty ? nil : suffix, file.map { String($0.dropFirst(5)) }, job].compactMap(\.self)
      .map(Self.common)
  }

  static let base = "HOPX_API_KEY"

  static func common(_ name: String) -> String {
    let name = name.lowercased()
    return switch name {
    case "dev", "develop", "development": "development"
    case "stage", "staging", "stg": "staging"
    case "prod", "production", "live": "production"
    default: name
    }
  }

  private static func variable(before bytes: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    var found: String?
    var rest = text[...]
    while let start = rest.firstRange(of: base) {
      found = base + rest[start.upperBound...].prefix { $0 == "_" || ($0.isASCII && ($0.isUppercase || $0.isNumber)) }
      rest = rest[start.upperBound...]
    }
    return found
  }

  /// `.env.NAME`, but not the samples, which hold no key that is in use.
  private static func file(_ path: Path) -> String? {
    let name = String(decoding: path.lastComponent, as: UTF8.self)
    guard name.hasPrefix(".env."), name.count > 5 else { return nil }
    let isSample = ["example", "sample", "template", "dist"].contains { name.hasSuffix("." + $0) }
    return isSample ? nil : name
  }
}

extension Substring {
  /// The first place of a text; nil if it is nowhere.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
