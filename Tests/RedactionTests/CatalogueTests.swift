// Proves that the catalogue of disguises is right: the way back of each row leads to the text that was hidden.

import Disguises
import Testing

struct CatalogueTests {
  @Test(arguments: KeyDisguise.streamed) func `what is hidden is revealed`(_ disguise: KeyDisguise) {
    var samples = Samples(seed: 50)
    for (before, after) in [("", ""), ("key=", " b"), ("http://host/?k=", "\n")] {
      let text = Array(before.utf8) + samples.key() + Array(after.utf8)
      let key = Array(text.dropFirst(before.utf8.count).dropLast(after.utf8.count))
      let hidden = disguise.hide(
        key, before: Array(before.utf8), after: Array(after.utf8), using: &samples.generator)
      #expect(disguise.reveal?(hidden) == text)
      #expect(hidden != text)
    }
  }

  @Test func `no two rows have the same name`() {
    let names = (KeyDisguise.all + KeyDisguise.chains).map(\.name)
    #expect(Set(names).count == names.count)
  }
}
