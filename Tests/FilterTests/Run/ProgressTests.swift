// The progress line at a terminal: bytes and percentage of one large file and of `redact --in-place`, bytes of a
// stream; nothing of it is left when the report comes.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct ProgressTests {
    private let folder = TestFolder()

    private func bash(_ script: String) -> LiveProcess {
      let start = "cd '\(folder.path)'; export HOPX='\(hopxguardPath)' TERM=xterm\n"
      return LiveProcess(["bash", "--norc", "-c", start + script], terminal: true)
    }

    /// A file that says nothing, and takes longer to read than the line waits.
    private func writeLargeFile() {
      let path = folder.file("big.txt")
      _ = FileManager.default.createFile(atPath: path, contents: Data())
      #expect(truncate(path, 8 << 30) == 0)
    }

    @Test func `a large file shows bytes and percentage`() throws {
      writeLargeFile()
      let process = bash("exec $HOPX scan big.txt")
      let text = process.receiveText(until: " of 8.6 GB (")
      #expect(text.contains("\r\u{1B}[Kscanning: 0 files, "), "\(text)")
      #expect(text.contains(" of 8.6 GB ("), "\(text)")
    }

    @Test func `a stream shows bytes, and its end clears them`() throws {
      let process = bash("{ head -c 1000000 /dev/zero; read x < /dev/tty; } | $HOPX scan -; echo over $?")
      #expect(process.receiveText(until: "scanning: 1.0 MB").contains("scanning: 1.0 MB"))
      process.send(Array("\r".utf8))
      let rest = process.receiveText(until: "over 0")
      let end = try #require(rest.range(of: "No findings"))
      #expect(rest[..<end.lowerBound].hasSuffix("\r\u{1B}[K"), "\(rest)")
    }

    @Test func `redact --in-place shows bytes and percentage`() throws {
      writeLargeFile()
      let process = bash("exec $HOPX redact --in-place big.txt")
      let text = process.receiveText(until: " of 8.6 GB (")
      #expect(text.contains("\r\u{1B}[Kredacting: "), "\(text)")
      #expect(text.contains(" of 8.6 GB ("), "\(text)")
    }

    @Test func `no progress is shown where nobody looks`() throws {
      let result = folder.sh("{ head -c 1000 /dev/zero; sleep 0.7; } | $HOPX scan -; echo $?")
      #expect(!result.errors.contains("scanning"))
      #expect(result.text == "0\n")
    }
  }
}
