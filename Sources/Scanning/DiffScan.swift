// `scan --diff`: the lines that a unified diff adds.

package import Detection
package import Findings
package import Inputs
package import Platform

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// - Parameter name: of a file; `-` is standard input.
package func scanDiff(_ name: Path, _ options: ContentOptions) -> ScanResults {
  var scanner = ContentScanner(options)
  scanner.opensArchives = false
  do throws(SystemError) {
    if name == "-" {
      scan(UnifiedDiff(of: StreamSource(descriptor: STDIN_FILENO)), name, &scanner)
    } else {
      let file = try Descriptor.open(name, flags: O_RDONLY | O_CLOEXEC | O_NOCTTY)
      let status = try file.status()
      if status.kind == .folder { throw SystemError("open", EISDIR) }
      scan(UnifiedDiff(of: FileSource(file, size: status.size)), name, &scanner)
    }
  } catch {
    scanner.addProblem(name, "cannot be read: \(error)")
  }
  return scanner.results
}

private func scan<Source: ByteSource & ~Copyable>(
  _ diff: consuming UnifiedDiff<Source>, _ name: Path, _ scanner: inout ContentScanner
) {
  do throws(InputError) {
    while let part = try diff.next() {
      switch part {
      case .added(let path, let line):
        scanner.results.summary.bytes += scanner.scan(
          &diff, path: path, firstLine: line, isWhole: false)
      case .text(let line):
        scanner.results.summary.bytes += scanner.scan(
          &diff, path: name == "-" ? "<stdin>" : name, firstLine: line, isWhole: false)
      case .newName(let path):
        scanner.scanName(path)
      case .unreadable(let path, let reason):
        scanner.addProblem(path, reason)
      }
    }
  } catch {
    scanner.addProblem(name == "-" ? "<stdin>" : name, error.reason)
  }
  scanner.results.summary.files = diff.files
  scanner.results.summary.lines = diff.addedLines
}
