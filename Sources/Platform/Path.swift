// A path as the system knows it: any bytes but NUL. Never a String, because a repository may hold
// names that are not UTF-8.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The bytes of a path, without the closing NUL.
public struct Path: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
  public var bytes: [UInt8]

  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
  public init(stringLiteral text: String) { self.init(text) }
  public init(_ text: String) { self.bytes = Array(text.utf8) }
  public init(cString text: UnsafePointer<CChar>) {
    self.init(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  public static func < (left: Path, right: Path) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// This path with `name` below it. Below `""` and `"."` is `name` itself; below any path, `""` is
  /// that path.
  public func appending(_ name: some Collection<UInt8>) -> Path {
    if name.isEmpty { return self }
    if bytes.isEmpty || bytes == [UInt8(ascii: ".")] { return Path(name) }
    var joined = bytes
    joined.reserveCapacity(bytes.count + 1 + name.count)
    if joined.last != slash { joined.append(slash) }
    joined.append(contentsOf: name)
    return Path(joined)
  }

  /// The path of the folder that holds this one; nil for a path of one component.
  public var parent: Path? {
    guard let index = bytes.lastIndex(of: slash), index > 0 else { return nil }
    return Path(bytes[..<index])
  }

  /// The part after the last slash.
  public var lastComponent: ArraySlice<UInt8> {
    guard let index = bytes.lastIndex(of: slash) else { return bytes[...] }
    return bytes[(index + 1)...]
  }

  /// Whether this path is `folder` or below it; both absolute and without `.` or `..`.
  public func isWithin(_ folder: Path) -> Bool {
    guard bytes.starts(with: folder.bytes) else { return false }
    return bytes.count == folder.bytes.count || folder.bytes.last == slash
      || bytes[folder.bytes.count] == slash
  }

  /// This path relative to `folder`, which contains it; empty for `folder` itself.
  public func relative(to folder: Path) -> Path {
    Path(bytes.dropFirst(folder.bytes.count).drop { $0 == slash })
  }

  public func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var terminated = bytes
    terminated.append(0)
    return try terminated.withUnsafeBufferPointer { (buffer) throws(Failure) in
      try buffer.baseAddress!.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
        (start) throws(Failure) in try body(start)
      }
    }
  }
}

private let slash = UInt8(ascii: "/")
