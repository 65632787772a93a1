// The rule files that a project's settings name, for every command that goes by them. `redact` and `run` take nothing
// else from the settings: a project can have more redacted, and nothing less.

import Detection
import GitCommand
import Platform
import Rules

/// A rule file that settings name.
struct ProjectRuleFile {
  let name: String
  let text: [UInt8]
  /// Of the settings, from 1.
  let line: Int
}

/// Reads the rule files that settings name, except those that the caller has named too.
///
/// - Parameters:
///   - source: what errors call the settings.
///   - named: the caller's rule files.
func ruleFiles(
  of settings: Settings, _ source: String, _ files: SettingsSource, besides named: [String]
) throws(SettingsError) -> [ProjectRuleFile] {
  let packs = named.filter { RuleSet.pack($0) != nil }
  let named = named.compactMap { try? canonicalPath(Path(argument: $0)) }
  var result: [ProjectRuleFile] = []
  for (file, line) in settings.rules where !packs.contains(file) {
    if case .folder(let folder?) = files, let path = try? canonicalPath(folder.appending(file.utf8)),
      named.contains(path)
    {
      continue
    }
    var text = RuleSet.pack(file)
    if text == nil { text = try files.read(file, limit: longestRules) }
    guard let text else {
      throw SettingsError(source: source, line: line, reason: "rules '\(file)': there is no such file")
    }
    result.append(ProjectRuleFile(name: file, text: text, line: line))
  }
  return result
}

/// Whether the working folder has a project's settings, or HOPXGUARD_CONFIG names some. Costs a few system calls.
var hasProjectSettings: Bool { environment("CONFIG") != nil || projectFolder != nil }

/// The top of the working folder's repository, if settings are there.
private var projectFolder: Path? {
  guard let folder = try? canonicalPath("."), let top = workTreeTop(of: folder),
    (try? FileStatus.of(top.appending(Settings.fileName.utf8))) != nil
  else { return nil }
  return top
}

/// `rules` and those that the project's settings name.
///
/// - Throws: `ExitStatus.failed`, after saying which file, line and reason.
func addingProjectRules(to rules: RuleSet, besides named: [String]) throws(ExitStatus) -> RuleSet {
  if !hasProjectSettings { return rules }
  var rules = rules
  let known = rules.unsupported.count
  var isAccepted = false
  do throws(SettingsError) {
    let (settings, source, files) = try readSettings(environment("CONFIG"), top: projectFolder, trusted: nil)
    isAccepted = settings.acceptsUnsupported
    for file in try ruleFiles(of: settings, source, files, besides: named) {
      do throws(RuleFileError) {
        rules = try rules.adding(file.text, source: file.name) { try? files.read($0, limit: longestRules) }
      } catch {
        throw SettingsError(source: error.file, line: error.line, reason: error.reason)
      }
    }
  } catch { throw Console.fail(aboutSettings: error.text) }
  try report(Array(rules.unsupported.dropFirst(known)), isAccepted: isAccepted)
  Console.use(rules)
  return rules
}
