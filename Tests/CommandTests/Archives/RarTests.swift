// RAR archives of both formats are opened: the key in an entry is found, and what is cut short or encrypted is exit
// code 2. The archives are made here, their entries stored.

import TestSupport
import Testing

struct RarTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func python(_ body: String) throws {
    let helpers = """
      import sys, zlib, struct
      K = b'api_key = ' + sys.argv[1].encode() + b'\\n'
      def put(name, data): open(name, 'wb').write(data)
      def v(n):
        out = b''
        while n > 127: out += bytes([n & 127 | 128]); n >>= 7
        return out + bytes([n])
      def block(body):
        head = v(len(body)) + body
        return struct.pack('<I', zlib.crc32(head)) + head
      def rar5(name, data):
        main = block(v(1) + v(0) + v(0))
        sums = struct.pack('<I', zlib.crc32(data))
        sizes = v(2) + v(2) + v(len(data)) + v(4) + v(len(data)) + v(0o100644)
        file = block(sizes + sums + v(0) + v(1) + v(len(name)) + name)
        return b'Rar!\\x1a\\x07\\x01\\0' + main + file + data + block(v(5) + v(0) + v(0))
      def head4(kind, flags, body):
        rest = struct.pack('<BHH', kind, flags, 7 + len(body)) + body
        return struct.pack('<H', zlib.crc32(rest) & 0xFFFF) + rest
      def rar4(name, data, flags=0):
        size, sums = len(data), zlib.crc32(data)
        body = struct.pack('<IIBIIBBHI', size, size, 3, sums, 0x5A000000, 20, 0x30, len(name), 0o100644) + name
        start = b'Rar!\\x1a\\x07\\0' + head4(0x73, 0, b'\\0' * 6)
        return start + head4(0x74, 0x8000 | flags, body) + data + head4(0x7B, 0x4000, b'')

      """
    let result = try run("/usr/bin/env", ["python3", "-", key], in: folder.path, input: Array((helpers + body).utf8))
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `a key in an entry is found, and what follows the archive is read`() throws {
    try python("put('a.rar', rar4(b'app.py', K)); put('b.rar', rar5(b'app.py', b'x = 1\\n' + K))")
    let report = try Report.scan(in: folder)
    #expect(report.places == ["a.rar!app.py:1:11", "b.rar!app.py:2:11"])
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.status == 1)
  }

  @Test func `one that is cut short is a problem`() throws {
    try python("put('a.rar', rar4(b'a', K * 100)[:200]); put('b.rar', rar5(b'a', K * 100)[:200])")
    let report = try Report.scan(in: folder)
    #expect(report.status == 2)
    #expect(report.problems.map { String($0.path.prefix(5)) } == ["a.rar", "b.rar"])
  }

  @Test func `redact refuses them`() throws {
    try python("put('a.rar', rar4(b'a', K)); put('b.rar', rar5(b'a', K))")
    for name in ["a.rar", "b.rar"] {
      let result = try run(hopxguardPath, ["redact"], in: folder.path, input: folder.read(name))
      #expect(result.status == 2)
      #expect(result.outputBytes.isEmpty)
    }
  }
}
