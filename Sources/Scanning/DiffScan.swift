// `scan --diff`: the lines that a unified diff adds.

import Detection
import Findings
import Inputs
package import Platform

/// - Parameter name: of a file; `-` is standard input.
package func scanDiff(_ name: Path, _ options: ContentOptions) -> ScanResults {
  var worker = ScanWorker(options, opensArchives: false)
  do throws(SystemError) {
    if name == "-" {
      scan(UnifiedDiff(of: StreamSource(descriptor: standardInput)), name, &worker)
    } else {
      let file = try Descriptor.open(name, flags: Descriptor.toRead)
      let status = try file.status()
      if status.kind == .folder { throw SystemError("open", SystemError.isFolder) }
      scan(UnifiedDiff(of: FileSource(file, size: status.size)), name, &worker)
    }
  } catch {
    worker.addProblem(name, "cannot be read: \(error)")
  }
  return worker.results
}

private func scan<Source: ByteSource & ~Copyable>(
  _ diff: consuming UnifiedDiff<Source>, _ name: Path, _ worker: inout ScanWorker
) {
  do throws(InputError) {
    while let part = try diff.next() {
      switch part {
      case .added(let path, let line):
        let count = worker.scan(&diff, path: path, firstLine: line, isWhole: false)
        worker.count { $0.bytes += count }
      case .text(let line):
        let count = worker.scan(&diff, path: name == "-" ? "<stdin>" : name, firstLine: line, isWhole: false)
        worker.count { $0.bytes += count }
      case .newName(let path):
        worker.scanName(path)
      case .unreadable(let path, let reason):
        worker.addProblem(path, reason)
      }
    }
  } catch {
    worker.addProblem(name == "-" ? "<stdin>" : name, error.reason)
  }
  let (files, lines) = (diff.files, diff.addedLines)
  worker.count {
    $0.files = files
    $0.lines = lines
  }
}
