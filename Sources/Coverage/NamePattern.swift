// Which paths a pattern of rules/gitignore.toml matches. It selects the tracked and existing files that an
// entry is about. Whether git ignores a path is never decided here: git is asked.

import Bytes
import Platform

/// The subset of gitignore(5) that entries are written in: no `**`, no negation, no escapes.
package struct NamePattern: Sendable {
  /// One component of a path, in a form that matches most patterns without comparing each byte.
  private enum Form: Sendable {
    case literal([UInt8])
    case prefix([UInt8])
    case suffix([UInt8])
    case general(Glob, foldingCase: Glob)
  }

  package let text: String
  private let forms: [Form]
  let components: [Glob]
  /// It counts from the repository's top.
  package let isRooted: Bool
  /// It means folders, and so all that is in them.
  package let isForFolders: Bool

  /// Why `text` is no pattern; nil when it is one.
  package static func objection(to text: String) -> String? {
    let core = text.split(separator: "/", omittingEmptySubsequences: false)
    if text.isEmpty || text == "/" { return "it is empty" }
    if text.contains("**") { return "'**' is not supported; a name without '/' matches at any depth" }
    if text.hasPrefix("!") || text.hasPrefix("#") { return "it begins with '\(text.prefix(1))'" }
    if text.hasSuffix(" ") || text.hasPrefix(" ") { return "it begins or ends with a space" }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) {
      return "it has a control character or a backslash"
    }
    if core.dropFirst().dropLast().contains("") { return "it has '//'" }
    if core.contains(where: { $0 == "." || $0 == ".." }) { return "it has '.' or '..' as a name" }
    return nil
  }

  /// - Parameter text: without objection.
  init(_ text: String) {
    self.text = text
    let isForFolders = text.hasSuffix("/")
    let core = isForFolders ? text.dropLast() : text[...]
    isRooted = core.contains("/")
    self.isForFolders = isForFolders
    forms = core.split(separator: "/").map { Self.form(String($0)) }
    components = core.split(separator: "/").map { Glob($0.utf8) }
  }

  private static func form(_ text: String) -> Form {
    let bytes = Array(text.utf8)
    let special = bytes.indices.filter { "*?[]".utf8.contains(bytes[$0]) }
    if special.isEmpty { return .literal(bytes) }
    if special == [0], bytes[0] == UInt8(ascii: "*") { return .suffix(Array(bytes.dropFirst())) }
    if special == [bytes.count - 1], bytes.last == UInt8(ascii: "*") {
      return .prefix(Array(bytes.dropLast()))
    }
    return .general(Glob(bytes), foldingCase: Glob(bytes, foldingCase: true))
  }

  /// Whether the pattern means `path`, or a folder above it.
  ///
  /// - Parameter isFolder: what `path` is.
  func covers(_ path: Path, isFolder: Bool = false, foldingCase: Bool) -> Bool {
    let names = path.bytes.split(separator: UInt8(ascii: "/"))
    guard !isRooted else {
      guard names.count >= components.count,
        names.count > components.count || isFolder || !isForFolders
      else { return false }
      return zip(names, forms).allSatisfy { matches($1, $0, foldingCase) }
    }
    for (index, name) in names.enumerated() {
      let isFile = index == names.count - 1 && !isFolder
      if matches(name: name, isFolder: !isFile, foldingCase: foldingCase) { return true }
    }
    return false
  }

  /// Whether a pattern that is not rooted means what has this name.
  func matches(name: ArraySlice<UInt8>, isFolder: Bool, foldingCase: Bool) -> Bool {
    if isRooted || (isForFolders && !isFolder) { return false }
    return matches(forms[0], name, foldingCase)
  }

  private func matches(_ form: Form, _ name: ArraySlice<UInt8>, _ foldingCase: Bool) -> Bool {
    switch form {
    case .literal(let text): return name.count == text.count && equal(name, text, foldingCase)
    case .prefix(let text): return equal(name.prefix(text.count), text, foldingCase)
    case .suffix(let text): return equal(name.suffix(text.count), text, foldingCase)
    case .general(let exact, let folding): return (foldingCase ? folding : exact).matches(name)
    }
  }
}

private func equal(_ name: ArraySlice<UInt8>, _ text: [UInt8], _ foldingCase: Bool) -> Bool {
  if name.count != text.count { return false }
  return foldingCase
    ? zip(name, text).allSatisfy { lowered($0) == lowered($1) } : name.elementsEqual(text)
}

private func lowered(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
