// Files that are meant for secrets and hold one: what git does with them decides what to do about the key.

import Findings
import GitCommand
import Platform
import Synchronization

/// The secrets files with findings that a tree scan has met.
final class SecretsFiles: Sendable {
  private let files = Mutex<[(absolute: Path, shown: Path)]>([])

  /// Files that git is asked about. A tree made to hold more than that gets advice for files that git was not
  /// asked about.
  private static let most = 200

  func insert(_ absolute: Path, shown: Path) {
    files.withLock { if $0.count < Self.most { $0.append((absolute, shown)) } }
  }

  /// Notes at each finding in one of these files what git does with it. Without git's answer the advice is general.
  func addStandings(to findings: inout [Finding]) {
    let files = files.withLock { $0 }
    if files.isEmpty { return }
    var standings: [Path: GitStanding] = [:]
    for (top, group) in Dictionary(grouping: files, by: { workTreeTop(of: $0.absolute.parent ?? "/") }) {
      guard let top, let answers = try? GitCommand.standings(of: group.map { $0.absolute.relative(to: top) }, top: top)
      else { continue }
      for (file, answer) in zip(group, answers) {
        standings[file.shown] = answer.isTracked ? .tracked : answer.isIgnored ? .ignored : .untracked
      }
    }
    for index in findings.indices where findings[index].place == .content {
      findings[index].standing = standings[findings[index].path]
    }
  }
}
