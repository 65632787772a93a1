// A key as `audit` lists it: where it is used, since when, and what to do next. Nothing in it holds a key.

public import Platform

public struct AuditedKey: Sendable {
  public struct Use: Sendable {
    /// Redacted.
    public var path: Path
    /// From 1.
    public var line: Int
    /// The kind of place, to follow "in".
    public var kind: String

    package init(path: Path, line: Int, kind: String) {
      self.path = path
      self.line = line
      self.kind = kind
    }
  }

  public struct Age: Sendable {
    /// `YYYY-MM-DD`, in UTC.
    public var since: String
    public var days: Int
    /// Whether the key may be older: it was only seen first then.
    public var isLowerBound: Bool

    package init(since: String, days: Int, isLowerBound: Bool) {
      self.since = since
      self.days = days
      self.isLowerBound = isLowerBound
    }
  }

  /// Redacted; empty for a key that is known by its name alone.
  public var secret: String
  public var fingerprint: String
  public var places: Int
  /// The first of its places, at most `mostUses`.
  public var uses: [Use]
  public var age: Age?
  /// The day on which it left the files, `YYYY-MM-DD` in UTC; nil if it is in one, or no commit took it out.
  public var left: String?
  /// Names of environments that it is used in, in order.
  public var environments: [String]
  /// What the list of the account's keys says about it; nil if there is no list.
  public var account: String?
  /// The most urgent step.
  public var next: String

  package static let mostUses = 20

  package init(
    secret: String, fingerprint: String, places: Int, uses: [Use], age: Age?, left: String?, environments: [String],
    account: String?, next: String
  ) {
    self.secret = secret
    self.fingerprint = fingerprint
    self.places = places
    self.uses = uses
    self.age = age
    self.left = left
    self.environments = environments
    self.account = account
    self.next = next
  }
}
