// Whether a key is live, as far as the service answered. Nothing in it holds a part of a key.

public import Platform

public struct KeyVerification: Sendable, Equatable {
  public enum Status: String, CaseIterable, Sendable {
    case live
    /// Live, with a scope too narrow for the question.
    case liveNarrow = "live-narrow-scope"
    /// The service gave no answer that can be relied on.
    case unknown
    case expired
    case dead

    public var isLive: Bool { self == .live || self == .liveNarrow }
  }

  public var status: Status
  /// Why, in a few words.
  public var reason: String
  /// The service's name for the request, for its support; nil if there is none or it is not fit to show.
  public var requestID: String?

  public init(_ status: Status, _ reason: String, requestID: String? = nil) {
    self.status = status
    self.reason = reason
    self.requestID = requestID
  }

  /// `live (the service accepted it; request req_1)`.
  package var text: String {
    "\(words) (\(reason)\(requestID.map { "; request \($0)" } ?? ""))"
  }

  package var words: String { status == .liveNarrow ? "live, with a narrow scope" : status.rawValue }
}

/// A key and the answer about it.
public struct VerifiedKey: Sendable {
  /// Redacted.
  public var secret: String
  public var fingerprint: String
  public var verification: KeyVerification
  /// Findings of it.
  public var places: Int
  public var firstPath: Path

  package init(_ finding: Finding, places: Int, _ verification: KeyVerification) {
    secret = finding.secret
    fingerprint = finding.fingerprint
    self.verification = verification
    self.places = places
    firstPath = finding.path
  }
}
