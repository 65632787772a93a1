// What an audit can find about a key, besides the key.

package import Findings
import Platform
package import Rules

package enum AuditRule: String, CaseIterable, Sendable {
  /// It is older than the documentation asks for.
  case age = "key-age"
  /// One key for several environments.
  case separation = "key-shared"
  /// The account's list calls it revoked, or its time is over, and it is still used.
  case revoked = "key-revoked"
  case expiry = "key-never-expires"
  /// The account's list does not have it.
  case unlisted = "key-not-listed"
  /// It is used nowhere that was looked at.
  case unused = "key-unused"
  /// A key of the secret manager is in the repository, its history or a log too.
  case leaked = "key-in-use-leaked"
  /// Other users of the machine can read the file.
  case mode = "key-file-readable"
  case folder = "key-folder-open"

  /// One sentence.
  package var title: String {
    switch self {
    case .age: "A key is replaced every 90 days."
    case .separation: "Each environment has a key of its own."
    case .revoked: "A key that is revoked or expired is used nowhere."
    case .expiry: "A key has a day on which it expires."
    case .unlisted: "Each key in use is in the account's list."
    case .unused: "A key that is not used is revoked."
    case .leaked: "A key that is in use is in the secret manager only."
    case .mode: "Only its owner can read a file with a key."
    case .folder: "Only its owner can enter a folder with keys."
    }
  }

  package var severity: Severity {
    switch self {
    case .leaked: .critical
    case .revoked, .mode: .high
    case .age, .separation, .expiry, .unlisted: .medium
    case .unused, .folder: .low
    }
  }

  package func finding(
    isWarning: Bool = false, _ finding: Finding?, _ message: String, details: [String] = [], commands: [String] = []
  ) -> PolicyFinding {
    let path = finding?.path ?? ""
    return PolicyFinding(
      rule: rawValue, title: title, severity: severity, isWarning: isWarning, path: path,
      line: finding?.place == .content ? finding?.line : nil, text: [], message: message, details: details,
      commands: commands)
  }
}
