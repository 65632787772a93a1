// Comments that allow a key, compared with the revision that allowances are read from: a change must not pass by
// adding a key together with the comment that allows it.

import Detection
import Findings
import GitCommand
import GitStore
import Inputs
import Linting
import Platform

/// Marks the comments that the file at the same path did not have, for the same key, in `commit`.
///
/// - Returns: why the revision could not be read.
func confirmComments(
  in repository: GitRepository, _ findings: inout [Finding], at commit: ObjectID, _ options: ContentOptions
) -> [Problem] {
  let wanted = findings.indices.filter { findings[$0].comment == .allowed }
  let paths = Set(wanted.map { findings[$0].path }).filter { !$0.bytes.contains(0x0A) }.sorted()
  var confirmed: Set<CommentedKey> = []
  var problems: [Problem] = []
  if !paths.isEmpty {
    do throws(GitError) { confirmed = try commentedKeys(in: repository, paths, "\(commit)", options) } catch {
      problems.append(Problem(path: "", message: "--allow-from: \(explained(error))"))
    }
  }
  for index in wanted {
    let key = CommentedKey(path: findings[index].path, fingerprint: findings[index].fingerprint)
    if !confirmed.contains(key) { findings[index].comment = .tooNew }
  }
  return problems
}

/// The same for findings about code.
func confirmComments(
  in repository: GitRepository, code findings: inout [PolicyFinding], at commit: ObjectID, _ options: ContentOptions
) -> [Problem] {
  let wanted = findings.indices.filter { findings[$0].code?.comment == .allowed }
  let paths = Set(wanted.map { findings[$0].path }).filter { !$0.bytes.contains(0x0A) }.sorted()
  var confirmed: Set<String> = []
  var problems: [Problem] = []
  if !paths.isEmpty {
    do throws(GitError) { confirmed = try commentedCode(in: repository, paths, "\(commit)", options) } catch {
      problems.append(Problem(path: "", message: "--allow-from: \(explained(error))"))
    }
  }
  for index in wanted where !confirmed.contains(findings[index].code!.fingerprint) {
    findings[index].code!.comment = .tooNew
  }
  return problems
}

/// Fingerprints of what a comment allows in these files of a revision.
private func commentedCode(
  in repository: GitRepository, _ paths: [Path], _ revision: String, _ options: ContentOptions
) throws(GitError) -> Set<String> {
  var batch = try ObjectBatch(in: repository)
  batch.request(names: paths.lazy.map { "\(revision):\(String(decoding: $0.bytes, as: UTF8.self))" })
  var scanner = ContentScanner(options)
  var names: Set<String> = []
  for path in paths {
    guard case .object(_, let kind, let size) = try batch.next(), kind == "blob", size <= Linter.longestFile else {
      continue
    }
    var results = ScanResults()
    try batch.readStart(size).withUnsafeBytes { scanner.lint($0, path: path, into: &results) }
    for finding in results.code where finding.code?.comment == .allowed { names.insert(finding.code!.fingerprint) }
  }
  try batch.finish()
  return names
}

/// Those of the findings that commits brought for which HEAD has an allowing comment at the same path.
///
/// A comment counts for the version that it is in. One that came later leaves the older versions as they are.
func commentedLater(in repository: GitRepository, _ findings: [Finding], _ options: ContentOptions) -> [Finding] {
  let old = findings.filter { $0.commit != nil && $0.comment == nil && $0.place == .content }
  let paths = Set(old.lazy.map(\.path)).filter { !$0.bytes.contains(0x0A) }.sorted().prefix(mostExplained)
  guard !paths.isEmpty, let commented = try? commentedKeys(in: repository, Array(paths), "HEAD", options) else {
    return []
  }
  return old.filter { commented.contains(CommentedKey(path: $0.path, fingerprint: $0.fingerprint)) }
}

/// Paths that are looked at only to explain why a comment allows nothing.
private let mostExplained = 1000

private struct CommentedKey: Hashable {
  let path: Path
  let fingerprint: String
}

private func commentedKeys(
  in repository: GitRepository, _ paths: [Path], _ revision: String, _ options: ContentOptions
) throws(GitError) -> Set<CommentedKey> {
  var batch = try ObjectBatch(in: repository)
  // A path that is no UTF-8 becomes another, which the revision does not have.
  batch.request(names: paths.lazy.map { "\(revision):\(String(decoding: $0.bytes, as: UTF8.self))" })
  var keys: Set<CommentedKey> = []
  for path in paths {
    guard case .object(_, let kind, _) = try batch.next(), kind == "blob" else { continue }
    var worker = ScanWorker(options)
    var source = BlobSource(batch: batch)
    worker.scan(&source, path: path)
    batch = source.batch
    for finding in worker.results.findings where finding.comment == .allowed {
      keys.insert(CommentedKey(path: path, fingerprint: finding.fingerprint))
    }
  }
  try batch.finish()
  return keys
}
