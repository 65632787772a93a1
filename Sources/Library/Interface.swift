// The functions of hopxguard.h: they check what the caller passes and hand it to a context.

public import CHopxguard
import CVersion
import Detection
import Rules

private func context(_ guarded: OpaquePointer) -> Context {
  Unmanaged<Context>.fromOpaque(UnsafeRawPointer(guarded)).takeUnretainedValue()
}

/// Runs a call on a context that may be null.
private func call(_ guarded: OpaquePointer?, _ body: (Context) throws(Failure) -> Void) -> Int32 {
  guard let guarded else { return Int32(HOPXGUARD_BAD_ARGUMENT) }
  let context = context(guarded)
  return context.call { () throws(Failure) in try body(context) }
}

private func buffer(_ bytes: UnsafePointer<UInt8>?, _ length: Int) throws(Failure) -> UnsafeRawBufferPointer {
  guard length >= 0, bytes != nil || length == 0 else {
    throw .badArgument("the bytes are null, or their length is not one")
  }
  return UnsafeRawBufferPointer(start: bytes, count: length)
}

/// Kept for the life of the process.
nonisolated(unsafe) private let version: UnsafePointer<CChar> = {
  var length = 0
  let number = cversion_number(&length)!
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: length + 1)
  copy.initialize(from: number, count: length)
  copy[length] = 0
  return UnsafePointer(copy)
}()

nonisolated(unsafe) private let noText = UnsafePointer<CChar>(
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self))

@c @implementation
public func hopxguard_abi_version() -> UInt32 { UInt32(HOPXGUARD_ABI) }

@c @implementation
public func hopxguard_version() -> UnsafePointer<CChar>? { version }

@c @implementation
public func hopxguard_new(_ guarded: UnsafeMutablePointer<OpaquePointer?>?) -> Int32 {
  guard let guarded else { return Int32(HOPXGUARD_BAD_ARGUMENT) }
  guarded.pointee = nil
  do {
    try Context.checkMemory()
    guarded.pointee = OpaquePointer(Unmanaged.passRetained(Context(rules: .builtIn())).toOpaque())
    return Int32(HOPXGUARD_OK)
  } catch {
    return error.status
  }
}

@c @implementation
public func hopxguard_copy(_ guarded: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?) -> Int32 {
  copy?.pointee = nil
  return call(guarded) { context throws(Failure) in
    guard let copy else { throw .badArgument("there is no place for the copy") }
    try Context.checkMemory()
    copy.pointee = OpaquePointer(Unmanaged.passRetained(Context(rules: context.rules)).toOpaque())
  }
}

@c @implementation
public func hopxguard_free(_ guarded: OpaquePointer?) {
  if let guarded { Unmanaged<Context>.fromOpaque(UnsafeRawPointer(guarded)).release() }
}

@c @implementation
public func hopxguard_add_rules(
  _ guarded: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ toml: UnsafePointer<UInt8>?, _ length: Int
) -> Int32 {
  call(guarded) { context throws(Failure) in
    let bytes = try buffer(toml, length)
    try Context.checkMemory(for: 4 * length)
    let source = name.map { String(cString: $0) } ?? "rules"
    let pack = toml == nil ? RuleSet.pack(source) : nil
    try context.add(pack ?? Array(bytes), source: source)
  }
}

@c @implementation
public func hopxguard_last_error(_ guarded: OpaquePointer?) -> UnsafePointer<CChar>? {
  guarded.flatMap { context($0).lastError } ?? noText
}

@c @implementation
public func hopxguard_is_clean(_ guarded: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: UInt32) -> Int32 {
  var isClean = false
  let status = call(guarded) { context throws(Failure) in
    isClean = !context.quickLook.isSuspect(try buffer(bytes, Int(length)))
  }
  return status == HOPXGUARD_OK && isClean ? 1 : 0
}

@c @implementation
public func hopxguard_redact(
  _ guarded: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
  _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ outLength: UnsafeMutablePointer<Int>?
) -> Int32 {
  out?.pointee = nil
  outLength?.pointee = 0
  return call(guarded) { context throws(Failure) in
    guard let out, let outLength else { throw .badArgument("there is no place for the result") }
    let text = try buffer(bytes, length)
    if text.isEmpty { return }
    if text.count <= Context.chunk && !context.quickLook.isSuspect(text) { return }
    try Context.checkMemory(for: length)
    context.text.removeAll()
    guard context.redact(text, into: &context.text) else { return }
    if context.text.hasFailed { throw .noMemory }
    // A text of which nothing is left is no null pointer either.
    out.pointee = UnsafePointer(context.text.memory?.assumingMemoryBound(to: UInt8.self)) ?? bytes
    outLength.pointee = context.text.count
  }
}

@c @implementation
public func hopxguard_redact_array(
  _ guarded: OpaquePointer?, _ values: UnsafePointer<UInt8>?, _ offsets: UnsafePointer<Int32>?, _ count: Int,
  _ outValues: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ outOffsets: UnsafeMutablePointer<UnsafePointer<Int32>?>?
) -> Int32 {
  redactArray(guarded, values, offsets, count, outValues, outOffsets)
}

@c @implementation
public func hopxguard_redact_large_array(
  _ guarded: OpaquePointer?, _ values: UnsafePointer<UInt8>?, _ offsets: UnsafePointer<Int64>?, _ count: Int,
  _ outValues: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ outOffsets: UnsafeMutablePointer<UnsafePointer<Int64>?>?
) -> Int32 {
  redactArray(guarded, values, offsets, count, outValues, outOffsets)
}

private func redactArray<Offset: FixedWidthInteger & BitwiseCopyable>(
  _ guarded: OpaquePointer?, _ values: UnsafePointer<UInt8>?, _ offsets: UnsafePointer<Offset>?, _ count: Int,
  _ outValues: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ outOffsets: UnsafeMutablePointer<UnsafePointer<Offset>?>?
) -> Int32 {
  outValues?.pointee = nil
  outOffsets?.pointee = nil
  return call(guarded) { context throws(Failure) in
    guard let outValues, let outOffsets else { throw .badArgument("there is no place for the result") }
    guard let offsets, count >= 0, count < .max else { throw .badArgument("there are no offsets") }
    try context.redact(values, offsets, count: count)
    if context.table.count == 0 { return }
    outValues.pointee = UnsafePointer(context.text.memory?.assumingMemoryBound(to: UInt8.self)) ?? values
    outOffsets.pointee = UnsafePointer(context.table.memory?.assumingMemoryBound(to: Offset.self))
  }
}

@c @implementation
public func hopxguard_feed(
  _ guarded: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ sink: hopxguard_sink?,
  _ user: UnsafeMutableRawPointer?
) -> Int32 {
  call(guarded) { context throws(Failure) in
    guard let sink else { throw .badArgument("there is no sink") }
    try context.feed(try buffer(bytes, length), isLast: false, sink, user)
  }
}

@c @implementation
public func hopxguard_finish(
  _ guarded: OpaquePointer?, _ sink: hopxguard_sink?, _ user: UnsafeMutableRawPointer?
) -> Int32 {
  call(guarded) { context throws(Failure) in
    guard let sink else { throw .badArgument("there is no sink") }
    try context.feed(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, sink, user)
  }
}

@c @implementation
public func hopxguard_find(
  _ guarded: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
  _ matches: UnsafeMutablePointer<UnsafePointer<hopxguard_match>?>?, _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
  matches?.pointee = nil
  count?.pointee = 0
  return call(guarded) { context throws(Failure) in
    guard let matches, let count else { throw .badArgument("there is no place for the result") }
    count.pointee = try context.find(try buffer(bytes, length))
    matches.pointee = UnsafePointer(context.table.memory?.assumingMemoryBound(to: hopxguard_match.self))
    if let surrender = context.scanner.surrenders.first {
      let rule = context.rules.rules[surrender.rule].id
      throw Failure(
        status: Int32(HOPXGUARD_INCOMPLETE), message: "rule '\(rule)' was given up on: \(surrender.reason)")
    }
  }
}
