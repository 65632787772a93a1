// What was compressed and then written in base64 or hex: gzip, zlib, deflate alone and zip. Digits that begin with the
// mark of one are inflated into the next layer; deflate has no mark, so long runs of digits are asked whether they
// begin like it. A key in it is reported at the place of the digits, all of them.
// Sources: RFC 1950 to 1952, PKWARE's APPNOTE 4.3.7.

import Bytes
import CSearch
import CZlib

/// How much came out of the compressed data of an input.
struct Inflated {
  private(set) var bytes = 0
  /// Something was left out because of that.
  private(set) var leftSome = false

  /// Whether more may come.
  mutating func mayGoOn() -> Bool {
    if bytes < Scanner.mostInflated { return true }
    leftSome = true
    return false
  }

  mutating func take(_ count: Int) { bytes += count }
}

extension Scanner {
  /// Bytes that may come out of an input's compressed data: a bomb must not hold a scan up for hours.
  public static let mostInflated = 1 << 30
  /// Bytes that are looked at of what comes out of one run of digits.
  static let longestInflated = 8 << 20
}

extension DecodedLayer {
  /// Bytes without which there is no key in it.
  private static let fewestInflated = 32

  /// Adds what was compressed in `text[range]`.
  mutating func addCompressed(_ text: UnsafeRawBufferPointer, in range: Range<Int>, _ inflated: inout Inflated) {
    guard let base = text.baseAddress else { return }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    let end = min(range.upperBound, text.count)
    var at = range.lowerBound
    while true {
      let start = csearch_compressed(bytes, range.lowerBound, at, end)
      if start >= end { return }
      at = start + 1
      guard end - start >= 32,
        csearch_begins_compressed(bytes + start) != 0 || csearch_begins_deflate(bytes + start) != 0
      else { continue }
      if !inflated.mayGoOn() { return }
      // In random digits the data is soon broken.
      guard var (run, opened, encoding) = opened(text, from: start, upTo: min(end, start + Self.beginning)) else {
        continue
      }
      // Where the digits go on in another line is seen better with more of them, so there may be fewer.
      if !opened.isBroken,
        let whole = self.opened(text, from: start, upTo: min(end, start + Scanner.longestHidden))
      {
        (run, opened, encoding) = whole
      }
      // Deflate that does not end was none, but for what is too long.
      if opened.encoding == .deflate, !opened.isWhole, opened.bytes.count < 4096 { continue }
      inflated.take(opened.bytes.count)
      guard opened.bytes.count >= Self.fewestInflated else { continue }
      var encodings: EncodingSet = [EncodingSet(encoding), EncodingSet(opened.encoding)]
      // What follows its end is no part of it.
      let bits = encoding.codec.digitBits!
      let used = (opened.end * 8 + bits - 1) / bits
      var end = start
      for piece in run.pieces where piece.start < used {
        if let encoding = piece.encoding { encodings.insert(EncodingSet(encoding)) }
        if piece.count > 0 { end = piece.source.lowerBound + min(piece.source.count, used - piece.start) }
      }
      add(opened.bytes, from: start..<end, encodings)
      at = max(at, end)
    }
  }

  /// Bytes of the source that are looked at first.
  private static let beginning = 512

  /// The digits from `start` on, what was compressed in them, and what they are digits of.
  private func opened(
    _ text: UnsafeRawBufferPointer, from start: Int, upTo end: Int
  ) -> (DigitRun, Opened, Encoding)? {
    var run = DigitRun()
    gather(&run, text, from: start, start, start..<end, escapes: true, anything: true)
    return decoded(run.digits).map { (run, open($0.data), $0.encoding) }
  }

  /// What digits of hex or base64 stand for.
  private func decoded(_ digits: [UInt8]) -> (data: [UInt8], encoding: Encoding)? {
    if digits.count < 64 { return nil }
    let hex = digits.prefix { hexValue($0) != nil }
    if hex.count >= 64 {
      let data = [UInt8](unsafeUninitializedCapacity: hex.count / 2) { room, count in
        for at in 0..<(hex.count / 2) { room[at] = hexValue(hex[2 * at])! << 4 | hexValue(hex[2 * at + 1])! }
        count = hex.count / 2
      }
      return (data, .hex)
    }
    let data = [UInt8](unsafeUninitializedCapacity: digits.count * 6 / 8 + 16) { room, count in
      count = csearch_base64_decode(digits, digits.count, room.baseAddress!)
    }
    return (data, .base64)
  }

  /// What came out of compressed data.
  private struct Opened {
    var bytes: [UInt8]
    /// Bytes of the data that it came from.
    var end: Int
    var encoding = Encoding.zip
    /// The data's end was found.
    var isWhole = false
    /// What follows makes no sense.
    var isBroken = false
  }

  private func open(_ data: [UInt8]) -> Opened {
    if data.starts(with: [0x50, 0x4B, 3, 4]) { return unzipped(data) }
    let isGzip = data.starts(with: [0x1F, 0x8B, 8])
    let isZlib = data[0] == 0x78 && (Int(data[0]) << 8 | Int(data[1])) % 31 == 0
    var opened = inflate(data, 0, isGzip ? .gzip : isZlib ? .zlib : .none)
    opened.encoding = isGzip ? .gzip : isZlib ? .zlib : .deflate
    return opened
  }

  /// The entries of a zip, one after the other, and where the last one ends.
  private func unzipped(_ data: [UInt8]) -> Opened {
    var all: [UInt8] = []
    var at = 0
    var last = 0
    func word(_ offset: Int) -> Int { Int(data[offset]) | Int(data[offset + 1]) << 8 }
    while at + 30 <= data.count, all.count < Scanner.longestInflated {
      guard data[at] == 0x50, data[at + 1] == 0x4B, data[at + 2] == 3, data[at + 3] == 4 else {
        at += 1
        continue
      }
      let (method, size) = (word(at + 8), word(at + 18) | word(at + 20) << 16)
      let start = at + 30 + word(at + 26) + word(at + 28)
      at += 4
      if start > data.count { break }
      if method == 8 {
        let result = inflate(data, start, .none)
        all += result.bytes
        at = max(at, result.end)
      } else if method == 0 {
        let end = min(data.count, start + size)
        all += data[start..<end]
        at = max(at, end)
      }
      last = at
      all.append(Self.separator)
    }
    return Opened(bytes: all, end: last)
  }

  private enum Header { case gzip, zlib, none }

  private func inflate(_ data: [UInt8], _ start: Int, _ header: Header) -> Opened {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let code =
      switch header {
      case .gzip: czlib_inflate_init_gzip(stream)
      case .zlib: czlib_inflate_init(stream)
      case .none: czlib_inflate_init_raw(stream)
      }
    guard code == Z_OK else { fatalError("out of memory") }
    defer { inflateEnd(stream) }
    var all: [UInt8] = []
    return data.withUnsafeBufferPointer { data in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: data.baseAddress! + start)
      stream.pointee.avail_in = UInt32(data.count - start)
      var (isWhole, isBroken) = (false, false)
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32 * 1024) { room in
        while all.count < Scanner.longestInflated {
          stream.pointee.next_out = room.baseAddress!
          stream.pointee.avail_out = UInt32(room.count)
          let code = CZlib.inflate(stream, Z_NO_FLUSH)
          let count = room.count - Int(stream.pointee.avail_out)
          all += room[..<count]
          if code == Z_STREAM_END {
            isWhole = true
            // Another member of gzip may follow.
            if header == .gzip, stream.pointee.avail_in > 18, inflateReset(stream) == Z_OK { continue }
            break
          }
          isBroken = code == Z_DATA_ERROR
          if code != Z_OK || count == 0 { break }
        }
      }
      return Opened(bytes: all, end: data.count - Int(stream.pointee.avail_in), isWhole: isWhole, isBroken: isBroken)
    }
  }
}
