// How a fuzzer's bytes become a pack. Random bytes are no zlib data and would get no further than the
// first checksum, so the input tells what is inside and the builder deflates it.

/// The pack that an input describes: one object after the other, each a byte of type and lies, a byte
/// for the base, two for the length of the content, and the content.
public func buildPack(fuzz input: UnsafeRawBufferPointer) -> BuiltPack {
  var objects: [PackedObject] = []
  var at = 1
  while at + 4 <= input.count, objects.count < 64 {
    let (head, base) = (input[at], input[at + 1])
    let length = min(Int(input[at + 2]) | Int(input[at + 3]) << 8, input.count - at - 4)
    var object = PackedObject(
      type: Int(head & 7), content: Array(input[(at + 4)..<(at + 4 + length)]))
    if object.type == 6 { object.base = .distance(Int(base)) }
    if object.type == 7 { object.base = .id(defaultID(Int(base) % 64)) }
    if head & 0x08 != 0 { object.toldSize = length ^ Int(base) << (Int(head >> 5) * 7) }
    if head & 0x10 != 0 { object.trailing = [base] }
    objects.append(object)
    at += 4 + length
  }
  // Distances count objects here, because the builder alone knows where they begin.
  let plain = buildPack(objects)
  for index in objects.indices {
    if case .distance(let back) = objects[index].base, back <= index {
      objects[index].base = .distance(plain.offsets[index] - plain.offsets[index - back])
    }
  }
  var built = buildPack(objects, isLarge: input.first.map { $0 & 1 != 0 } ?? false)
  // Then some bytes of the result are changed, where the input says so.
  if let first = input.first, first & 2 != 0, at + 3 <= input.count || input.count > 4 {
    let tail = input.suffix(4)
    let place = Int(tail[tail.startIndex]) | Int(tail[tail.startIndex + 1]) << 8
    if first & 4 != 0 {
      built.index[place % built.index.count] ^= tail[tail.startIndex + 2]
    } else {
      built.pack[place % built.pack.count] ^= tail[tail.startIndex + 2]
    }
    if first & 8 != 0 { built.pack.removeLast(Int(tail[tail.startIndex + 3]) % built.pack.count) }
    if first & 16 != 0 { built.index.removeLast(Int(tail[tail.startIndex + 3]) % built.index.count) }
  }
  return built
}
