// The replacement of one key by another: where the old one was used, what has taken its place, and from when on it can
// be revoked. It names keys by their fingerprints and first 15 characters only.

import Bytes
package import Findings
import Platform

package struct KeyRotation: Sendable, Equatable {
  package struct Key: Sendable, Equatable {
    package let fingerprint: String
    /// Redacted.
    package let secret: String

    package init(fingerprint: String, secret: String) {
      self.fingerprint = fingerprint
      self.secret = secret
    }
  }

  /// A file, or the environment, that used the old key.
  package struct Place: Sendable, Equatable {
    package enum State: String, CaseIterable, Sendable {
      case old
      /// The new key is there.
      case replaced
      /// Neither key is there.
      case removed
    }

    /// As in reports, fit to show.
    package let path: String
    /// Of the old key, from 1.
    package internal(set) var line: Int
    /// To follow "in".
    package internal(set) var kind: String
    package internal(set) var state: State
    /// Since when it was seen so, as `utcDate` writes it.
    package internal(set) var since: String
  }

  /// What the service answered, and when.
  package struct Check: Sendable, Equatable {
    package let status: KeyVerification.Status
    package let date: String

    package init(status: KeyVerification.Status, date: String) {
      self.status = status
      self.date = date
    }
  }

  package let old: Key
  package let started: String
  package internal(set) var new: Key?
  /// Fingerprints of keys that were there at the start, and so are not the new one.
  package internal(set) var known: [String]
  package internal(set) var places: [Place] = []
  /// Since when no place uses the old key; nil while one does.
  package internal(set) var deployed: String?
  package var oldCheck: Check?
  package var newCheck: Check?

  /// Hours from then on until the old key is revoked: at least, and at most.
  package static let pause = (least: 24, most: 48)

  package var remaining: [Place] { places.filter { $0.state == .old } }

  /// The days between which the documentation asks for the old key to be revoked.
  package var revocation: (from: String, until: String)? {
    guard let deployed, let start = seconds(of: deployed) else { return nil }
    return (utcDate(start + Self.pause.least * 3600), utcDate(start + Self.pause.most * 3600))
  }

  /// - Parameter seen: what is there now.
  package init(of old: Key, _ seen: SeenKeys, now: Int) {
    self.old = old
    started = utcDate(now)
    known = seen.fingerprints.filter { $0 != old.fingerprint }
  }

  init(old: Key, started: String, known: [String]) {
    self.old = old
    self.started = started
    self.known = known
  }

  /// Takes down what is there now.
  ///
  /// - Parameters:
  ///   - chosen: the new key, where the caller names it.
  ///   - wasRead: whether a place was looked at; what was not keeps its state.
  /// - Returns: the candidates for the new key, if there are several.
  package mutating func update(
    _ seen: SeenKeys, chosen: Key?, now: Int, wasRead: (String) -> Bool
  ) -> [Key] {
    let date = utcDate(now)
    for use in seen.uses(of: old.fingerprint) {
      if let index = places.firstIndex(where: { $0.path == use.path }) {
        (places[index].line, places[index].kind) = (use.line, use.kind)
        if places[index].state != .old { (places[index].state, places[index].since) = (.old, date) }
      } else {
        places.append(Place(path: use.path, line: use.line, kind: use.kind, state: .old, since: date))
      }
    }
    places.sort { $0.path < $1.path }
    let current = Set(seen.uses(of: old.fingerprint).map(\.path))
    let left = places.indices.filter { !current.contains(places[$0].path) && wasRead(places[$0].path) }
    if let chosen {
      if chosen.fingerprint != new?.fingerprint { newCheck = nil }
      new = chosen
    }
    var candidates: [Key] = []
    if new == nil {
      for key in left.flatMap({ seen.keys(at: places[$0].path) })
      where !known.contains(key.fingerprint) && !candidates.contains(key) {
        candidates.append(key)
      }
      if candidates.count == 1 { new = candidates[0] }
    }
    for index in left {
      let isReplaced = new.map { seen.keys(at: places[index].path).contains($0) } ?? false
      let state: Place.State = isReplaced ? .replaced : .removed
      if places[index].state != state { (places[index].state, places[index].since) = (state, date) }
    }
    deployed = remaining.isEmpty ? deployed ?? date : nil
    return new == nil ? candidates : []
  }
}

/// Keys where they are used, by what was found.
package struct SeenKeys: Sendable {
  package struct Use: Sendable {
    package let path: String
    package let line: Int
    package let kind: String
  }

  /// In the order in which they were found.
  package private(set) var fingerprints: [String] = []
  private var secrets: [String: String] = [:]
  private var byKey: [String: [Use]] = [:]
  private var byPlace: [String: [KeyRotation.Key]] = [:]
  /// Places of a key that are no use of it, such as git's history: how many of each kind.
  private var copies: [String: [(kind: String, count: Int)]] = [:]

  package init(_ findings: [Finding]) {
    for finding in findings where finding.rule == hopxRule { add(finding) }
  }

  private mutating func add(_ finding: Finding) {
    let name = finding.fingerprint
    if secrets.updateValue(finding.secret, forKey: name) == nil { fingerprints.append(name) }
    let (title, isUse) = Self.place(of: finding)
    guard isUse else {
      let index = copies[name, default: []].firstIndex { $0.kind == title }
      if let index { copies[name]![index].count += 1 } else { copies[name, default: []].append((title, 1)) }
      return
    }
    let path = escapedForTerminal(finding.path.bytes)
    if byKey[name, default: []].contains(where: { $0.path == path }) { return }
    byKey[name, default: []].append(Use(path: path, line: finding.line, kind: title))
    byPlace[path, default: []].append(KeyRotation.Key(fingerprint: name, secret: finding.secret))
  }

  private static func place(of finding: Finding) -> (title: String, isUse: Bool) {
    if finding.path == KeyAudit.environment { return ("the environment", true) }
    let exposure = Exposure(of: finding)
    return switch exposure {
    case .shellHistory, .transcript, .log, .archive, .name, .commitText, .history: (exposure.advice().title, false)
    default: (exposure.advice().title, true)
    }
  }

  package func key(_ fingerprint: String) -> KeyRotation.Key? {
    secrets[fingerprint].map { KeyRotation.Key(fingerprint: fingerprint, secret: $0) }
  }

  package func uses(of fingerprint: String) -> [Use] { byKey[fingerprint] ?? [] }

  package func copies(of fingerprint: String) -> [(kind: String, count: Int)] { copies[fingerprint] ?? [] }

  func keys(at path: String) -> [KeyRotation.Key] { byPlace[path] ?? [] }
}
