// What a scan's findings say about the keys: how old each is, whether environments share it, where it is kept and
// who can read it there, and what the account and the secret manager know about it.

import Bytes
import Findings
package import Platform
package import Scanning

package struct KeyAudit {
  /// Days from which on a key's age is a finding; nil for a warning at most.
  package var maxAge: Int?
  /// The account's keys, and the file that lists them.
  package var list: (keys: KeyList, file: Path)?
  /// What a secret manager printed: findings in it are keys in use.
  package var managers: Set<Path> = []
  /// Seconds since 1970.
  private let now: Int

  /// Days after which the documentation asks for a new key.
  package static let longestAge = 90
  /// The environment of this process, as reports call it.
  package static let environment = Path("<environment>")
  private static let rule = "hopx-api-key"

  /// What relative paths of findings are relative to.
  private let root: Path

  package init(now: Int, root: Path) {
    self.now = now
    self.root = root
  }

  /// The file of a finding, of one in an archive the archive.
  private func file(of finding: Finding) -> Path {
    let inside = finding.entry.bytes.count
    return file(Path(finding.path.bytes.dropLast(inside == 0 ? 0 : inside + 1)))
  }

  private func file(_ path: Path) -> Path {
    path.bytes.first == UInt8(ascii: "/") || root.bytes.isEmpty ? path : root.appending(path.bytes)
  }

  /// Adds the table of keys and what there is to say about them, and keeps of the findings those in places where a
  /// key does not belong.
  package func examine(_ results: inout ScanResults) {
    var keys: [String: [Finding]] = [:]
    var order: [String] = []
    for finding in results.findings where finding.rule == Self.rule {
      if keys[finding.fingerprint] == nil { order.append(finding.fingerprint) }
      keys[finding.fingerprint, default: []].append(finding)
    }
    var jobs = JobNames()
    var used: Set<String> = []
    for name in order {
      let bytes = results.keys[name] ?? []
      let entry = list?.keys.entry(of: bytes)
      if !bytes.isEmpty { used.insert(KeyList.id(of: bytes)) }
      examine(keys[name]!, entry, results.origins[name], &jobs, &results)
    }
    for entry in list?.keys.entries ?? [] where entry.isActive && !used.contains(entry.keyID) {
      let last = entry.lastUsedAt.map { ", last used \($0.prefix(10))" } ?? ", never used"
      var finding = AuditRule.unused.finding(
        isWarning: true, nil, "\(Self.shown(entry)) is used nowhere that was looked at\(last)",
        details: ["If nothing else uses it: \(RotationWords.revoke)"])
      finding.path = list!.file
      results.policyFindings.append(finding)
    }
    results.findings.removeAll { $0.rule == Self.rule && belongs($0) }
    results.policyFindings += modes(of: order.flatMap { keys[$0]! })
    results.policyFindings.sort { left, right in
      left.path == right.path ? (left.line ?? 0, left.rule) < (right.line ?? 0, right.rule) : left.path < right.path
    }
  }

  private func examine(
    _ findings: [Finding], _ entry: KeyList.Entry?, _ origin: CommitInfo?, _ jobs: inout JobNames,
    _ results: inout ScanResults
  ) {
    let first = findings[0]
    let age = age(findings, entry, origin)
    var deployments: [Deployment] = []
    for finding in findings where finding.place == .content && finding.commit == nil && !isManager(finding) {
      deployments.append(Deployment(of: finding, job: jobs.name(of: finding, in: file(of: finding))))
    }
    let isInManager = findings.contains { isManager($0) }
    let exposed = findings.filter { !belongs($0) }
    var next: [String] = []

    if isInManager, let place = exposed.first {
      next.append("replace it now: it is in use and in \(title(place))")
      results.policyFindings.append(
        AuditRule.leaked.finding(
          place, "\(place.secret) is the key that the secret manager serves",
          details: [
            "It was found in \(counted(exposed.count, "place")), here in \(title(place)). \(place.fingerprint)",
            "Replace it there first, then revoke it: \(RotationWords.revoke)",
          ]))
    } else if let place = exposed.max(by: { Exposure(of: $0).advice().rotation < Exposure(of: $1).advice().rotation }) {
      let rotates = Exposure(of: place).advice().rotation == .yes
      next.append(rotates ? "replace it: it is in \(title(place))" : "move it: it is in \(title(place))")
    }
    if let entry {
      results.policyFindings += account(entry, first, &next)
    } else if let list {
      let file = String(decoding: list.file.bytes, as: UTF8.self)
      results.policyFindings.append(
        AuditRule.unlisted.finding(
          isWarning: true, first, "\(first.secret) is not in \(file)",
          details: ["It belongs to another account, or was deleted. hopxguard verify says whether it is live."]))
    }
    if let age, age.days >= Self.longestAge {
      let isFinding = maxAge.map { age.days >= $0 } ?? false
      let words = "\(age.isLowerBound ? "at least " : "")\(counted(age.days, "day")) old"
      next.append("rotate it: it is \(words)")
      results.policyFindings.append(
        AuditRule.age.finding(
          isWarning: !isFinding, first, "\(first.secret) is \(words), since \(age.since)",
          details: [
            "Hopx asks for a new key every \(Self.longestAge) days.",
            "To replace it: \(RotationSteps.steps) \(first.fingerprint)",
          ]))
    }
    if let shared = Self.sharing(deployments) {
      next.append("one key for each environment")
      results.policyFindings.append(
        AuditRule.separation.finding(
          first, "\(first.secret) is used in several environments: \(shared)",
          details: ["Create a key for each, so that one of them can be revoked alone. \(first.fingerprint)"]))
    }
    let names = Set(deployments.flatMap(\.names)).sorted()
    let uses = findings.prefix(AuditedKey.mostUses).map { finding in
      AuditedKey.Use(path: finding.path, line: finding.line, kind: title(finding))
    }
    results.audited =
      (results.audited ?? []) + [
        AuditedKey(
          secret: first.secret, fingerprint: first.fingerprint, places: findings.count, uses: uses, age: age,
          left: departure(findings), environments: names,
          account: entry.map { $0.status.isEmpty ? "listed" : $0.status },
          next: next.first ?? "nothing")
      ]
  }

  // MARK: Places

  private func isManager(_ finding: Finding) -> Bool { managers.contains(finding.path) }

  /// Whether a key may be there.
  private func belongs(_ finding: Finding) -> Bool {
    if finding.path == Self.environment || isManager(finding) { return true }
    return switch Exposure(of: finding) {
    case .ignoredFile, .secretsFile, .credentials, .shellProfile: true
    default: false
    }
  }

  private func title(_ finding: Finding) -> String {
    if finding.path == Self.environment { return "the environment" }
    if isManager(finding) { return "the secret manager" }
    return Exposure(of: finding).advice().title
  }

  /// Files that only their owner should be able to read, and are open to others.
  private func modes(of findings: [Finding]) -> [PolicyFinding] {
    var seen: Set<Path> = []
    var folders: Set<Path> = []
    var all: [PolicyFinding] = []
    for finding in findings where finding.place == .content && finding.commit == nil && finding.entry.bytes.isEmpty {
      switch Exposure(of: finding) {
      case .ignoredFile, .untrackedFile, .trackedFile, .secretsFile, .credentials, .shellProfile, .shellHistory,
        .transcript, .netrc, .systemdUnit, .crontab, .container, .editor:
        break
      default: continue
      }
      guard seen.insert(finding.path).inserted, let check = FileCheck(file(of: finding)) else { continue }
      let advice = Exposure(of: finding).advice(for: shellWord(finding.path))
      let folder = finding.path.parent ?? "."
      if check.isOpenToOthers {
        all.append(
          AuditRule.mode.finding(
            finding, "mode \(octal(check.mode)): other users of this machine can read the key in it",
            details: [advice.mend], commands: ["chmod 600 -- \(shellWord(finding.path))"]))
      } else if check.isFolderOpen,
        ["secrets", ".hopx"].contains(String(decoding: folder.lastComponent, as: UTF8.self)),
        folders.insert(folder).inserted
      {
        all.append(
          AuditRule.folder.finding(
            isWarning: true, finding,
            "the folder has mode \(octal(check.folderMode)): other users can enter it and read names",
            commands: ["chmod 700 -- \(shellWord(folder))"]))
      }
    }
    return all
  }

  private func octal(_ mode: Int) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  // MARK: Age

  /// Since when there is a key, as far as is known: the day of its creation, or when it was seen first.
  private func age(_ findings: [Finding], _ entry: KeyList.Entry?, _ origin: CommitInfo?) -> AuditedKey.Age? {
    let today = now / 86_400
    func age(_ date: some StringProtocol, isLowerBound: Bool) -> AuditedKey.Age? {
      guard let day = days(of: date), day <= today else { return nil }
      return AuditedKey.Age(since: String(date.prefix(10)), days: today - day, isLowerBound: isLowerBound)
    }
    if let created = entry?.createdAt, let age = age(created, isLowerBound: false) { return age }
    let commits = (findings.compactMap { $0.commit?.date } + [origin?.date].compactMap(\.self)).sorted()
    if let first = commits.first, let age = age(first, isLowerBound: true) { return age }
    let files = findings.filter { $0.place == .content && $0.commit == nil }
      .compactMap { FileCheck(file(of: $0)) }
    return files.map(\.modified).min().flatMap { age(utcDate(max(0, $0)), isLowerBound: true) }
  }

  /// The day on which the last file lost the key; nil while one has it.
  private func departure(_ findings: [Finding]) -> String? {
    let isGone = findings.allSatisfy { finding in
      finding.history.map { $0.reach != .head && $0.reach != .index } ?? false
    }
    return isGone ? findings.compactMap { $0.history?.departure?.date }.max().map { String($0.prefix(10)) } : nil
  }

  // MARK: Environments

  /// What is shared, in words; nil if nothing is.
  private static func sharing(_ deployments: [Deployment]) -> String? {
    let variables = Set(deployments.compactMap(\.variable)).sorted()
    let files = Set(deployments.compactMap(\.file)).sorted()
    let jobs = Set(deployments.compactMap(\.job)).sorted()
    let names = Set(deployments.flatMap(\.names)).sorted()
    for (several, kind) in [(variables, ""), (files, ""), (jobs, "CI environments "), (names, "")]
    where several.count > 1 {
      return kind + several.joined(separator: ", ")
    }
    return nil
  }

  // MARK: The account

  private func account(_ entry: KeyList.Entry, _ first: Finding, _ next: inout [String]) -> [PolicyFinding] {
    let today = now / 86_400
    let expiry = entry.expiresAt.flatMap { days(of: $0) }
    var all: [PolicyFinding] = []
    if !entry.isActive || expiry.map({ $0 < today }) ?? false {
      let word = entry.isActive ? "expired" : entry.status
      next.insert("put a new key in its place: it is \(word)", at: 0)
      all.append(
        AuditRule.revoked.finding(
          first, "\(Self.shown(entry)) is \(word) and still here",
          details: ["What uses it fails, or will. \(first.fingerprint)"]))
    } else if expiry == nil {
      all.append(
        AuditRule.expiry.finding(
          isWarning: true, first, "\(Self.shown(entry)) never expires",
          details: ["Give the next key an expiry when you create it."]))
    }
    return all
  }

  /// The name of a key, which is free text, and as much of its ID as a report may show.
  private static func shown(_ entry: KeyList.Entry) -> String {
    let name = entry.name.isEmpty ? "" : " ('\(entry.name)')"
    return "hopx_live_\(entry.keyID.prefix(5))...\(name)"
  }
}

/// The CI environments of places, each file read once.
private struct JobNames {
  private var files: [Path: JobEnvironments] = [:]

  mutating func name(of finding: Finding, in file: Path) -> String? {
    guard Exposure(of: finding) == .ci else { return nil }
    if files[finding.path] == nil {
      files[finding.path] = JobEnvironments((try? readRegularFile(file, limit: 1 << 20)) ?? [])
    }
    return files[finding.path]!.name(ofLine: finding.line)
  }
}

enum RotationWords {
  static let revoke = "console.hopx.dev, Settings, API Keys, or hopx auth keys"
}
