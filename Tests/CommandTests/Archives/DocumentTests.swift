// Compressed text in documents and pictures is read; no document fails a scan for being one; formats that
// nothing here opens are counted, and fail a scan where the settings say so.

import Foundation
import TestSupport
import Testing

struct DocumentTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func python(_ body: String) throws {
    let helpers = """
      import sys, zlib, struct
      K = sys.argv[1].encode() + b'\\n'
      def put(name, data): open(name, 'wb').write(data)
      def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + \
      data))
      def png(*chunks):
        head = chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0))
        return b'\\x89PNG\\r\\n\\x1a\\n' + head + b''.join(chunks) + chunk(b'IDAT', zlib.compress(b'\\0\\0')) + \
      chunk(b'IEND', b'')
      def pdf(*streams):
        body = b'%PDF-1.5\\n'
        for n, s in enumerate(streams, 1):
          z = zlib.compress(s)
          body += b'%d 0 obj\\n<< /Length %d /Filter /FlateDecode >>\\nstream\\r\\n' % (n, len(z)) + z + \
      b'\\nendstream\\nendobj\\n'
        return body + b'trailer\\n<< /Size 9 >>\\n%%EOF\\n'

      """
    let result = try run("/usr/bin/env", ["python3", "-", key], in: folder.path, input: Array((helpers + body).utf8))
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `keys in a PDF's streams and in a PNG's compressed text`() throws {
    try python(
      """
      put('a.pdf', pdf(b'BT (hello) Tj ET\\n' * 50, b'x\\n' * 20000 + K))
      put('b.png', png(chunk(b'zTXt', b'Comment\\0\\0' + zlib.compress(K))))
      put('c.png', png(chunk(b'iTXt', b'Comment\\0\\1\\0en\\0Kommentar\\0' + zlib.compress(K))))
      """)
    let report = try Report.scan(in: folder)
    #expect(report.places == ["a.pdf!stream 2:20001:1", "b.png!zTXt:1:1", "c.png!iTXt:1:1"])
    #expect(report.problems.isEmpty)
  }

  @Test func `a damaged document is no problem`() throws {
    try python(
      """
      d = pdf(b'clean\\n' * 5000); put('a.pdf', d[:len(d) // 2]); put('b.pdf', d.replace(zlib.compress(b'clean\\n' * \
      5000)[9:20], b'?' * 11))
      p = png(chunk(b'zTXt', b'Comment\\0\\0' + zlib.compress(b'clean\\n' * 99))); put('a.png', p[:-30]); \
      put('b.png', p + b'garbage' * 20)
      put('c.png', p.replace(zlib.compress(b'clean\\n' * 99), b'?' * len(zlib.compress(b'clean\\n' * 99)))); \
      put('c.pdf', d + bytes(range(256)))
      put('1', png()); put('2', pdf(b'clean'))
      """)
    let packed = try run(
      "/bin/bash", ["-euc", "tar czf t 1 2; rm 1 2; for i in 1 2 3; do tar czf u t; mv u t; done"], in: folder.path)
    #expect(packed.status == 0)
    let report = try Report.scan("--archive-depth", "4", in: folder)
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.status == 0)
  }

  @Test func `what nothing here opens is counted, with an example`() throws {
    folder.git("init", "-q")
    let squashed = Array("hsqs".utf8) + [UInt8](repeating: 7, count: 24) + [4, 0] + [UInt8](repeating: 0, count: 70)
    folder.write("a.sqfs", squashed)
    folder.write("b.sqfs", squashed)
    folder.write("c", [0xFF, 6, 0, 0] + Array("sNaPpY".utf8) + [UInt8](repeating: 1, count: 40))
    folder.write("d.br", [0x0B, 0x02, 0x80] + [UInt8](repeating: 0xC3, count: 40))
    folder.write("notes.br", "a text\n")
    let lenient = try hopxguard("scan", "--no-progress", in: folder)
    #expect(lenient.status == 0)
    #expect(
      lenient.errors.contains("a.sqfs: not opened: it is a squashfs image, which nothing here opens, as are 1 other"))
    #expect(lenient.errors.contains("c: not opened: it is compressed by snappy"))
    #expect(lenient.errors.contains("d.br: not opened: it is compressed by brotli"))
    #expect(!lenient.errors.contains("notes.br"))
    folder.write(".hopxguard.toml", "[scan]\nunopened = \"fail\"\n")
    let strict = try Report.scan(in: folder)
    #expect(strict.status == 2)
    #expect(strict.problems.map(\.path) == ["a.sqfs", "c", "d.br"])
    folder.write(".hopxguard.toml", "[scan]\nunopened = \"never\"\n")
    #expect(try hopxguard("scan", in: folder).errors.contains("unopened takes 'warn' or 'fail'"))
  }

  @Test func `an encrypted PDF is not opened, and other words for it are no encryption`() throws {
    try python(
      """
      import os
      d = pdf(os.urandom(3000)); e = d.replace(b'/FlateDecode', b'/Flate')
      put('a.pdf', d.replace(b'/Size 9', b'/Size 9 /Encrypt 12 0 R'))
      put('b.pdf', d.replace(b'/Size 9', b'/Size 9/Encrypt<</V 4>>'))
      put('c.pdf', d.replace(b'/Size 9', b'/Size 9 /EncryptMetadata false'))
      put('d.pdf', d.replace(b'/Size 9', b'/Size 9 /Encrypt null'))
      late = d.replace(b'trailer', b'%' + b'x' * 262080 + b'\\ntrailer')
      put('e.pdf', late.replace(b'/Size 9', b'/Size 9 /Encrypt 12 0 R'))
      """)
    let lenient = try hopxguard("scan", "--no-progress", in: folder)
    #expect(lenient.status == 0)
    #expect(
      lenient.errors.contains(
        "warning: a.pdf: not opened: it is an encrypted PDF, which nothing here opens, as are 2 others"))
    folder.git("init", "-q")
    folder.write(".hopxguard.toml", "[scan]\nunopened = \"fail\"\n")
    let strict = try Report.scan(in: folder)
    #expect(strict.status == 2)
    #expect(strict.problems.map(\.path) == ["a.pdf"])
  }

  @Test func `redact refuses what a scan would open`() throws {
    folder.write("k", key)
    let made = try run(
      "/bin/bash",
      [
        "-euc",
        """
        tar cf x.tar k; python3 -m zipfile -c x.zip k; 7zz a -bso0 x.7z k; xz --format=lzma -kc k > x.lzma
        { printf 'S*M\\x18\\x04\\0\\0\\0abcd'; zstd -qc k; } > x.pzst; gzip -c k > x.gz; lz4 -qlc k > x.lz4
        cp x.tar x; { echo '!<arch>'; printf 'debian-binary   0           0     0     100644  4         `\\n2.0\\n'; \
        } > x.deb
        rm k x
        """,
      ], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    for name in ["tar", "zip", "7z", "lzma", "pzst", "gz", "lz4", "deb"] {
      let before = folder.read("x.\(name)")
      let stream = try run(hopxguardPath, ["redact"], in: folder.path, input: before)
      #expect(stream.status == 2, "\(name)")
      #expect(stream.outputBytes.isEmpty, "\(name)")
      #expect(try run(hopxguardPath, ["redact", "--in-place", "x.\(name)"], in: folder.path).status == 2, "\(name)")
      #expect(folder.read("x.\(name)") == before)
    }
  }
}
