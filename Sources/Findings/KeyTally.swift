// The findings of a run by key: one key may be in many places, and it is the key that has to be rotated.

import Bytes
package import Platform

/// Counts keys, the places of each, and the kinds of place. Its size is bounded, whatever is counted.
package struct KeyTally: Sendable {
  package struct Key: Sendable {
    package let rule: String
    package let fingerprint: String
    /// Redacted.
    package let secret: String
    package fileprivate(set) var places = 0
    package fileprivate(set) var files = 0
    package fileprivate(set) var exposures: Set<Exposure> = []
    /// As of the worst of its places.
    package var rotation: Rotation { exposures.map { $0.advice().rotation }.max() ?? .yes }
    fileprivate var lastPath: Path?
  }

  package struct Kind: Sendable {
    package let exposure: Exposure
    package fileprivate(set) var places = 0
    /// The path of its first place, redacted.
    package let example: Path
  }

  /// In the order in which they were first found.
  package private(set) var keys: [Key] = []
  /// Places of Hopx keys by kind; the rules of others bring advice of their own.
  package private(set) var kinds: [Kind] = []
  package private(set) var places = 0
  /// The rules that keys were found by.
  package private(set) var rules: Set<String> = []
  /// There are more keys than are counted one by one.
  package private(set) var isFull = false
  private var numbers: [String: Int] = [:]

  /// Keys that are told apart. An endless stream may bring an endless number of them.
  private static let most = 100_000

  package init() {}

  package mutating func add(_ finding: Finding) {
    let exposure = Exposure(of: finding)
    places += 1
    rules.insert(finding.rule)
    if finding.rule == hopxRule {
      if let index = kinds.firstIndex(where: { $0.exposure == exposure }) {
        kinds[index].places += 1
      } else {
        kinds.append(Kind(exposure: exposure, places: 1, example: finding.path))
      }
    }
    let name = "\(finding.rule)\0\(finding.fingerprint)"
    if numbers[name] == nil {
      if keys.count == Self.most {
        isFull = true
        return
      }
      numbers[name] = keys.count
      keys.append(Key(rule: finding.rule, fingerprint: finding.fingerprint, secret: finding.secret))
    }
    let number = numbers[name]!
    keys[number].places += 1
    keys[number].exposures.insert(exposure)
    if keys[number].lastPath != finding.path {
      keys[number].files += 1
      keys[number].lastPath = finding.path
    }
  }
}

/// The rule whose keys the advice by place is about.
package let hopxRule = "hopx-api-key"

extension KeyTally.Kind {
  /// What to do in these places. A name that a shell or a terminal could take for something else is left out.
  package var advice: ExposureAdvice {
    let isPlain =
      example.bytes.first != UInt8(ascii: "-")
      && example.bytes.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./".utf8.contains(byte)
      }
    return exposure.advice(for: places == 1 && isPlain ? String(decoding: example.bytes, as: UTF8.self) : nil)
  }
}
