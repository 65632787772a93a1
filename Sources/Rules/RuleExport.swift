// Rules in the formats of other scanners, so that an organisation that runs one of them finds the same keys.
//
// A rule goes out with its pattern, its literal as the keyword, and what a placeholder is, as far as the format can
// say it. Encodings cannot be said. Examples are left out: filled, they would look like keys.

import Bytes

/// A format of another scanner.
package enum RuleExportFormat: String, CaseIterable, Sendable {
  case gitleaks, kingfisher, trufflehog
  case detectSecrets = "detect-secrets"
}

/// Why a rule cannot be said in another format.
package struct RuleExportError: Error, Sendable, CustomStringConvertible {
  package let rule: Rule
  package let reason: String

  package var description: String { "\(rule.source):\(rule.line): rule '\(rule.id)': \(reason)" }
}

/// Rules as a file of another scanner.
///
/// - Parameter version: of hopxguard, for the first line.
package func exported(
  _ rules: [Rule], as format: RuleExportFormat, version: String
) throws(RuleExportError) -> String {
  var parts: [ExportedRule] = []
  for rule in rules { parts.append(try ExportedRule(rule)) }
  let head = "# Exported by hopxguard \(version); its docs/rules.md says what these rules do not cover.\n"
  switch format {
  case .gitleaks: return head + parts.map(gitleaksRule).joined()
  case .kingfisher: return head + "rules:\n" + parts.map(kingfisherRule).joined()
  case .trufflehog: return head + "detectors:\n" + parts.map(trufflehogDetector).joined()
  case .detectSecrets: return head + detectSecretsImports + parts.map(detectSecretsPlugin).joined()
  }
}

/// A rule in the terms that the formats share.
private struct ExportedRule {
  let id: String
  let title: String
  let severity: String
  let keyword: String
  let pattern: PortablePattern
  /// A secret of this Shannon entropy, in bits a character, or less is made up. It has too few different
  /// characters, or nearly all of it is one.
  let entropy: Int?
  /// Matches of these patterns are made up.
  let madeUp: [String]
  /// Words, in lower case, that no random match contains by accident.
  let longWords: [String]
  let minDistinct: Int
  let words: [String]

  init(_ rule: Rule) throws(RuleExportError) {
    do throws(PatternError) { pattern = try PortablePattern(rule.portable ?? rule.pattern.source) } catch {
      throw RuleExportError(
        rule: rule, reason: "\(error.reason): give it a 'portable' pattern without that, see docs/rules.md")
    }
    id = rule.id
    title = rule.title
    severity = rule.severity.rawValue
    keyword = String(decoding: rule.literal, as: UTF8.self)
    minDistinct = rule.placeholder?.minDistinct ?? 0
    words = rule.placeholder?.words.map { String(decoding: $0, as: UTF8.self) } ?? []
    longWords = words.filter { $0.utf8.count >= 6 }
    entropy = minDistinct > 2 ? Int.bitWidth - (minDistinct - 1).leadingZeroBitCount - 1 : nil
    var texts = words.isEmpty ? [] : ["(?i:\(spelledFrom(words)))"]
    if minDistinct > 1 { texts.append(repeats) }
    let portable = pattern
    var madeUp = ["id", "secret"].flatMap { group in
      texts.compactMap { portable.replacing(group: group, with: $0) }
    }
    if rule.placeholder?.identifiers == true, let identifier = identifierPattern(portable) {
      madeUp.append(identifier)
    }
    self.madeUp = madeUp.map { "^\($0)$" }
  }
}

/// The words one after the other, with `_` and `-` between them and the last one cut short.
private func spelledFrom(_ words: [String]) -> String {
  let whole = words.map(escaped).joined(separator: "|")
  let cut = Set(words.flatMap { word in word.indices.dropFirst().map { String(word[..<$0]) } }).sorted()
  return "(?:\(whole)|[_-])*(?:\(cut.map(escaped).joined(separator: "|")))?"
}

/// The pattern with small letters alone where an ID and a secret are, as in the name of a column or a file. Of random
/// keys with a secret of 20 characters fewer than one in 10^11 is such a name.
private func identifierPattern(_ pattern: PortablePattern) -> String? {
  let secret = "[a-z_-]{\(Placeholder.shortestIdentifier),}"
  guard let named = pattern.replacing(group: "id", with: "[a-z]+") else { return nil }
  return (try? PortablePattern(named))?.replacing(group: "secret", with: secret)
}

/// One character, again and again.
private let repeats = {
  let characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"
  return characters.map { "\(escaped(String($0)))+" }.joined(separator: "|")
}()

private func escaped(_ text: String) -> String {
  text.map { $0.isLetter || $0.isNumber || "_-".contains($0) ? String($0) : "\\\($0)" }.joined()
}

/// A string of JSON, which is a string of TOML, YAML and Python too.
private func quoted(_ text: String) -> String { String(decoding: jsonText(text), as: UTF8.self) }

private func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

// MARK: formats

private func gitleaksRule(_ rule: ExportedRule) -> String {
  var text = """

    [[rules]]
    id = \(quoted(rule.id))
    description = \(quoted(rule.title))
    regex = \(quoted(rule.pattern.source))
    keywords = \(list([rule.keyword]))
    tags = \(list([rule.severity]))

    """
  if let secret = rule.pattern.index(ofGroup: "secret") { text += "secretGroup = \(secret)\n" }
  if let entropy = rule.entropy { text += "entropy = \(entropy).0\n" }
  if !rule.madeUp.isEmpty {
    text += """

      [[rules.allowlists]]
      description = "made up"
      regexTarget = "match"
      regexes = [
      \(rule.madeUp.map { "  \(quoted($0)),\n" }.joined())]

      """
  }
  return text
}

private func kingfisherRule(_ rule: ExportedRule) -> String {
  var text = """
    - name: \(quoted(rule.title))
      id: \(quoted("custom.\(rule.id)"))
      pattern: \(quoted(rule.pattern.source))
      confidence: high

    """
  if let entropy = rule.entropy { text += "  min_entropy: \(entropy).0\n" }
  // The format has no patterns here: short words would hide real keys.
  let runs = rule.minDistinct > 1 ? "0123456789abcdefghijklmnopqrstuvwxyz".map { String(repeating: $0, count: 12) } : []
  if !(rule.longWords + runs).isEmpty {
    text += "  pattern_requirements:\n    ignore_if_contains: \(list(rule.longWords + runs))\n"
  }
  return text
}

private func trufflehogDetector(_ rule: ExportedRule) -> String {
  var text = """
    - name: \(quoted(rule.id))
      keywords: \(list([rule.keyword]))
      regex:
        key: \(quoted(rule.pattern.source))

    """
  if !rule.madeUp.isEmpty {
    text += "  exclude_regexes_match:\n\(rule.madeUp.map { "    - \(quoted($0))\n" }.joined())"
  }
  return text
}

private let detectSecretsImports = """
  import re

  from detect_secrets.plugins.base import RegexBasedDetector

  """

private func detectSecretsPlugin(_ rule: ExportedRule) -> String {
  let name = rule.id.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  let denied = "re.compile(\(quoted(rule.pattern.source)))"
  return """


    class \(name)Detector(RegexBasedDetector):
        secret_type = \(quoted(rule.title))
        denylist = [\(denied)]
        made_up = [
    \(rule.madeUp.map { "        re.compile(\(quoted($0))),\n" }.joined())    ]

        def analyze_string(self, string):
            for match in self.denylist[0].finditer(string):
                parts = [part for part in match.groupdict().values() if part]
                if any(len(set(part)) < \(rule.minDistinct) for part in parts):
                    continue
                if not any(pattern.search(match.group()) for pattern in self.made_up):
                    yield match.group()

    """
}
