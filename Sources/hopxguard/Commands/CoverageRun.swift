// A check of what a repository's .gitignore covers, as part of a command: where the repository is,
// the survey, and its lapses as findings of a report.

import Coverage
import Detection
import Findings
import GitCommand
import Inputs
import Platform
import Reporting
import Rules
import Scanning

/// The result of a coverage check.
struct CoverageResults {
  var findings: [PolicyFinding] = []
  var problems: [Problem] = []
  /// nil if the repository could not be checked.
  var extent: CoverageExtent?
  /// What a person has to know besides.
  var notes: [String] = []
  /// What mends the top .gitignore, if that was asked for; nil when there is nothing to add.
  var fix: IgnoreFileFix?
  /// Suggested patterns that are not in .gitignore.
  var suggested: [String] = []
}

struct CoverageRun {
  /// Of the working tree, absolute and without links.
  let top: Path
  let settings: Settings
  let strict: Bool
  let options: ContentOptions

  /// The top of the working tree that contains `text`, a PATH of the command line.
  ///
  /// - Throws: `ExitStatus.failed`, after saying why, when there is none.
  static func findTop(_ text: String) throws(ExitStatus) -> Path {
    let folder: Path
    do throws(SystemError) {
      let path = try canonicalPath(Path(text))
      folder = try FileStatus.of(path).kind == .folder ? path : path.parent ?? Path("/")
    } catch {
      throw Console.fail("\(text): cannot be read: \(error)")
    }
    // git stops at the nearest repository, and a bare one may be inside the working tree of another.
    if isBareRepository(folder) {
      throw Console.fail(
        "\(text): a bare repository has no working tree, so there is nothing to check; name a clone of it")
    }
    if let top = workTreeTop(of: folder) { return top }
    throw Console.fail("\(text): not in a git repository: go to one, or name a folder in one")
  }

  /// - Parameter planning: works out what mends the top .gitignore.
  func run(planning: Bool = false) -> CoverageResults {
    var worker = ScanWorker(options)
    var results = CoverageResults()
    do throws(SurveyProblem) {
      let survey = try Survey(top: top, entries: settings.coverage) { text in
        var scanner = Scanner(rules: options.rules)
        return scanner.redacted(text)
      }
      let (lapses, problems) = survey.lapses(strict: strict)
      for lapse in lapses + readableKeys(survey, &worker) { results.findings.append(finding(lapse)) }
      for problem in survey.problems + problems { worker.addProblem(problem.path, problem.reason) }
      results.extent = CoverageExtent(
        trackedFiles: survey.trackedCount, folders: survey.folderCount, names: survey.probeCount)
      results.extent?.changes = settings.coverage.changed.map(change)
      results.notes = notes(survey)
      results.suggested = survey.suggested
      if planning {
        do throws(SurveyProblem) { results.fix = try survey.fix(redact: redacted) } catch {
          worker.addProblem(error.path, "--fix: \(error.reason)")
        }
      }
    } catch {
      worker.addProblem(error.path, error.reason)
    }
    results.problems = worker.results.problems
    results.extent?.warnings = results.findings.count { $0.isWarning }
    return results
  }

  // MARK: Files that hold a key

  /// The ignored files that hold a key and may be read by other users.
  private func readableKeys(_ survey: Survey, _ worker: inout ScanWorker) -> [Lapse] {
    guard let root = try? Folder(.openFolder(top)) else { return [] }
    var chain = FolderChain(root: root)
    var lapses: [Lapse] = []
    for path in survey.coveredFiles {
      do throws(SystemError) {
        let folder = try chain.folder(of: path)
        let name = Path(path.lastComponent)
        let status = try FileStatus.of(name, in: folder.descriptor.number)
        guard status.kind == .file,
          let lapse = Survey.lapse(forKeyIn: path, mode: UInt32(status.mode), strict: strict)
        else { continue }
        var source = FileSource(
          try .openFile(name, in: folder.descriptor.number), size: status.size)
        let before = worker.results.findings.count
        worker.scan(&source, path: path)
        if worker.results.findings.count > before { lapses.append(lapse) }
      } catch {
        if error.code != SystemError.noSuchFile { worker.addProblem(path, "cannot be read: \(error)") }
      }
    }
    return lapses
  }

  // MARK: Words

  private func finding(_ lapse: Lapse) -> PolicyFinding {
    PolicyFinding(
      rule: lapse.kind.rawValue, title: title(lapse.kind), severity: severity(lapse), isWarning: lapse.isWarning,
      path: Path(redacted(lapse.path.bytes)), line: lapse.line,
      text: Array(redacted(lapse.text).prefix(Snippet.longest)), message: redacted(lapse.message),
      details: lapse.details.map(redacted), commands: lapse.commands.map(redacted))
  }

  private func title(_ kind: Lapse.Kind) -> String {
    switch kind {
    case .missing: "A file name that is used for secrets is in no .gitignore."
    case .ineffective: "A .gitignore line that is meant to cover secrets does not."
    case .negated: "A later .gitignore line re-includes a secret file."
    case .localOnly: "Only a rule of this machine keeps a secret file out of git."
    case .uncommitted: "A .gitignore rule for secrets is not committed as it stands."
    case .tracked: "git tracks a file that is meant for secrets."
    case .exposed: "A secret file exists, and git would add it."
    case .tooBroad: "A .gitignore rule excludes a file that belongs in the repository."
    case .readable: "A file with a key can be read by other users of the machine."
    case .inImage: "A container image would contain a secret file."
    case .inPackage: "An npm package would contain a secret file."
    case .inDistribution: "A Python source distribution would contain a secret file."
    }
  }

  private func severity(_ lapse: Lapse) -> Severity {
    switch lapse.kind {
    case .tracked: .critical
    case .exposed: .high
    case .missing, .ineffective, .negated, .localOnly, .uncommitted: lapse.isWarning ? .medium : .high
    case .readable, .inImage, .inPackage, .inDistribution: .medium
    case .tooBroad: .low
    }
  }

  private func change(_ entry: CoverageEntry) -> CoverageChange {
    CoverageChange(
      pattern: redacted(entry.pattern.text), grade: entry.grade.rawValue, except: entry.ownExcept.map(redacted),
      reason: redacted(entry.reason ?? ""), source: redacted(entry.source), line: entry.line)
  }

  private func notes(_ survey: Survey) -> [String] {
    var notes: [String] = []
    if !survey.nested.isEmpty {
      let names = survey.nested.prefix(3).map { String(decoding: $0.bytes, as: UTF8.self) }
      let more = survey.nested.count > 3 ? " and \(survey.nested.count - 3) more" : ""
      notes.append(
        "not checked, because they are repositories of their own: \(names.joined(separator: ", "))\(more)")
    }
    return notes.map(redacted)
  }

  private func redacted(_ text: [UInt8]) -> [UInt8] {
    var scanner = Scanner(rules: options.rules)
    return scanner.redacted(text)
  }

  private func redacted(_ text: String) -> String {
    String(decoding: redacted(Array(text.utf8)), as: UTF8.self)
  }
}
