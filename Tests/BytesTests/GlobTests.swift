// Wildcards within one name, as git matches them, and in time that a hostile pattern cannot stretch.

import Bytes
import Testing

struct GlobTests {
  @Test(arguments: [
    ("*.key", "a.key", true), ("*.key", ".key", true), ("*.key", "a.keys", false),
    ("a?c", "abc", true), ("a?c", "ac", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
    ("[[:digit:]]*", "7up", true), ("\\*", "*", true), ("\\*", "a", false), ("[", "[", true), ("a*b*c", "aXbYc", true),
  ]) func `a pattern matches what git says it does`(pattern: String, name: String, matches: Bool) {
    #expect(Glob(pattern.utf8).matches(Array(name.utf8)[...]) == matches)
  }

  @Test func `a pattern of nothing but stars ends`() {
    let pattern = String(repeating: "*a", count: 100)
    let name = Array(repeating: UInt8(ascii: "a"), count: 255)
    #expect(Glob(pattern.utf8).matches(name[...]))
    #expect(!Glob((pattern + "b").utf8).matches(name[...]))
  }
}
