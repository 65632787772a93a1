// The file that keeps the state of rotations between runs: JSON, without keys. What is read may have been written by
// anyone, so that all of it is checked.

import Bytes
import Findings

package struct RotationFile: Sendable {
  package var rotations: [KeyRotation] = []
  /// Whether the user's home folder and the system's were looked at, too.
  package var isOfMachine = false

  package static let name = ".hopxguard-rotation.json"
  package static let longest = 4 << 20
  private static let mostPlaces = 100_000

  package init() {}

  package struct Fault: Error {
    package let reason: String
  }

  package init(parsing text: [UInt8]) throws(Fault) {
    guard let json = JSONValue(parsing: text) else { throw Fault(reason: "is no JSON") }
    guard json["tool"]?.text == "hopxguard rotate" else { throw Fault(reason: "is no file of hopxguard rotate") }
    guard case .number("1")? = json["version"] else {
      throw Fault(reason: "was written by a later version of hopxguard")
    }
    guard case .array(let items)? = json["rotations"] else { throw Fault(reason: "has no list 'rotations'") }
    isOfMachine = json["machine"]?.boolean ?? false
    for (index, item) in items.enumerated() {
      guard let rotation = Self.rotation(item) else {
        throw Fault(reason: "entry \(index + 1) of 'rotations' is not as hopxguard writes it")
      }
      rotations.append(rotation)
    }
  }

  package var text: [UInt8] {
    let entries = rotations.map(Self.json)
    var text = jsonObject([
      ("tool", jsonText("hopxguard rotate")), ("version", jsonNumber(1)), ("machine", jsonBoolean(isOfMachine)),
      ("rotations", jsonArray(entries)),
    ])
    text.append(0x0A)
    return text
  }

  // MARK: Writing

  private static func json(_ rotation: KeyRotation) -> [UInt8] {
    var fields: [(String, [UInt8])] = [
      ("old", json(rotation.old)), ("started", jsonText(rotation.started)),
      ("known", jsonArray(rotation.known.map(jsonText))), ("places", jsonArray(rotation.places.map(json))),
    ]
    if let new = rotation.new { fields.append(("new", json(new))) }
    if let date = rotation.deployed { fields.append(("deployed", jsonText(date))) }
    if let check = rotation.oldCheck { fields.append(("oldCheck", json(check))) }
    if let check = rotation.newCheck { fields.append(("newCheck", json(check))) }
    return jsonObject(fields)
  }

  private static func json(_ key: KeyRotation.Key) -> [UInt8] {
    jsonObject([("fingerprint", jsonText(key.fingerprint)), ("secret", jsonText(key.secret))])
  }

  private static func json(_ place: KeyRotation.Place) -> [UInt8] {
    jsonObject([
      ("path", jsonText(place.path)), ("line", jsonNumber(place.line)), ("kind", jsonText(place.kind)),
      ("state", jsonText(place.state.rawValue)), ("since", jsonText(place.since)),
    ])
  }

  private static func json(_ check: KeyRotation.Check) -> [UInt8] {
    jsonObject([("status", jsonText(check.status.rawValue)), ("date", jsonText(check.date))])
  }

  // MARK: Reading

  private static func rotation(_ json: JSONValue) -> KeyRotation? {
    guard let old = key(json["old"]), let started = date(json["started"]), case .array(let known)? = json["known"],
      case .array(let places)? = json["places"], places.count <= mostPlaces
    else { return nil }
    let names = known.compactMap(\.text)
    guard names.count == known.count, names.allSatisfy(isFingerprint) else { return nil }
    var rotation = KeyRotation(old: old, started: started, known: names)
    for item in places {
      guard let place = place(item) else { return nil }
      rotation.places.append(place)
    }
    // Of what may be missing, what is there has to be sound.
    if let new = json["new"] {
      guard let key = key(new) else { return nil }
      rotation.new = key
    }
    if let value = json["deployed"] {
      guard let date = date(value) else { return nil }
      rotation.deployed = date
    }
    for (name, member) in [("oldCheck", \KeyRotation.oldCheck), ("newCheck", \KeyRotation.newCheck)] {
      guard let value = json[name] else { continue }
      guard let status = value["status"]?.text.flatMap(KeyVerification.Status.init), let date = date(value["date"])
      else { return nil }
      rotation[keyPath: member] = KeyRotation.Check(status: status, date: date)
    }
    return rotation
  }

  private static func key(_ json: JSONValue?) -> KeyRotation.Key? {
    guard let fingerprint = json?["fingerprint"]?.text, isFingerprint(fingerprint),
      let secret = json?["secret"]?.text, secret.utf8.count <= 40
    else { return nil }
    return KeyRotation.Key(fingerprint: fingerprint, secret: secret)
  }

  private static func place(_ json: JSONValue) -> KeyRotation.Place? {
    guard let path = json["path"]?.text, !path.isEmpty, path.utf8.count <= 16_384,
      case .number(let number)? = json["line"], let line = Int(number), line > 0,
      let kind = json["kind"]?.text, kind.utf8.count <= 200,
      let state = json["state"]?.text.flatMap(KeyRotation.Place.State.init), let since = date(json["since"])
    else { return nil }
    return KeyRotation.Place(path: path, line: line, kind: kind, state: state, since: since)
  }

  private static func date(_ json: JSONValue?) -> String? {
    guard let text = json?.text, let value = seconds(of: text), utcDate(value) == text else { return nil }
    return text
  }
}

/// Seconds since 1970 of a date as `utcDate` writes it; nil for another text.
func seconds(of date: String) -> Int? {
  let parts = date.split(separator: "T", omittingEmptySubsequences: false)
  guard parts.count == 2, let days = days(of: parts[0]), parts[1].last == "Z" else { return nil }
  let times = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
  guard times.count == 3, let hour = times[0], let minute = times[1], let second = times[2],
    (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
  else { return nil }
  return days * 86_400 + hour * 3600 + minute * 60 + second
}
