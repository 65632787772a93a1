// When a content that is scanned turns out to be an archive: what is in it is scanned from the bytes that
// are searched anyway, or, where that takes all of them, behind their end.

package import Archives
package import Detection
package import Findings
package import Inputs
package import Platform
package import Rules

extension ContentScanner {
  /// What the input is that begins with the buffer; of a program that is a zip too if it ends as one.
  var archiveKind: ArchiveKind? {
    ArchiveKind(buffer.bytes) ?? (ArchiveKind.mayCarryZip(buffer.bytes) ? .attachedZip : nil)
  }

  /// Scans what is in an archive while its own bytes are searched, or gets ready to do so behind its end.
  mutating func beginArchive(
    _ kind: ArchiveKind, _ source: inout some ByteSource & ~Copyable, _ input: inout Input,
    _ found: (inout ScanResults) -> Void
  ) {
    input.isArchive = kind != .attachedZip
    swap(&input.outside, &results.findings)
    if kind.needsWhole {
      if source.whole == nil {
        input.copy = WholeCopy(of: kind, in: archivePlace)
        input.copy!.append(buffer.bytes, at: buffer.offset)
      }
      return
    }
    let archives = reader(of: kind, input.path)
    input.isWithinEntries = true
    defer { input.isWithinEntries = false }
    var isFirst = true
    archives.scan(kind) { () -> UnsafeRawBufferPointer? in
      if isFirst {
        isFirst = false
        if archivePlace == nil { archives.note(read: buffer.bytes.count) }
        return buffer.bytes
      }
      if buffer.isLast { return input.isBroken ? nil : UnsafeRawBufferPointer(start: nil, count: 0) }
      search(&input)
      dropDoubles(&input)
      if input.isLive { tellFindings(found) }
      let before = buffer.bytes.count
      fill(from: &source, &input)
      if archivePlace == nil { archives.note(read: buffer.bytes.count - before) }
      if input.isBroken && buffer.bytes.count == before { return nil }
      return UnsafeRawBufferPointer(rebasing: buffer.bytes[before...])
    }
  }

  mutating func endArchive(
    _ kind: ArchiveKind, _ whole: WholeInput?, _ input: inout Input, _ found: (inout ScanResults) -> Void
  ) {
    if kind.needsWhole, kind == .sevenZip || ArchiveKind.endsAsZip(buffer.bytes), !input.isBroken {
      let archives = reader(of: kind, input.path)
      archives.note(read: buffer.offset + buffer.bytes.count)
      if let whole { archives.scan(kind, ArchiveInput(whole)) } else { input.copy!.scan(kind, archives) }
    }
    if let archives, archives.isBusy {
      dropDoubles(&input)
      if input.isLive { tellFindings(found) }
      results.merge(archives.end())
      if keys != nil { keys!.merge(archives.keys) { first, _ in first } }
    }
    let inside = results.findings
    results.findings = input.outside
    for finding in inside { results.add(finding) }
    if input.isLive { found(&results) }
  }

  private mutating func reader(of kind: ArchiveKind, _ path: Path) -> ArchiveScan {
    let archives = self.archives ?? ArchiveScan(options)
    self.archives = archives
    archives.begin(kind, path, in: archivePlace, wanted: wanted, collectsKeys: keys != nil)
    return archives
  }

  /// Drops what was found in the archive's raw bytes and in an entry of it, as of one that is stored.
  private mutating func dropDoubles(_ input: inout Input) {
    let count = results.findings.count
    if count == 0 { return }
    let inside = archives!.found
    results.findings.removeAll { inside.contains($0.head) }
    input.found -= count - results.findings.count
  }

  /// Has what was found in entries of a live input reported, and what was found outside of them wait.
  private mutating func tellFindings(_ found: (inout ScanResults) -> Void) {
    let inside = archives!.takeFindings()
    if inside.isEmpty { return }
    let outside = results.findings
    results.findings = inside
    found(&results)
    results.findings = outside
  }
}
