// Archives that are broken, locked or made to hurt are problems with exit code 2: none hides a key, fills the memory or
// stops the scan.

import Foundation
import TestSupport
import Testing

struct HostileArchiveTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func shell(_ script: String) throws {
    let result = try run("/bin/bash", ["-euc", script, "-", hopxguardPath, key], in: folder.path)
    #expect(result.status == 0, "\(script): \(result.errors)")
  }

  private func python(_ body: String) throws {
    let result = try run("/usr/bin/env", ["python3", "-", key], in: folder.path, input: Array(body.utf8))
    #expect(result.status == 0, "\(result.errors)")
  }

  /// What was found and what was said, of one file, with no more memory than `kilobytes`.
  private func scan(_ name: String, kilobytes: Int = 2_000_000) throws -> Report {
    let result = try run(
      "/bin/bash", ["-c", "ulimit -v \(kilobytes); exec \"$0\" scan --format json \"$1\"", hopxguardPath, name],
      in: folder.path)
    expectNoKey(in: result.outputBytes)
    return try Report.read(result)
  }

  // MARK: Broken

  @Test(arguments: [
    "tar cf", "tar czf", "tar cjf", "tar cJf", "tar --zstd -cf", "7zz a -bso0 -t7z", "zip", "cpio", "deb",
  ])
  func `an archive that is cut short is told of, and what came before is scanned`(_ program: String) throws {
    folder.write("in/a", key)
    folder.write("in/z", (0..<200_000).map { _ in UInt8.random(in: 0...255) })
    switch program {
    case "zip": try shell("python3 -m zipfile -c x in")
    case "cpio": try shell("printf '%s\\n' in/a in/z | cpio -o --quiet -H newc > x")
    case "deb":
      try shell(
        """
        mkdir -p p/DEBIAN; cp in/z p/a
        printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: A <a@example.com>\\nDescription: x\\n' > \
        p/DEBIAN/control
        dpkg-deb -Zgzip -b p x > /dev/null; rm -r p
        """)
    default: try shell("\(program) x.out in/a in/z; mv x.out x")
    }
    let whole = folder.read("x")
    #expect(try scan("x").status == (program == "deb" ? 0 : 1))
    for part in [0.3, 0.6, 0.9] {
      folder.write("cut", Array(whole.prefix(Int(Double(whole.count) * part))))
      let report = try scan("cut")
      #expect(report.status == 2, "\(part)")
      #expect(report.problems.count == 1, "\(part): \(report.problems)")
      #expect(report.problems.first?.message.contains("cannot be read to its end as") == true)
      if ["tar cf", "tar czf", "zip", "cpio"].contains(program) && (part > 0.5 || program != "zip") {
        #expect(report.findings.count == 1)
      }
    }
  }

  @Test(arguments: [("gzip", 0.5), ("bzip2", 0.5), ("xz", 0.5), ("zstd -q", 0.5)])
  func `damaged data is told of`(_ program: String, _ place: Double) throws {
    folder.write("in", (0..<60_000).flatMap { Array("\($0 &* 2_654_435_761)\n".utf8) })
    try shell("\(program) -c in > x; rm in")
    var bytes = folder.read("x")
    let at = Int(Double(bytes.count) * place)
    for index in at..<(at + 64) { bytes[index] ^= 0xA5 }
    folder.write("x", bytes)
    let report = try scan("x")
    #expect(report.status == 2)
    #expect(report.problems.count == 1)
  }

  @Test func `a zip entry with a wrong checksum, or of a method that nobody reads, hides no other`() throws {
    try python(
      """
      import sys, zipfile
      z = zipfile.ZipFile('x', 'w')
      z.writestr('first', 'one one one'); z.writestr('second', 'two two two'); z.writestr('third', sys.argv[1])
      z.close()
      d = bytearray(open('x', 'rb').read())
      at = d.index(b'one one'); d[at] ^= 1
      at = d.index(b'second') - 30; d[at + 8] = 77
      open('x', 'wb').write(d)
      """)
    let report = try scan("x")
    #expect(report.findings.map(\.path) == ["x!third"])
    #expect(report.problems.map(\.path) == ["x", "x!first", "x!second"])
    #expect(report.status == 2)
  }

  @Test func `what begins like an archive and is none is no problem`() throws {
    folder.write("bzip", "BZh is how a bzip2 file begins. BZh9\n")
    folder.write("cpio", "070707 is not a date, and 070701 is none either.\n" + String(repeating: "0", count: 200))
    folder.write("zip", "PK is what it begins with.\n")
    folder.write("seven", "7z, they say.\n")
    folder.write("ar", "!<arch>\nlibrary.o/      0           0     0     644     8         `\nabcdefgh")
    folder.write("bracket", [0x5D, 0, 0] + [UInt8](repeating: 0x20, count: 600))
    folder.write("word", [0xC7, 0x71] + [UInt8](repeating: 0x20, count: 600))
    folder.write("z", [0x1F, 0x9D, 0x90] + [UInt8](repeating: 0x20, count: 600))
    folder.write("mark", [0x1F, 0x8B, 8])
    folder.write("zeros", [UInt8](repeating: 0, count: 2048))
    folder.write("digits", String(repeating: "0000644 ", count: 100))
    let report = try scan(".")
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.status == 0)
  }

  @Test func `encrypted entries are told of, the others scanned`() throws {
    folder.write("in/a", "secret")
    folder.write("open", key)
    try shell(
      """
      7zz a -bso0 -tzip -ppass x.zip in; python3 -c "import zipfile; zipfile.ZipFile('x.zip', 'a').write('open')"
      7zz a -bso0 -tzip -ppass -mem=AES256 aes.zip in; 7zz a -bso0 -ppass x.7z in; 7zz a -bso0 -ppass -mhe=on head.7z in
      rm -r in open
      """)
    let report = try scan(".")
    #expect(report.findings.map(\.path) == ["x.zip!open"])
    #expect(report.problems.map(\.path) == ["aes.zip", "head.7z", "x.7z", "x.zip"])
    #expect(report.problems[3].message == "an entry is encrypted: in/a; decrypt and scan what comes out")
    #expect(report.status == 2)
  }

  @Test func `a problem's words hold no key`() throws {
    folder.write(key, "x")
    try shell("7zz a -bso0 -tzip -ppass x.zip \"$2\"; rm \"$2\"")
    let result = try hopxguard("scan", "x.zip", in: folder)
    #expect(result.status == 2)
    #expect(result.errors.contains("encrypted: \(key.prefix(15))..."))
  }

  // MARK: Bombs

  @Test func `what expands a thousandfold is stopped`() throws {
    try shell(
      """
      head -c 50000000 /dev/zero > zero; bzip2 -1 -c zero > a.bz2; tar cJf b.tar.xz zero; 7zz a -bso0 c.7z zero
      echo "$2" > key; tar cf d.tar a.bz2 key; rm zero key
      """)
    for (name, path) in [
      ("a.bz2", "a.bz2!a"), ("b.tar.xz", "b.tar.xz!b.tar"), ("c.7z", "c.7z!zero"), ("d.tar", "d.tar!a.bz2!a"),
    ] {
      let report = try scan(name, kilobytes: 1_000_000)
      #expect(report.status == 2)
      #expect(report.findings.count == (name == "d.tar" ? 1 : 0))
      #expect(report.problems.map(\.path) == [path])
      #expect(
        report.problems.first?.message.contains(
          "more than 1000 times its size, which is the limit (archive-ratio); unpack it") == true)
    }
  }

  @Test func `half a million entries, and no more`() throws {
    try python(
      """
      import tarfile, io
      t = tarfile.TarInfo('x'); block = t.tobuf(tarfile.USTAR_FORMAT)
      with open('x.tar', 'wb') as f:
        for _ in range(1000): f.write(block * 600)
        f.write(b'\\0' * 1024)
      """)
    let report = try scan("x.tar", kilobytes: 500_000)
    #expect(
      report.problems.map(\.message) == [
        "not scanned to its end, nor what follows it in the archive: it has more than 500000 entries, "
          + "which is the limit (archive-entries); unpack it and scan what comes out"
      ])
  }

  @Test func `archives that have to be in memory are so together`() throws {
    try shell(
      """
      head -c 140000000 /dev/zero > zero; 7zz a -bso0 -mx0 1.7z zero; rm zero
      7zz a -bso0 -mx0 2.7z 1.7z; tar cf x.tar 2.7z; tar cf one.tar 1.7z; rm 1.7z 2.7z
      """)
    #expect(try scan("one.tar").status == 0)
    let report = try scan("x.tar")
    #expect(report.status == 2)
    #expect(report.problems.map(\.path) == ["x.tar!2.7z!1.7z"])
    #expect(
      report.problems.first?.message.contains("a 7z of more than 256 MiB, with those round it, that comes as a stream")
        == true)
  }

  /// Writes a 7z's parts: what is before the list, and the list.
  private static let sevenZipWriter = """
    import struct, zlib, lzma
    def number(n): return b'\\xff' + struct.pack('<Q', n)
    filters = [{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 16, 'mode': lzma.MODE_FAST, 'mf': lzma.MF_HC3}]
    lzma_id = b'\\x23\\x03\\x01\\x01\\x05\\x5d\\x00\\x00\\x01\\x00'
    def packed(size, start=b''):
      one = lzma.LZMACompressor(format=lzma.FORMAT_RAW, filters=filters)
      parts = [one.compress(start)]
      for _ in range(size >> 20): parts.append(one.compress(bytes(1 << 20)))
      return b''.join(parts) + one.compress(bytes(size & 0xFFFFF)) + one.flush()
    def write(name, data, head):
      start = struct.pack('<QQI', len(data), len(head), zlib.crc32(head))
      open(name, 'wb').write(b'7z\\xbc\\xaf\\x27\\x1c\\x00\\x04' + struct.pack('<I', zlib.crc32(start)) + start + \
    data + head)

    """

  @Test func `a filter that decodes a whole stream before it gives a byte`() throws {
    // BCJ2 has four streams; of a 7z of 40 KB one comes to 300 MB.
    try python(
      Self.sevenZipWriter + """
        streams = [packed(5000), bytes(5), packed(300_000_000), packed(0)]
        folder = (b'\\x04' + lzma_id * 3 + b'\\x14\\x03\\x03\\x01\\x1b\\x04\\x01'
          + bytes([5, 0, 4, 1, 3, 2]) + bytes([2, 6, 1, 0]))
        head = (b'\\x01\\x04\\x06' + number(0) + b'\\x04\\x09' + b''.join(number(len(s)) for s in streams) + b'\\x00'
          + b'\\x07\\x0b\\x01\\x00' + folder + b'\\x0c' + b''.join(number(n) for n in [0, 300_000_000, 5000, 5000])
          + b'\\x00\\x08\\x00\\x00\\x05\\x01\\x11\\x05\\x00a\\x00\\x00\\x00'
          + b'\\x15\\x06\\x01\\x00\\x20\\x80\\xa4\\x81\\x00\\x00')
        write('x.7z', b''.join(streams), head)
        """)
    let report = try Report.scan("x.7z", "--archive-memory", "100MiB", in: folder)
    #expect(report.status == 2)
    #expect(
      report.problems.first?.message.contains(
        "it takes more than 100MiB of memory, which is the limit (archive-memory)") == true, "\(report.problems)")
  }

  @Test func `a list of millions of entries does no harm to what is scanned beside it`() throws {
    try python(
      Self.sevenZipWriter + """
        count = 1_000_000
        list = b'\\x01\\x05' + number(count) + b'\\x11' + number(4 * count + 1) + b'\\x00'
        one = lzma.LZMACompressor(format=lzma.FORMAT_RAW, filters=filters)
        data = one.compress(list + b'a\\x00\\x00\\x00' * count + b'\\x00\\x00') + one.flush()
        head = (b'\\x17\\x06' + number(0) + b'\\x01\\x09' + number(len(data)) + b'\\x00\\x07\\x0b\\x01\\x00\\x01' + \
        lzma_id
          + b'\\x0c' + number(len(list) + 4 * count + 2) + b'\\x00\\x00')
        import os
        for n in range(4): os.makedirs(f'in/{n}'); write(f'in/{n}/x.7z', data, head)
        """)
    folder.write("plain", [UInt8](repeating: 0, count: 30_000_000))
    try shell(
      "7zz a -bso0 -mx0 p.7z plain; for n in 1 2 3; do tar cf in/$n/p.tar p.7z; done; rm plain; mkdir in/z; "
        + "echo \"$2\" > in/z/key"
    )
    let report = try Report.scan("in", "--jobs", "4", "--archive-memory", "100MiB", in: folder)
    #expect(report.status == 2)
    #expect(report.findings.map(\.path) == ["in/z/key"])
    #expect(report.problems.map(\.path) == (0..<4).map { "in/\($0)/x.7z" })
  }

  @Test func `a script with a zip after it, in a 7z of any size`() throws {
    folder.write("pad", (0..<40_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
    try shell(
      """
      echo "$2" > a; python3 -m zipfile -c a.zip a; { printf '#!/bin/sh\nexit 0\n%0100d\n' 0; cat a.zip; } > run.sh
      7zz a -bso0 -mx0 x.7z run.sh pad; tar cf x.tar x.7z; rm a a.zip run.sh pad x.7z
      """)
    let report = try Report.scan("x.tar", in: folder)
    #expect(report.status == 1, "\(report.problems)")
    #expect(report.findings.map(\.path) == ["x.tar!x.7z!run.sh!a"])
  }

  @Test func `holes of any length cost nothing`() throws {
    try shell(
      """
      truncate -s 4T big; printf %s "$2" | dd of=big bs=1 seek=4398046500000 conv=notrunc status=none
      tar --sparse -cf x.tar big; rm big
      """)
    let report = try scan("x.tar")
    #expect(report.findings.map(\.path) == ["x.tar!big"])
    #expect(report.problems.isEmpty)
  }

  @Test func `a file that unpacks to itself ends`() throws {
    // gzip of gzip of gzip, thirty deep: no two layers are one for ever.
    try shell("echo \"$2\" > x; for i in $(seq 30); do gzip -c x > y; mv y x; done")
    let report = try scan("x")
    #expect(report.status == 2)
    #expect(report.problems.count == 1)
  }

  @Test func `headers that claim any size are no memory`() throws {
    try python(
      """
      import tarfile, struct, zlib, lzma
      def header(name, size, kind):
        t = tarfile.TarInfo(name); t.type = kind; t.size = size
        return t.tobuf(tarfile.GNU_FORMAT)
      open('name.tar', 'wb').write(header('././@LongLink', 1 << 40, b'L') + b'a' * 4096)
      open('pax.tar', 'wb').write(header('PaxHeaders/x', 1 << 40, b'x') + b'9' * 4096)
      def number(n): return b'\\xff' + struct.pack('<Q', n)
      count = 90_000_000
      plain = b'\\x01\\x05' + number(count) + b'\\x0e' + number(count // 8) + b'\\xff' * (count // 8) + b'\\x00\\x00'
      filters = [{'id': lzma.FILTER_LZMA1, 'dict_size': 1 << 20}]
      packed = lzma.compress(plain, format=lzma.FORMAT_RAW, filters=filters)
      head = (b'\\x17\\x06' + number(0) + b'\\x01\\x09' + number(len(packed)) + b'\\x00'
        + b'\\x07\\x0b\\x01\\x00\\x01\\x23\\x03\\x01\\x01\\x05\\x5d\\x00\\x00\\x10\\x00\\x0c' + number(len(plain)) + \
      b'\\x00\\x00')
      start = struct.pack('<QQI', len(packed), len(head), zlib.crc32(head))
      open('count.7z', 'wb').write(b'7z\\xbc\\xaf\\x27\\x1c\\x00\\x04' + struct.pack('<I', zlib.crc32(start)) + start \
      + packed + head)
      """)
    for name in ["name.tar", "pax.tar", "count.7z"] {
      let report = try Report.scan(name, in: folder)
      #expect(report.status == 2, "\(name)")
      // Not that it has too many entries, which is known once they are in memory.
      #expect(report.problems.first?.message.hasPrefix("cannot be read to its end as") == true)
      #expect(report.problems.count == 1, "\(name): \(report.problems)")
    }
  }
}
