// The steps of a rotation, for a person: what is done, and what to do next.

import Audit
import Bytes
import Findings
import Reporting

struct RotationText {
  private(set) var lines: [String] = []
  private let style: TextStyle

  /// - Parameters:
  ///   - candidates: keys that may be the new one.
  ///   - copies: places with the old key that are no use of it.
  ///   - answers: of the service, in this run.
  init(
    _ rotation: KeyRotation, candidates: [KeyRotation.Key], copies: [(kind: String, count: Int)],
    answers: [VerifiedKey], style: TextStyle
  ) {
    self.style = style
    add("\(style.bold("Replacing \(Self.words(rotation.old))"))  since \(Self.day(rotation.started))", 0)
    create(rotation, candidates)
    replace(rotation)
    verify(rotation, answers)
    revoke(rotation, copies)
  }

  // MARK: Steps

  private mutating func create(_ rotation: KeyRotation, _ candidates: [KeyRotation.Key]) {
    step(rotation.new != nil, "1. Create a new key")
    if let new = rotation.new {
      add("it is \(Self.words(new))")
    } else if candidates.isEmpty {
      add("dashboard: \(RotationSteps.dashboard), Create")
      add("or: hopx auth login && hopx auth keys create --name NAME --expires 3months --no-store")
    } else {
      add("several keys took its place; say which one is new:")
      for key in candidates { add("--new \(key.fingerprint)   \(Console.shown(key.secret.utf8))") }
    }
  }

  private mutating func replace(_ rotation: KeyRotation) {
    let done = rotation.places.count - rotation.remaining.count
    let count = rotation.places.isEmpty ? "no place uses it" : "\(done) of \(counted(rotation.places.count, "place"))"
    step(rotation.remaining.isEmpty, "2. Put it in the place of the old one: \(count)")
    for place in rotation.places {
      let name = Console.shown(place.path.utf8)
      let kind = Console.shown(place.kind.utf8)
      switch place.state {
      case .old: add("\(style.danger("old key"))   \(name):\(place.line)  \(style.faint(kind))")
      case .replaced: add("\(style.success("new key"))   \(name)  \(style.faint("since \(Self.day(place.since))"))")
      case .removed: add("\(style.success("no key"))    \(name)  \(style.faint("since \(Self.day(place.since))"))")
      }
    }
    if !rotation.places.isEmpty { add("Stored secrets of CI systems and secret managers are not seen from here.") }
  }

  private mutating func verify(_ rotation: KeyRotation, _ answers: [VerifiedKey]) {
    let isLive = rotation.newCheck?.status.isLive ?? false
    step(isLive, "3. Verify the new key, here and in the logs of what uses it")
    for (name, key, check) in [
      ("new key", rotation.new, rotation.newCheck), ("old key", rotation.old, rotation.oldCheck),
    ] {
      let answer = answers.first { $0.fingerprint == key?.fingerprint }
      if let answer {
        add("\(name): \(Console.shown(answer.verification.text.utf8))")
      } else if let check {
        add("\(name): \(check.status.rawValue) on \(Self.time(check.date))")
      } else if !answers.isEmpty {
        add("\(name): nowhere here, so it cannot be asked about")
      }
    }
    if answers.isEmpty {
      add("hopxguard rotate \(rotation.old.fingerprint) --verify asks the service")
    }
  }

  private mutating func revoke(_ rotation: KeyRotation, _ copies: [(kind: String, count: Int)]) {
    let status = rotation.oldCheck?.status
    step(status == .dead || status == .expired, "4. Revoke the old key")
    if let (from, until) = rotation.revocation {
      add("from \(Self.time(from)) on, at the latest on \(Self.time(until)) (UTC)")
    } else {
      add("24 to 48 hours after no place uses it any more")
    }
    if !copies.isEmpty {
      let places = copies.map { "\(Console.shown($0.kind.utf8)) (\(grouped($0.count)))" }.joined(separator: ", ")
      add("It also is in \(places). Revoking it makes these harmless.")
      add(RotationSteps.atOnce)
    }
    add("dashboard: \(RotationSteps.dashboard)")
    add("or: hopx auth keys list, then hopx auth keys revoke ID; its ID begins with \(Self.id(rotation.old))")
  }

  // MARK: Lines

  private mutating func step(_ isDone: Bool, _ title: String) {
    lines.append("")
    lines.append((isDone ? style.success("[x]") : "[ ]") + " \(style.bold(title))")
  }

  private mutating func add(_ line: String, _ indent: Int = 7) {
    lines.append(String(repeating: " ", count: indent) + line)
  }

  private static func words(_ key: KeyRotation.Key) -> String {
    key.secret.isEmpty
      ? "\(key.fingerprint), which is nowhere here" : "\(Console.shown(key.secret.utf8)) (\(key.fingerprint))"
  }

  private static func id(_ key: KeyRotation.Key) -> String {
    Console.shown(key.secret.utf8.dropFirst(10).prefix { $0 != UInt8(ascii: ".") })
  }

  private static func day(_ date: String) -> Substring { date.prefix(10) }

  private static func time(_ date: String) -> String { "\(date.prefix(10)) \(date.dropFirst(11).prefix(5))" }
}
