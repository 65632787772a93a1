package import Archives
package import Detection
import Inputs

/// How contents are scanned, wherever they come from.
package struct ContentOptions {
  package var rules: RuleSet
  package var archives = ArchiveLimits()
  /// A report wants to know places in UTF-16 code units.
  package var readsText = false
  /// A report wants the hashes of lines, too.
  package var hashesLines = false
  /// The caller needs the whole keys of the findings.
  package var collectsKeys = false

  /// How code is linted; nil if it is not.
  package var lint: LintOptions?
  /// Whether keys are looked for.
  package var searchesKeys = true

  package init(rules: RuleSet, archives: ArchiveLimits = ArchiveLimits()) {
    self.rules = rules
    self.archives = archives
  }
}
