// The entries of a tree object: `MODE SP NAME NUL ID`, one after the other, the mode in octal.
// Source: git's user manual, "Object storage format", and gitcore-tutorial(7).

import Platform

/// What a tree says an entry is.
package enum TreeEntryKind: Sendable {
  case file, link, folder
  /// A commit of another repository.
  case submodule

  init(mode: Int) {
    switch mode & 0o170000 {
    case 0o040000: self = .folder
    case 0o120000: self = .link
    case 0o160000: self = .submodule
    default: self = .file
    }
  }
}

/// Calls `visit` for each entry of a tree.
///
/// - Returns: whether the tree is whole.
@inline(__always) @discardableResult
func eachTreeEntry(
  _ tree: UnsafeRawBufferPointer, _ format: ObjectFormat,
  _ visit: (_ mode: Int, _ name: UnsafeRawBufferPointer, _ id: UnsafeRawPointer) -> Void
) -> Bool {
  guard var at = tree.baseAddress else { return true }
  let end = at + tree.count
  let idLength = format.length
  while at < end {
    guard let nameEnd = firstZero(at: at, count: end - at) else { return false }
    guard end - nameEnd > idLength else { return false }
    var mode = 0
    while at < nameEnd {
      let digit = at.load(as: UInt8.self)
      at += 1
      if digit == 0x20 { break }
      mode = mode << 3 | Int(digit & 7)
    }
    visit(mode, UnsafeRawBufferPointer(start: at, count: nameEnd - at), nameEnd + 1)
    at = nameEnd + 1 + idLength
  }
  return true
}

/// How many files, links and submodules a tree has, and its folders.
package func treeContents(
  _ tree: UnsafeRawBufferPointer, _ format: ObjectFormat
) -> (files: Int, folders: [ObjectID]) {
  var files = 0
  var folders: [ObjectID] = []
  eachTreeEntry(tree, format) { mode, _, id in
    if TreeEntryKind(mode: mode) == .folder { folders.append(ObjectID(id, format)) } else { files += 1 }
  }
  return (files, folders)
}

/// The names in a tree.
package func treeEntryNames(_ tree: UnsafeRawBufferPointer, _ format: ObjectFormat) -> [[UInt8]] {
  var names: [[UInt8]] = []
  eachTreeEntry(tree, format) { _, name, _ in names.append(Array(name)) }
  return names
}
