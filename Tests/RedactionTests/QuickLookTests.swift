// The quick look before a redaction: a string of an array that redaction changes is never passed over, whatever strings
// lie beside it.

import Detection
import Disguises
import Redaction
import Rules
import Testing

struct QuickLookTests {
  private let ends = [
    "", "=", "=4", "=3D", "=3D4", "=5C", "%", "%2", "\\", "\\u00", "U+00", "a=b", "status=200", "x=\r",
  ]

  /// Strings: a hidden key cut into up to three, with beginnings of escapes and plain words at their ends.
  private func cutStrings(_ samples: inout Samples) -> [[UInt8]] {
    let hiding = KeyDisguise.streamed.randomElement(using: &samples.generator)!
    let hidden = hiding.hide(samples.key(), using: &samples.generator)
    let cuts = (0..<2).map { _ in Int.random(in: 0...hidden.count, using: &samples.generator) }.sorted()
    let whole = Bool.random(using: &samples.generator)
    let pieces = [hidden[..<cuts[0]], hidden[cuts[0]..<cuts[1]], hidden[cuts[1]...]]
    let parts = whole ? [hidden] : pieces.map { Array($0) }
    return parts.flatMap { part -> [[UInt8]] in
      let end = Array(ends.randomElement(using: &samples.generator)!.utf8)
      return Bool.random(using: &samples.generator) ? [end, part] : [part + end]
    }
  }

  @Test func `no string that redaction changes is passed over`() {
    var samples = Samples(seed: 60)
    var look = QuickLook(rules: builtIn)
    var redactor = Redactor(rules: builtIn, chunk: 4096)
    var changed = 0
    for _ in 0..<3000 {
      let strings = (0..<3).flatMap { _ in cutStrings(&samples) }
      let places = strings.reduce(into: [0]) { $0.append($0.last! + $1.count) }
      var found: Set<Int> = []
      Array(strings.joined()).withUnsafeBytes { values in
        look.suspects(in: values, count: strings.count, end: { places[$0 + 1] }) { found.insert($0) }
      }
      for (number, string) in strings.enumerated() {
        if outputs(string, lengths: [string.count], through: &redactor).last! == string { continue }
        changed += 1
        #expect(found.contains(number), "\(string.count) bytes, number \(number) of \(strings.count)")
        #expect(string.withUnsafeBytes { look.isSuspect($0) })
      }
    }
    #expect(changed > 3000)
  }
}
