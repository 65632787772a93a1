import Detection
import Inputs

/// How contents are scanned, wherever they come from.
struct ContentOptions {
  var rules: RuleSet
  var archives = ArchiveLimits()
  /// A report wants to know places in UTF-16 code units.
  var readsText = false
  /// A report wants the hashes of lines, too.
  var hashesLines = false
}
