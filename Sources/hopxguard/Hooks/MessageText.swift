// The part of a message file that goes into the commit. git passes commit-msg the file as the editor left it: with
// git's own comments, and with the diff of `git commit -v` below a scissors line. Lines that a diff removes are not a
// leak, and neither are the names of files that git lists. In doubt a line counts as part of the message.
// Sources: git-commit(1), `--cleanup` and `--verbose`; git's builtin/commit.c and wt-status.c.

import GitCommand
import Platform

enum MessageText {
  /// Whether the message went through an editor. Otherwise git sets GIT_EDITOR to `:` for its hooks, and the whole
  /// message goes into the commit.
  static var wasEdited: Bool { environmentVariable("GIT_EDITOR") != ":" }

  /// The text as far as it goes into the commit. What does not is made empty; the line numbers stay.
  static func committed(of text: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    var kept = lines
    if let cut = lines.firstIndex(where: isScissors) {
      // A scissors line with anything but a diff below it is part of the message.
      let below = lines[(cut + 1)...].drop { $0.first == lines[cut].first }
      let isDiff = below.first.map { $0.isEmpty || $0.starts(with: "diff --".utf8) } ?? true
      if isDiff { kept = Array(lines[..<cut]) }
    }
    if let comment = commentOfGit(kept), dropsComments {
      kept = kept.map { $0.starts(with: comment + [0x09]) ? [] : $0 }
    }
    return Array(kept.joined(separator: [0x0A]))
  }

  private static func isScissors(_ line: ArraySlice<UInt8>) -> Bool {
    let scissors = Array(" ------------------------ >8 ------------------------".utf8)
    return line.count < 80 && line.suffix(scissors.count).elementsEqual(scissors)
  }

  /// The comment character (`core.commentChar`, which may be `auto`), from git's own comment: `# with '#' will be
  /// ignored`. With `--cleanup=verbatim` or `whitespace`, which a hook cannot see, that comment says `will be kept`;
  /// in other languages it is not recognised. In both cases the result is nil, and all lines are scanned.
  private static func commentOfGit(_ lines: [ArraySlice<UInt8>]) -> [UInt8]? {
    let quote = UInt8(ascii: "'")
    for line in lines {
      guard let start = line.firstIndex(of: quote) else { continue }
      let rest = line[(start + 1)...]
      guard let end = rest.firstIndex(of: quote), end > rest.startIndex,
        rest[end...].starts(with: "' will be ignored".utf8)
      else { continue }
      let comment = Array(rest[..<end])
      if line.starts(with: comment + [0x20]) { return comment }
    }
    return nil
  }

  /// Whether the configuration lets git take comments out of a message from an editor.
  private static var dropsComments: Bool {
    do throws(GitError) {
      return ["default", "strip"].contains(try GitProcess.output(of: .here, ["config", "--get", "commit.cleanup"]))
    } catch { return error.status == 1 }
  }
}
