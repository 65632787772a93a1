// The decompressors, each by its format's own library: those say where a stream ends, which is where
// something else may begin, and they compare checksums and give out everything before a cut, which
// libarchive's filters do not.
// Sources: RFC 1950 to 1952, the manuals in zlib.h, bzlib.h, lzma/container.h, zstd.h, lz4frame.h, and
// lz4's description of its legacy frames.

internal import Inputs
internal import Platform
internal import CArchive
internal import CZlib

/// What one call of a decompressor did.
struct DecompressorStep {
  var consumed = 0
  var produced = 0
  var state = State.going

  enum State {
    case going
    /// The stream has ended.
    case ended
    case damaged
    /// It needs this many bytes of memory, more than it may have.
    case tooLarge(Int)
  }
}

/// Decompresses one stream.
protocol Decompressor: AnyObject {
  /// - Parameters:
  ///   - input: starts with at least 18 bytes where the input has them; empty at its end.
  ///   - output: not empty.
  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep
  /// Begins another stream.
  func reset()
  /// Whether the stream may end with the input.
  var mayEnd: Bool { get }
}

extension Decompressor {
  var mayEnd: Bool { false }
}

/// Deflate, with the header of gzip, of zlib, or with none.
final class ZlibDecompressor: Decompressor {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  enum Header { case gzip, zlib, none }

  init(_ header: Header) {
    stream.initialize(to: z_stream())
    let code =
      switch header {
      case .gzip: czlib_inflate_init_gzip(stream)
      case .zlib: czlib_inflate_init(stream)
      case .none: czlib_inflate_init_raw(stream)
      }
    guard code == Z_OK else { fatalError("out of memory") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func reset() { inflateReset(stream) }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    let (bytes, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress!.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(bytes)
    stream.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    var step = DecompressorStep(
      consumed: bytes - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out))
    if code == Z_STREAM_END {
      step.state = .ended
    } else if code != Z_OK && code != Z_BUF_ERROR {
      step.state = .damaged
    }
    return step
  }
}

final class Bzip2Decompressor: Decompressor {
  private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)

  init() {
    stream.initialize(to: bz_stream())
    begin()
  }

  deinit {
    BZ2_bzDecompressEnd(stream)
    stream.deallocate()
  }

  private func begin() {
    guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { fatalError("out of memory") }
  }

  func reset() {
    BZ2_bzDecompressEnd(stream)
    stream.pointee = bz_stream()
    begin()
  }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    let (bytes, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress!.assumingMemoryBound(to: CChar.self))
    stream.pointee.avail_in = UInt32(bytes)
    stream.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: CChar.self)
    stream.pointee.avail_out = UInt32(room)
    let code = BZ2_bzDecompress(stream)
    var step = DecompressorStep(
      consumed: bytes - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out))
    if code == BZ_STREAM_END { step.state = .ended } else if code != BZ_OK { step.state = .damaged }
    return step
  }
}

/// xz, and the two older formats of the same compression.
final class XZDecompressor: Decompressor {
  enum Format { case xz, alone, lzip }

  private let format: Format
  private let memory: ArchiveMemory
  private var stream = carchive_lzma_stream()
  /// An lzma file as a zip has it is a header short: its properties come first, its length from elsewhere.
  private let prefix: [UInt8]

  init(_ format: Format, memory: ArchiveMemory, prefix: [UInt8] = []) {
    self.format = format
    self.memory = memory
    self.prefix = prefix
    begin()
  }

  deinit { lzma_end(&stream) }

  private func begin() {
    let least = UInt64(ArchiveMemory.small)
    let code =
      switch format {
      case .xz: lzma_stream_decoder(&stream, least, 0)
      case .alone: lzma_alone_decoder(&stream, least)
      case .lzip: lzma_lzip_decoder(&stream, least, 0)
      }
    guard code == LZMA_OK else { fatalError("out of memory") }
    if prefix.isEmpty { return }
    // It reads a header only where there is room for what comes after.
    var room: UInt8 = 0
    prefix.withUnsafeBufferPointer { prefix in
      withUnsafeMutablePointer(to: &room) { room in
        (stream.next_in, stream.avail_in) = (prefix.baseAddress, prefix.count)
        (stream.next_out, stream.avail_out) = (room, 1)
        _ = lzma_code(&stream, LZMA_RUN)
      }
    }
  }

  func reset() { begin() }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    stream.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = input.count
    stream.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = output.count
    var code = lzma_code(&stream, LZMA_RUN)
    if code == LZMA_MEMLIMIT_ERROR {
      let needed = lzma_memusage(&stream)
      guard memory.raise(to: Int(clamping: needed)), lzma_memlimit_set(&stream, needed) == LZMA_OK else {
        return DecompressorStep(state: .tooLarge(Int(clamping: needed)))
      }
      code = lzma_code(&stream, LZMA_RUN)
    }
    var step = DecompressorStep(consumed: input.count - stream.avail_in, produced: output.count - stream.avail_out)
    switch code {
    case LZMA_OK, LZMA_BUF_ERROR: break
    case LZMA_STREAM_END: step.state = .ended
    case LZMA_MEM_ERROR: step.state = .tooLarge(Int(clamping: lzma_memusage(&stream)))
    default: step.state = .damaged
    }
    return step
  }
}

final class ZstdDecompressor: Decompressor {
  private let stream = ZSTD_createDStream()!
  private let memory: ArchiveMemory
  private var isNew = true

  init(memory: ArchiveMemory) {
    self.memory = memory
    _ = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound)
  }

  deinit { ZSTD_freeDStream(stream) }

  func reset() {
    _ = ZSTD_DCtx_reset(stream, ZSTD_reset_session_only)
    isNew = true
  }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    if isNew {
      isNew = false
      let window = windowBytes(input)
      if window > ArchiveMemory.small, !memory.raise(to: window) { return DecompressorStep(state: .tooLarge(window)) }
    }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let code = ZSTD_decompressStream(stream, &target, &source)
    var step = DecompressorStep(consumed: source.pos, produced: target.pos)
    if ZSTD_isError(code) != 0 { step.state = .damaged } else if code == 0 { step.state = .ended }
    return step
  }

  /// The memory that a frame's header asks for.
  private func windowBytes(_ frame: UnsafeRawBufferPointer) -> Int {
    guard frame.count > 6 else { return 0 }
    let descriptor = frame[4]
    if descriptor & 0x20 == 0 {
      let base = 1 << (10 + Int(frame[5] >> 3))
      return base + base / 8 * Int(frame[5] & 7)
    }
    // A single segment: the window is the content.
    let bytes = 1 << Int(descriptor >> 6)
    let start = 5 + [0, 1, 2, 4][Int(descriptor & 3)]
    return start + bytes <= frame.count ? Int(clamping: UInt64(littleEndianBytes: frame[start..<(start + bytes)])) : 0
  }
}

final class LZ4Decompressor: Decompressor {
  private var context: OpaquePointer?

  init() {
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
      fatalError("out of memory")
    }
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  func reset() { LZ4F_resetDecompressionContext(context) }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    var (consumed, produced) = (input.count, output.count)
    let code = LZ4F_decompress(context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
    if LZ4F_isError(code) != 0 { return DecompressorStep(state: .damaged) }
    return DecompressorStep(consumed: consumed, produced: produced, state: code == 0 ? .ended : .going)
  }
}

/// lz4's first format: blocks of at most 8 MiB, each after its length, until something else comes.
final class LegacyLZ4Decompressor: Decompressor {
  private static let longest = 8 << 20
  private var block: [UInt8] = []
  /// Bytes of the block and of what comes before it: the mark and its length at first, then its length.
  private var needed = 8
  private var hasLength = false
  private var content = UnsafeMutableRawBufferPointer.allocate(byteCount: longest, alignment: 16)
  private var ready = 0..<0

  deinit { content.deallocate() }

  func reset() { (block, needed, hasLength, ready) = ([], 8, false, 0..<0) }

  var mayEnd: Bool { needed == 4 && block.isEmpty && !hasLength && ready.isEmpty }

  func run(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> DecompressorStep {
    var step = DecompressorStep()
    if ready.isEmpty {
      step.consumed = min(needed - block.count, input.count)
      block.append(contentsOf: input.prefix(step.consumed))
      if block.count < needed { return step }
      if !hasLength {
        let length = Int(littleEndian: block.suffix(4))
        // No length, but what comes after the last block.
        if length == 0 || length > Self.longest + Self.longest / 255 + 16 {
          step.state = needed == 8 ? .damaged : .ended
          step.consumed -= 4
          return step
        }
        (block, needed, hasLength) = ([], length, true)
        return step
      }
      let count = block.withUnsafeBytes {
        LZ4_decompress_safe(
          $0.baseAddress!.assumingMemoryBound(to: CChar.self), content.baseAddress!.assumingMemoryBound(to: CChar.self),
          Int32($0.count), Int32(content.count))
      }
      guard count >= 0 else {
        step.state = .damaged
        return step
      }
      ready = 0..<Int(count)
      (block, needed, hasLength) = ([], 4, false)
    }
    step.produced = min(ready.count, output.count)
    output.copyMemory(from: UnsafeRawBufferPointer(rebasing: content[ready.prefix(step.produced)]))
    ready = ready.dropFirst(step.produced)
    return step
  }
}

extension UInt64 {
  init(littleEndianBytes bytes: some Collection<UInt8>) { self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}
