// What `audit` and `rotate` read: a repository or folder with ignored files and the history, the environment, and on
// request the user's own machine.

import Bytes
import Detection
import Findings
import Inputs
import Platform
import Scanning

struct AuditInputs {
  /// The top of the repository; nil outside of one.
  let top: Path?
  /// What the caller has named.
  let path: Path
  let skip: SkipList
  let isOfMachine: Bool
  let jobs: Int
  let showsProgress: Bool

  /// Scans all of it.
  func add<Output>(to run: inout ScanRun<Output>) {
    let seen = SeenPaths()
    for target in targets(&run) {
      run.add(
        scanTree(
          [.target(target)], run.plan.options, allFiles: true, jobs: jobs, showsProgress: showsProgress, seen: seen))
    }
    run.add(scanEnvironment(run.plan.options))
    if isOfMachine { run.add(scanCrontab(run.plan.options)) }
  }

  private func targets<Output>(_ run: inout ScanRun<Output>) -> [ScanTarget] {
    var targets: [ScanTarget] = []
    do throws(SystemError) {
      targets.append(try locate(top ?? path, allFiles: true).skipping(skip.everywhere))
    } catch {
      run.add(Problem(path: path, message: "cannot be read: \(error)"))
    }
    if !isOfMachine { return targets }
    let places = MachinePlaces()
    for problem in places.problems { run.add(problem) }
    for path in places.paths {
      do throws(SystemError) { targets.append(try locateAsNamed(path)) } catch {
        run.add(Problem(path: path, message: "cannot be read: \(error)"))
      }
    }
    return targets
  }
}
