// gzip by zlib itself: libarchive, which reads the other formats, does not compare gzip's checksum, so that
// damaged data would pass for clean, and gives nothing of the last 64 KiB before a cut.
// Source: RFC 1952.

internal import CZlib
import Inputs

struct GzipInflater: ~Copyable {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var inputIsOver = false
  private var isOver = false
  private var failure: InputError?
  /// A member has ended; another may follow.
  private var isBetween = false

  init() {
    stream.initialize(to: z_stream())
    guard czlib_inflate_init_gzip(stream) == Z_OK else { fatalError("out of memory") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Puts at most `buffer.count` bytes at the start of `buffer`; returns 0 at the end.
  mutating func read(
    into buffer: UnsafeMutableRawBufferPointer, from feed: ArchiveFeed
  ) throws(InputError) -> Int {
    if let failure { throw failure }
    let room = min(buffer.count, 1 << 30)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    while !isOver && stream.pointee.avail_out == UInt32(room) {
      if stream.pointee.avail_in == 0 && !inputIsOver {
        guard let piece = feed.piece() else { throw feed.failure! }
        inputIsOver = piece.isEmpty
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(piece.count)
      }
      if isBetween {
        // What is no member is padding, or anything: it is searched as it stands.
        isOver = stream.pointee.avail_in == 0 || stream.pointee.next_in.pointee != 0x1F
        if isOver { break }
        isBetween = false
        inflateReset(stream)
      }
      let code = CZlib.inflate(stream, Z_NO_FLUSH)
      if code == Z_STREAM_END {
        isBetween = true
      } else if code != Z_OK && (code != Z_BUF_ERROR || inputIsOver) {
        let reason = code == Z_BUF_ERROR ? "it is cut short" : "its data is damaged"
        failure = InputError("cannot be read to its end as gzip: \(reason)")
        if stream.pointee.avail_out == UInt32(room) { throw failure! }
      }
    }
    return room - Int(stream.pointee.avail_out)
  }
}
