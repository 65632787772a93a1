// A text that is in memory and is no file: the content of a string, a message, a field.

package import Platform
import Inputs

extension ContentScanner {
  /// Scans a text, without looking for archives in it.
  ///
  /// - Parameter path: what findings call it, not yet redacted.
  package mutating func scan(text: UnsafeRawBufferPointer, path: Path) -> ScanResults {
    // Nearly all hold nothing, and there may be thousands.
    guard isWorthScanning(text) else { return ScanResults() }
    opensArchives = false
    var results = ScanResults()
    var source = MemorySource(Array(text))
    scan(&source, path: path, isWhole: false, into: &results)
    return results
  }
}
