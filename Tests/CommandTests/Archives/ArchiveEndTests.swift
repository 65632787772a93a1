// What comes after an archive's end, before its beginning or in place of what its directory says is opened
// or reported, as ordinary tools would come upon it.

import Foundation
import TestSupport
import Testing

struct ArchiveEndTests {
  private let folder = TestFolder()
  private let key = keyText()

  /// Runs Python with helpers that make archives; `put(name, bytes)` writes a file, `K` is a line with a key.
  private func make(_ body: String) throws {
    let helpers = """
      import sys, io, os, gzip, bz2, lzma, zlib, struct, subprocess, tarfile, zipfile
      K = sys.argv[1].encode() + b'\\n'
      def put(name, data): open(name, 'wb').write(data)
      def zip(name, data, method=8, comment=b''):
        b = io.BytesIO(); z = zipfile.ZipFile(b, 'w', method); z.writestr(name, data); z.comment = comment; z.close()
        return b.getvalue()
      def tar(name, data):
        b = io.BytesIO(); t = tarfile.open(fileobj=b, mode='w'); i = tarfile.TarInfo(name); i.size = len(data)
        t.addfile(i, io.BytesIO(data)); t.close()
        return b.getvalue()
      def cpio(name, data):
        def entry(name, data, mode):
          name += b'\\0'
          h = b'070701' + b''.join(b'%08X' % x for x in (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)) + \
      name
          h += bytes(-len(h) % 4) + data
          return h + bytes(-len(h) % 4)
        a = entry(name, data, 0o100644) + entry(b'TRAILER!!!', b'', 0)
        return a + bytes(-len(a) % 512)
      def tool(data, *words): return subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout
      def skip(data): return struct.pack('<II', 0x184D2A53, len(data)) + data
      def seven(data):
        put('s', data); subprocess.run(['7zz', 'a', '-bso0', 's.7z', 's'], check=True)
        d = open('s.7z', 'rb').read(); os.remove('s'); os.remove('s.7z')
        return d
      def changed(data, at, new): return data[:at] + new + data[at + len(new):]
      clean = b'nothing\\n' * 20
      end = zip('a', b'')[-22:]; empty = end[:8] + bytes(14)

      """
    let result = try run("/usr/bin/env", ["python3", "-", key], in: folder.path, input: Array((helpers + body).utf8))
    #expect(result.status == 0, "\(result.errors)")
  }

  /// Scans the file `x`, as a file, as a stream and within a compressed tar.
  private func expectKey(_ expression: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try make("d = \(expression)\nput('x', d); put('x.tgz', gzip.compress(tar('x', d) + tar('y', clean)))")
    for report in try [
      Report.scan("x", in: folder), Report.scan("-", in: folder, input: folder.read("x")),
      Report.scan("x.tgz", in: folder),
    ] {
      #expect(report.status == 1, "\(expression): \(report.problems)", sourceLocation: sourceLocation)
      #expect(report.findings.count == 1, "\(expression)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    "zip('a', clean) + zip('b', K)", "empty + zip('b', K)", "gzip.compress(clean) + bytes(512) + gzip.compress(K)",
    "cpio(b'early', clean) + gzip.compress(cpio(b'app.env', K))", "tar('a', clean) + tar('b', gzip.compress(K))",
    "gzip.compress(clean) + lzma.compress(K)", "bz2.compress(clean) + bytes(3) + bz2.compress(K)",
    "lzma.compress(clean) + bytes(4) + zip('b', K)", "seven(clean) + gzip.compress(K)",
    "gzip.compress(clean) + seven(K)",
    "lzma.compress(clean, format=lzma.FORMAT_ALONE) + lzma.compress(K, format=lzma.FORMAT_ALONE)",
  ])
  func `an archive after the end of another is opened`(_ expression: String) throws { try expectKey(expression) }

  @Test(arguments: [
    "skip(b'x') + tool(K, 'lz4', '-qc')", "skip(b'x' * 999) + skip(b'') + tool(K, 'zstd', '-qc')",
    "skip(b'') + skip(b'y') + tool(K, 'lz4', '-qc')",
    "tool(clean, 'zstd', '-qc') + skip(b'z') + tool(K, 'zstd', '-qc')",
    "tool(K, 'lz4', '-qlc')", "tool(clean, 'lz4', '-qlc') + tool(K, 'lz4', '-qlc')",
  ])
  func `frames to be skipped, and the old frames of lz4`(_ expression: String) throws { try expectKey(expression) }

  @Test(arguments: [
    "b'#!/bin/sh\\n' + b'# ' * 60 + zip('b', K, 8, b'v1')",
    "b'#!/usr/bin/env python3\\n' + b'# ' * 60 + zip('b', K) + b'\\n'",
    "os.urandom(300) + zip('b', K)", "b'text\\n' * 99 + zip('b', K, 8, b'c' * 60000)",
    "zip('a', clean, 8, zip('b', K))",
    "b'MZ' + os.urandom(300000) + seven(K)", "b'#!/bin/sh\\n' + clean + seven(K)",
  ])
  func `a zip or 7z that does not begin where its file does`(_ expression: String) throws { try expectKey(expression) }

  @Test(arguments: [
    ("gzip.compress(clean) + b'garbage' + gzip.compress(K)", "after the end of the gzip"),
    ("lzma.compress(clean) + b'garbage' + lzma.compress(K)", "after the end of the xz"),
    ("tar('a', clean) + b'garbage!' * 70", "560 bytes after the end of the tar"),
    ("zip('a', clean) + bytes(range(1, 200))", "199 bytes after the end of the zip"),
    ("seven(clean) + b'x' * 20", "20 bytes after the end of the 7z"),
    ("(lambda d: d[:8] + bytes(24) + d[32:])(seven(clean))", "after the end of the 7z"),
  ])
  func `anything else after the end is reported with its length`(_ expression: String, _ part: String) throws {
    try make("put('x', \(expression))")
    let report = try Report.scan("x", in: folder)
    #expect(report.status == 2)
    #expect(report.problems.count == 1)
    #expect(report.problems.first?.message.contains(part) == true, "\(report.problems)")
  }

  @Test func `reserved bits hide nothing`() throws {
    try make(
      """
      put('g', changed(gzip.compress(K), 3, b'\\x28')); z = tool(K, 'zstd', '-qc'); put('z', changed(z, 4, \
      bytes([z[4] | 8])))
      l = tool(K, 'lz4', '-qc'); put('l', changed(l, 4, bytes([l[4] | 2])))
      """)
    for name in ["g", "z", "l"] { #expect(try Report.scan(name, in: folder).status != 0, "\(name)") }
  }

  @Test func `where a zip's directory says something else than its entries it is reported`() throws {
    try make(
      """
      def central(d): return d.rindex(b'PK\\x01\\x02')
      d = zip('aa', clean)
      put('name', changed(d, central(d) + 46, b'z')); put('method', changed(d, central(d) + 10, b'\\0'))
      put('size', changed(d, central(d) + 20, b'\\x01')); put('locked', changed(d, central(d) + 8, b'\\x01'))
      s = zip('a', zip('x', clean), 0)
      put('place', changed(s, central(s) + 42, struct.pack('<I', s.index(b'PK\\x03\\x04', 4))))
      """)
    for name in ["name", "method", "size", "locked", "place"] {
      let report = try Report.scan(name, in: folder)
      #expect(report.status == 2, "\(name)")
      #expect(
        report.problems.first?.message.contains("its directory does not agree") == true, "\(name): \(report.problems)")
    }
  }

  @Test func `zips that Python reads completely are not damaged`() throws {
    try make(
      """
      d = zip('a', clean); at = d.rindex(b'PK\\x05\\x06')
      put('lines', d + b'\\n\\n'); put('zeros', d + bytes(999)); put('comment', changed(d, at + 20, b'\\x09'))
      put('count', changed(d, at + 8, b'\\x07\\0\\x07'))
      i = d.index(b'PK\\x01\\x02'); gap = d[:i] + os.urandom(50) + d[i:]
      put('gap', changed(gap, at + 50 + 16, struct.pack('<I', i + 50)))
      class Pipe(io.RawIOBase):
        bytes = b''
        def writable(self): return True
        def write(self, data): self.bytes += bytes(data); return len(data)
      p = Pipe(); z = zipfile.ZipFile(p, 'w', 8)
      for n in range(9): z.writestr(f'{n}/', b''); z.writestr(f'{n}/a', clean)
      z.close(); put('piped', p.bytes)
      for name in ['lines', 'zeros', 'comment', 'count', 'gap']: assert zipfile.ZipFile(name).read('a') == clean
      """)
    let report = try Report.scan(in: folder)
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.status == 0)
  }

  @Test func `how many archives are read at once changes nothing`() throws {
    try make(
      """
      import os
      filters = [{'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 28, 'preset': 0}]
      d = lzma.compress(clean, filters=filters)
      # The header's dictionary is 512 MiB; the data needs less.
      for n in range(8): os.makedirs(f'in/{n}'); put(f'in/{n}/a.xz', d)
      """)
    let reports = try ["1", "8"].map {
      try hopxguard("scan", "in", "--jobs", $0, "--archive-memory", "300MiB", in: folder)
    }
    #expect(reports.map(\.status) == [0, 0], "\(reports.map(\.errors))")
    let low = try ["1", "8"].map { try Report.scan("in", "--jobs", $0, "--archive-memory", "200MiB", in: folder) }
    #expect(low[0].problems.map(\.message) == low[1].problems.map(\.message))
    #expect(low[0].problems.count == 8)
  }
}

/// Objects of git that are met as files or in archives are read as git reads them.
struct GitFileTests {
  private let folder = TestFolder()
  private let key = keyText()

  private func shell(_ script: String) throws {
    let result = try run("/bin/bash", ["-euc", script], in: folder.path, environment: gitIdentity)
    #expect(result.status == 0, "\(script): \(result.errors)")
  }

  /// A repository in `app`, with a key in a commit that a later one takes away.
  private func makeRepository() throws {
    folder.makeFolder("app")
    let lines = (0..<400).map { "line \($0) of a file that git keeps as a delta\n" }.joined()
    folder.write("app/a", lines)
    try shell("cd app; git init -q; git add a; git commit -qm 1")
    folder.write("app/a", lines.replacing("line 200 ", with: "line 200 \(key) "))
    try shell("cd app; git commit -qam 2")
    folder.write("app/a", lines)
    try shell("cd app; git commit -qam 3")
  }

  @Test func `loose objects and packs in an archive`() throws {
    try makeRepository()
    try shell("tar czf loose.tgz app; cd app; git repack -qad --depth=50; cd ..; tar cf packed.tar app; rm -rf app")
    for name in ["loose.tgz", "packed.tar"] {
      let report = try Report.scan(name, in: folder)
      #expect(report.status == 1, "\(name): \(report.problems)")
      #expect(report.findings.count == 1, "\(name): \(report.findings.map(\.path))")
      #expect(report.problems.isEmpty, "\(report.problems)")
    }
  }

  @Test func `a bundle, whole and cut short`() throws {
    try makeRepository()
    try shell("cd app; git bundle create -q ../x.bundle --all; cd ..; rm -rf app; head -c -300 x.bundle > cut.bundle")
    let report = try Report.scan("x.bundle", in: folder)
    #expect(report.status == 1, "\(report.problems)")
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(try Report.scan("cut.bundle", in: folder).status == 2)
    let redacted = try run(hopxguardPath, ["redact"], in: folder.path, input: folder.read("x.bundle"))
    #expect(redacted.status == 2)
  }

  @Test func `a loose object with data after its end`() throws {
    try makeRepository()
    try shell(
      """
      cd app; f=.git/objects/$(git rev-parse HEAD:a | sed 's|..|&/|'); cp "$f" ../x; chmod u+w ../x
      head -c 99 /dev/urandom >> ../x; cd ..; rm -rf app
      """)
    let report = try Report.scan("x", in: folder)
    #expect(report.status == 2)
    #expect(
      report.problems.first?.message.contains("99 bytes after the end of the git object") == true, "\(report.problems)")
  }
}
