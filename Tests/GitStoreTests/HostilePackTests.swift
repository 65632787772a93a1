// Packs that lie. Each lie is a named failure, nothing crashes or hangs, and what is sound is read.

import Foundation
import PackFixtures
import Testing

@Suite struct HostilePackTests {
  private let text = Array("the quick brown fox jumps over the lazy dog, and that is the base of it all".utf8)

  private func contents(_ built: BuiltPack, cut: Int = 0) throws -> StoreContents {
    let folder = try StoreFolder()
    try git("init", "-q", in: folder.path)
    let packs = URL(fileURLWithPath: folder.path + "/.git/objects/pack")
    try Data(built.pack.dropLast(cut)).write(to: packs.appendingPathComponent("pack-x.pack"))
    try Data(built.index).write(to: packs.appendingPathComponent("pack-x.idx"))
    return try StoreContents(ofRepositoryAt: folder.path)
  }

  private func delta(_ base: Int, _ result: Int, _ instructions: [UInt8], _ how: PackedObject.Base) -> PackedObject {
    var object = PackedObject(type: 6, content: deltaHeader(base, result) + instructions)
    if case .id = how { object.type = 7 }
    object.base = how
    return object
  }

  private func whole(_ bytes: [UInt8]) -> PackedObject { PackedObject(type: 3, content: bytes) }

  /// One sound object, then the one under test: the sound one is read, the other is told.
  private func expectFailure(
    _ object: (_ distance: Int) -> PackedObject, _ word: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let first = buildPack([whole(text)])
    let distance = first.pack.count - 20 - first.offsets[0]
    let contents = try contents(buildPack([whole(text), object(distance)]))
    #expect(contents.count == 1, sourceLocation: sourceLocation)
    #expect(contents.objects.values.map(\.bytes) == [text], sourceLocation: sourceLocation)
    #expect(contents.failures.count == 1, sourceLocation: sourceLocation)
    #expect(contents.failures.first?.contains(word) == true, "\(contents.failures)", sourceLocation: sourceLocation)
  }

  @Test func `a sound delta, so that the others fail for what they lie about`() throws {
    let first = buildPack([whole(text)])
    let distance = first.pack.count - 20 - first.offsets[0]
    let made = copyInstruction(4, 5) + [3, 1, 2, 3]
    for isLarge in [false, true] {
      let contents = try contents(
        buildPack([whole(text), delta(text.count, 8, made, .distance(distance))], isLarge: isLarge))
      #expect(contents.failures == [])
      #expect(Set(contents.objects.values.map(\.bytes)) == [text, Array(text[4..<9]) + [1, 2, 3]])
    }
  }

  @Test func `deltas that copy from outside, or make another size`() throws {
    let count = text.count
    try expectFailure({ delta(count, 5, copyInstruction(count - 4, 5), .distance($0)) }, "copies from outside")
    try expectFailure({ delta(count, 5, copyInstruction(0xFFFF_FFFF, 5), .distance($0)) }, "copies from outside")
    try expectFailure({ delta(count, 0xFFFFFF, copyInstruction(0, 0xFFFFFF), .distance($0)) }, "copies from outside")
    try expectFailure({ delta(count, 4, copyInstruction(0, 5), .distance($0)) }, "another size")
    try expectFailure({ delta(count, 6, copyInstruction(0, 5), .distance($0)) }, "another size")
    try expectFailure({ delta(count, 5, [5, 1, 2], .distance($0)) }, "another size")
    try expectFailure({ delta(count, 5, [0xFF, 1, 2], .distance($0)) }, "another size")
    try expectFailure({ delta(count, 1, [0], .distance($0)) }, "another size")
    try expectFailure({ delta(count + 1, 5, copyInstruction(0, 5), .distance($0)) }, "base of")
    try expectFailure(
      { distance in
        var object = delta(0, 0, [], .distance(distance))
        object.content = [0x80, 0x80]
        return object
      }, "cut short")
    try expectFailure(
      { distance in
        var object = delta(0, 0, [], .distance(distance))
        object.content = [UInt8](repeating: 0xFF, count: 12)
        return object
      }, "cut short")
  }

  @Test func `absurd sizes`() throws {
    let count = text.count
    try expectFailure({ delta(count, 1 << 40, copyInstruction(0, 5), .distance($0)) }, "bytes of memory are needed")
    try expectFailure({ delta(count, 1 << 62, copyInstruction(0, 5), .distance($0)) }, "bytes of memory are needed")
    for size in [1 << 20, 1 << 40, (1 << 60) - 1] {
      try expectFailure(
        { _ in
          var object = whole(text)
          object.toldSize = size
          return object
        }, "header")
    }
    try expectFailure(
      { _ in
        var object = whole(text)
        object.toldSize = 10
        return object
      }, "compressed data")
  }

  @Test func `bases that are not there`() throws {
    let count = text.count
    for distance in [0, 1, 5, 11, 4000, 1 << 40, 1 << 54] {
      try expectFailure({ _ in delta(count, 5, copyInstruction(0, 5), .distance(distance)) }, "no object of the pack")
    }
    try expectFailure(
      { _ in
        delta(count, 5, copyInstruction(0, 5), .id([UInt8](repeating: 9, count: 20)))
      }, "which the pack does not hold")
    // Its own base.
    try expectFailure(
      { _ in delta(count, 5, copyInstruction(0, 5), .id(defaultID(1))) }, "which the pack does not hold")
  }

  @Test func `types that do not exist, and hidden bytes`() throws {
    for type in [0, 5] {
      try expectFailure({ _ in PackedObject(type: type, content: text) }, "header")
    }
    try expectFailure(
      { _ in
        var object = whole(text)
        object.trailing = Array("hidden".utf8)
        return object
      }, "no index names")
  }

  @Test func `deltas in a circle`() throws {
    let circle = (1...3).map { number in
      delta(text.count, 5, copyInstruction(0, 5), .id(defaultID(number % 3 + 1)))
    }
    let contents = try contents(buildPack([whole(text)] + circle))
    #expect(contents.count == 1)
    #expect(contents.failures.count == 1)
    #expect(contents.failures.first?.contains("circle") == true)
  }

  @Test func `indexes that lie`() throws {
    let objects = [whole(text), whole(Array("another object, not the same".utf8))]
    let sound = buildPack(objects)
    let end = UInt64(sound.pack.count)
    for offset in [0, 11, end - 20, end, 1 << 40, 1 << 63, UInt64(Int.max)] {
      var lying = objects
      lying[1].toldOffset = offset
      let contents = try contents(buildPack(lying))
      #expect(!contents.failures.isEmpty, "\(offset)")
    }
    var twice = objects
    twice[1].toldOffset = 12
    #expect(try !contents(buildPack(twice)).failures.isEmpty)
    for place in [4, 7, 8, 500, 8 + 255 * 4, 8 + 255 * 4 + 3] {
      var built = sound
      built.index[place] ^= 0x81
      #expect(try !contents(built).failures.isEmpty, "index byte \(place)")
    }
    for count in [0, 3, 8, 1031, sound.index.count - 1] {
      var built = sound
      built.index.removeLast(built.index.count - count)
      #expect(try !contents(built).failures.isEmpty, "index of \(count) bytes")
    }
  }

  @Test func `packs cut short anywhere`() throws {
    let sound = buildPack([whole(text), whole(text + text)])
    for cut in 1...sound.pack.count {
      #expect(try !contents(sound, cut: cut).failures.isEmpty, "cut by \(cut)")
    }
  }

  @Test func `every byte of a pack changed`() throws {
    let first = buildPack([whole(text)])
    let distance = first.pack.count - 20 - first.offsets[0]
    let sound = buildPack([
      whole(text), delta(text.count, 8, copyInstruction(4, 5) + [3, 1, 2, 3], .distance(distance)),
    ])
    for place in 0..<(sound.pack.count - 20) {
      var built = sound
      built.pack[place] ^= 0xA5
      let contents = try contents(built)
      // A changed type of a whole object is another sound object.
      #expect(!contents.failures.isEmpty || place == sound.offsets[0], "byte \(place)")
    }
  }

  @Test func `a wide tree of large objects, whose bases are given up and made again`() throws {
    // Twenty-four versions of 40 MB, each of them the base of two more: kept together, a gigabyte.
    let size = 40 << 20
    let copies = stride(from: 0, to: size, by: 0xFFFFFF).flatMap {
      copyInstruction($0, min(0xFFFFFF, size - $0))
    }
    var objects = [whole([UInt8](repeating: 65, count: size))]
    for number in 1..<24 {
      objects.append(delta(size, size + 1, copies + [1, UInt8(number)], .id(defaultID((number - 1) / 2))))
      objects[number].content =
        deltaHeader(number == 1 || number == 2 ? size : size + 1, size + 1) + copies + [1, UInt8(number)]
    }
    let contents = try contents(buildPack(objects))
    #expect(contents.failures == [])
    #expect(contents.count == 24)
    #expect(Set(contents.objects.values.map { $0.bytes.last! }).count == 24)
  }
}
