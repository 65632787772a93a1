// Where keys are on a machine besides repositories: the user's home folder, and what the system runs or sets for its
// users.

import Audit
import Detection
import Findings
import Inputs
import Platform
import Scanning

struct MachinePlaces {
  private(set) var paths: [Path] = []
  private(set) var problems: [Problem] = []

  /// What a system has, or has not.
  private static let system = [
    "/etc/environment", "/etc/profile", "/etc/profile.d", "/etc/bash.bashrc", "/etc/zsh", "/etc/systemd/system",
    "/etc/crontab", "/etc/cron.d", "/etc/docker/daemon.json",
  ]

  init() {
    if let home = variable("HOME"), home.hasPrefix("/") {
      paths.append(trimmed(Path(home)))
    } else {
      problems.append(Problem(path: "", message: "HOME names no folder, so your own files were not read"))
    }
    for name in Self.system {
      guard let kind = try? FileStatus.of(Path(name)).kind, kind == .file || kind == .folder else { continue }
      paths.append(Path(name))
    }
  }
}

/// The environment of this process, a line for each variable.
func scanEnvironment(_ options: ContentOptions) -> ScanResults {
  let lines = environmentVariables.map { entry in entry.bytes.map { $0 == 0x0A ? 0x20 : $0 } }.sorted {
    $0.lexicographicallyPrecedes($1)
  }
  return scan(Array(lines.joined(separator: [0x0A])), KeyAudit.environment, options)
}

/// The user's crontab, which only `crontab` may read.
func scanCrontab(_ options: ContentOptions) -> ScanResults {
  guard let crontab = findProgram("crontab") else { return ScanResults() }
  let limit = 1 << 20
  let path = Path("<crontab>")
  do throws(SystemError) {
    let output = try outputOfProgram(
      crontab, ["crontab", "-l"], environment: environmentVariables, input: [], seconds: 10
    ) { $0.count > limit }
    // Status 1 says that there is none.
    return output.status == 0 ? scan(output.bytes, path, options) : ScanResults()
  } catch {
    var results = ScanResults()
    results.problems.append(Problem(path: path, message: "cannot be read: \(error)"))
    return results
  }
}

/// Scans a text that is no file.
func scan(_ text: [UInt8], _ path: Path, _ options: ContentOptions) -> ScanResults {
  var scanner = ContentScanner(options)
  var source = MemorySource(text)
  var results = ScanResults()
  results.summary.bytes += scanner.scan(&source, path: path, into: &results)
  return results
}
