// The contents of every report. Nothing here contains a key: secret, snippet, path and names are redacted before
// they are stored.

public import Platform
public import Rules

/// A secret and its place.
public struct Finding: Sendable {
  /// What holds the secret at the path.
  public enum Place: String, Sendable {
    case content
    case fileName = "file name"
    case linkTarget = "link target"
    case commitMessage = "commit message"
    case commitAuthor = "commit author"
    case commitCommitter = "commit committer"
    /// Any other line above a commit's message.
    case commitHeader = "commit header"
    /// Anywhere in a tag object.
    case tag
    /// The name of a branch, a tag or another ref, which is the path.
    case refName = "ref name"
  }

  public var rule: String
  public var title: String
  public var severity: Severity
  public var confidence: Confidence
  /// Redacted.
  public var secret: String
  /// `sha256:` and 32 hex digits.
  public var fingerprint: String
  /// A digest of the first bytes of the secret. In an archive's raw bytes, what follows a secret can
  /// look like more of it, and then only the first bytes are the same.
  package var head = SIMD2<UInt64>()
  /// Relative to the repository's top, or as the user named it; redacted.
  public var path: Path
  /// For a secret in an archive, the part of `path` after the first `!`, redacted: the entry's name, followed by the
  /// inner entry's for an archive in an archive. Otherwise empty.
  public var entry = Path("")
  public var place: Place
  /// From 1.
  public var line: Int
  /// Of the first byte, from 1, in bytes.
  public var column: Int
  /// The column after the last byte, from 1, in bytes from the start of `line`.
  public var endColumn: Int
  /// The same in UTF-16 code units; nil when no format asks for it.
  public var region: TextRegion?
  /// GitHub's `primaryLocationLineHash`; nil if no format needs it, if the input is not a whole file, or if the hash
  /// would reveal too much of a short secret.
  public var lineHash: String?
  /// `plain`, or how the secret was hidden.
  public var encoding = "plain"
  /// Rules that found the same secret, or a part of it.
  public var otherRules: [String] = []
  public var snippet: Snippet
  /// The commit that brought the secret in; nil outside of git's history.
  public var commit: CommitInfo?
  /// Where the commit, or tag, can be reached from, such as `refs/heads/main`.
  public var ref: String?
  /// The comment that allows it, if any.
  public var comment: InlineAllowance?
  /// How far the secret has spread in git's history; nil outside of it.
  public var history: History?
  /// What git does with the file, where advice depends on it and git was asked.
  public var standing: GitStanding?
  /// What the service said about it; nil if it was not asked.
  public var verification: KeyVerification?

  public init(
    rule: Rule, confidence: Confidence, secret: String, fingerprint: String, path: Path,
    place: Place, line: Int, column: Int, length: Int, snippet: Snippet
  ) {
    self.rule = rule.id
    self.title = rule.title
    self.severity = rule.severity
    self.confidence = confidence
    self.secret = secret
    self.fingerprint = fingerprint
    self.path = path
    self.place = place
    self.line = line
    self.column = column
    self.endColumn = column + length
    self.snippet = snippet
  }

  /// Has the finding in another file of the same content.
  ///
  /// - Parameter file: redacted.
  public mutating func move(to file: Path) {
    path = entry.bytes.isEmpty ? file : Path(file.bytes + [UInt8(ascii: "!")] + entry.bytes)
  }

  /// The order of reports.
  public static func precedes(_ left: Finding, _ right: Finding) -> Bool {
    if left.path != right.path { return left.path < right.path }
    let places = (left.place.rawValue, left.line, left.column, left.endColumn)
    let others = (right.place.rawValue, right.line, right.column, right.endColumn)
    if places != others { return places < others }
    let names = (left.rule, left.fingerprint, left.commit?.id ?? "")
    return names < (right.rule, right.fingerprint, right.commit?.id ?? "")
  }

  /// Whether two findings are of the same secret at the same place.
  public static func same(_ left: Finding, _ right: Finding) -> Bool {
    !precedes(left, right) && !precedes(right, left)
  }
}

/// The place of a finding as editors count it: in UTF-16 code units.
public struct TextRegion: Sendable {
  /// From 1.
  public var startColumn: Int
  /// From 1.
  public var endLine: Int
  /// The column after the last code unit, from 1.
  public var endColumn: Int

  public init(startColumn: Int, endLine: Int, endColumn: Int) {
    self.startColumn = startColumn
    self.endLine = endLine
    self.endColumn = endColumn
  }
}

/// Where in a repository's history a secret is, at one path.
public struct History: Sendable {
  /// From where it can still be reached.
  public enum Reach: String, Sendable {
    /// The commit that is checked out holds it.
    case head
    /// A branch, a tag or another ref leads to it.
    case refs
    case stash
    /// Only a reflog, or git's notes of what it was doing (ORIG_HEAD), leads to it.
    case reflog
    /// Staged, and in no commit.
    case index
    /// Nothing leads to it; git deletes it some day.
    case unreachable
  }

  public var reach: Reach
  /// What leads to it, full names, redacted; at most `mostRefs`.
  public var refs: [String]
  /// How many lead to it.
  public var refCount: Int
  /// Commits that hold it at this path.
  public var commits: Int
  /// Different objects that hold it at this path, such as versions of a file.
  public var objects: Int
  /// The commit that took it out, on the way to what is checked out; nil if none did, or it is there again.
  public var departure: CommitInfo?

  public static let mostRefs = 20

  public init(reach: Reach, refs: [String], refCount: Int, commits: Int, objects: Int) {
    self.reach = reach
    self.refs = refs
    self.refCount = refCount
    self.commits = commits
    self.objects = objects
  }
}

/// The commit as in reports.
public struct CommitInfo: Sendable {
  /// 40 or 64 hex digits.
  public var id: String
  /// `Name <address>`; redacted.
  public var author: String
  /// When it was written, as `2026-11-24T07:08:19Z`, UTC.
  public var date: String

  public init(id: String, author: String, date: String) {
    self.id = id
    self.author = author
    self.date = date
  }
}

/// Something that was asked for and not scanned to its end. An `Outcome` redacts it.
public struct Problem: Sendable {
  /// Empty when the problem is not one file's.
  public var path: Path
  /// From 1; nil when it is not one line's.
  public var line: Int?
  public var message: String

  public init(path: Path, line: Int? = nil, message: String) {
    self.path = path
    self.line = line
    self.message = message
  }

  public static func precedes(_ left: Problem, _ right: Problem) -> Bool {
    left.path != right.path
      ? left.path < right.path : (left.line ?? 0, left.message) < (right.line ?? 0, right.message)
  }
}

/// How much was scanned, with what result.
public struct Summary: Sendable {
  public var files = 0
  /// Entries of archives, which are no files of their own.
  public var entries = 0
  /// Bytes searched, of files and of archives' contents.
  public var bytes = 0
  /// Lines that a diff adds.
  public var lines = 0
  public var commits = 0
  public var objects = 0
  public var findings = 0
  /// Number of allowed findings by what allowed them.
  public var allowances: [Allowance: Int] = [:]
  public var allowed: Int { allowances.values.reduce(0, +) }
  /// Paths that the settings have skipped.
  public var skipped = 0
  /// Untracked files that were not read because of rules that are in no commit, by rule; redacted.
  public var hidden: [String: Int] = [:]
  /// Object stores outside of the repository that were not read.
  public var unreadStores: Set<String> = []
  /// Rules that the settings have switched off, and the findings of each.
  public var disabledRules: [String: Int] = [:]
  /// Findings about code that leave the exit code alone.
  public var codeWarnings = 0
  public var seconds = 0.0
  /// nil when the repository itself was not checked.
  public var coverage: CoverageExtent?
  /// What the service said about each key, live ones first; nil if it was not asked.
  public var verified: [VerifiedKey]?

  public init() {}
}
