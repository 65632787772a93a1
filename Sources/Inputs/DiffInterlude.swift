// The lines of a unified diff that are in no hunk. Between two files hardly anything is allowed: a line
// that no unified diff has there may be another kind of diff, whose added lines nobody would see.
// Sources: git-diff(1), "GENERATING PATCH TEXT WITH -P"; git-log(1), "PRETTY FORMATS"; GNU diffutils, "Output
// Formats"; git-format-patch(1), "DISCUSSION".

/// Tells apart what may come between the files of a diff.
enum DiffInterlude {
  /// Whether a line begins text that belongs to no file: a commit and its message, a mail, a signature.
  static func beginsText(_ line: [UInt8]) -> Bool {
    if line.elementsEqual("--".utf8) || line.elementsEqual("-- ".utf8) { return true }
    if textBeginnings.contains(where: { line.starts(with: $0.utf8) }) { return true }
    let mailed = line.starts(with: "From ".utf8) ? line.dropFirst(5) : line[...]
    if beginsWithID(mailed) { return true }
    guard line.starts(with: "commit ".utf8) else { return false }
    // `--left-right`, `--cherry-mark` and `--boundary` put a mark in front of the ID.
    let rest = line.dropFirst(7)
    let isMarked = rest.first.map { "<>+=-*".utf8.contains($0) } == true && rest.dropFirst().first == 0x20
    return beginsWithID(isMarked ? rest.dropFirst(2) : rest)
  }

  private static let textBeginnings = ["# HG changeset patch", "stash@{", "tag "]

  /// An abbreviated or whole object ID, as a word.
  private static func beginsWithID(_ text: ArraySlice<UInt8>) -> Bool {
    let digits = text.prefix { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard (7...64).contains(digits.count) else { return false }
    return digits.endIndex == text.endIndex || text[digits.endIndex] == 0x20
  }

  /// Whether a line between two files, or in a file's header, shows nothing of a file's content.
  ///
  /// - Parameter isInSubmodule: the last line that was no blank was about a submodule.
  static func isAllowed(_ line: [UInt8], isInSubmodule: Bool) -> Bool {
    if line.isEmpty || line.first == UInt8(ascii: "\\") { return true }
    if isInSubmodule && submoduleLines.contains(where: { line.starts(with: $0.utf8) }) { return true }
    return beginnings.contains { line.starts(with: $0.utf8) }
  }

  static func isAboutSubmodule(_ line: [UInt8]) -> Bool { line.starts(with: "Submodule ".utf8) }

  private static let submoduleLines = ["  > ", "  < "]

  private static let beginnings = [
    "diff ", "index ", "old mode ", "new mode ", "mode ", "similarity index ", "dissimilarity index ",
    "rename from ", "copy from ", "Submodule ", "Common subdirectories: ", "Index: ", "====", "RCS file: ",
    "retrieving revision ",
  ]

  /// Whether a line is of the body of a binary patch: a size, or base85 with a letter for its length.
  static func isBinaryPatch(_ line: [UInt8]) -> Bool {
    for form in ["literal ", "delta "] where line.starts(with: form.utf8) {
      return line.dropFirst(form.utf8.count).allSatisfy { (0x30...0x39).contains($0) }
    }
    guard let length = line.first else { return true }
    let isLetter = (0x41...0x5A).contains(length) || (0x61...0x7A).contains(length)
    return isLetter && line.count % 5 == 1 && line.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// Why a line is in the way.
  static func complaint(_ line: [UInt8], number: Int, wasBehindHunk: Bool) -> String {
    if line.starts(with: "Property changes on: ".utf8) {
      return "line \(number): a block of properties, which cannot be read; svn diff --ignore-properties leaves it out"
    }
    let mark = line.first
    if wasBehindHunk, mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-") || mark == 0x20 {
      return "line \(number) goes on after a hunk that is over, as its header says"
    }
    return "line \(number) is in no hunk, and no unified diff has such a line between files; what follows was not "
      + "read: make the diff with git diff or diff -u, or scan the files themselves"
  }
}
