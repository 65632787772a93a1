// The result of a coverage check: lapses, each with the responsible line and the commands that fix it.

package import Platform

/// Something that lets a secret file into git, or out of the folder by another way.
package struct Lapse: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// No rule covers the name.
    case missing = "gitignore-missing"
    /// A line is there that is meant to cover the name, and does not.
    case ineffective = "gitignore-ineffective"
    /// A later line takes the name back in.
    case negated = "gitignore-negated"
    /// Only a rule of this machine covers the name.
    case localOnly = "gitignore-local-only"
    /// The current content of the rule, or of a `.gitignore`, is not committed.
    case uncommitted = "gitignore-uncommitted"
    /// git tracks such a file, so that ignoring it does nothing.
    case tracked = "gitignore-tracked"
    /// Such a file exists, and git would take it.
    case exposed = "gitignore-exposed"
    /// A file that has to be committed is ignored.
    case tooBroad = "gitignore-too-broad"
    /// A file with a key is open to other users of the machine.
    case readable = "secret-file-readable"
    /// A container image is built with the file.
    case inImage = "dockerignore-uncovered"
    /// An npm package is published with the file.
    case inPackage = "npmignore-uncovered"
    /// A Python source distribution is made with the file.
    case inDistribution = "sdist-uncovered"
  }

  package let kind: Kind
  /// It leaves the exit code alone.
  package let isWarning: Bool
  /// The file to look at, relative to the top; of a rule of this machine, as git names it.
  package let path: Path
  /// Of the line to blame, from 1; nil when no line is.
  package let line: Int?
  /// The responsible line; empty if there is none.
  package let text: [UInt8]
  package let message: String
  /// Sentences that explain, if need be.
  package let details: [String]
  /// What to type, or to do, in order.
  package let commands: [String]

  init(
    _ kind: Kind, isWarning: Bool, path: Path, line: Int? = nil, text: [UInt8] = [],
    message: String, details: [String] = [], commands: [String] = []
  ) {
    self.kind = kind
    self.isWarning = isWarning
    self.path = path
    self.line = line
    self.text = text
    self.message = message
    self.details = details
    self.commands = commands
  }

  /// The order of reports.
  package static func precedes(_ left: Lapse, _ right: Lapse) -> Bool {
    if left.isWarning != right.isWarning { return right.isWarning }
    if left.path != right.path { return left.path < right.path }
    if left.line != right.line { return left.line ?? 0 < right.line ?? 0 }
    return (left.kind.rawValue, left.message) < (right.kind.rawValue, right.message)
  }
}

/// A path as a word of a git command that works in every folder of the repository and takes no byte of
/// it for a wildcard (gitglossary(7), "pathspec").
func pathspec(_ path: Path) -> String { shellWord(Path(Array(":(top,literal)".utf8) + path.bytes)) }

/// A path in a sentence. The printing code escapes control characters.
func shown(_ path: Path) -> String { String(decoding: path.bytes, as: UTF8.self) }
