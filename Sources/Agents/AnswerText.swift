// The JSON of answers.

/// A value of an answer.
package indirect enum AnswerValue: Sendable {
  case text(String)
  /// What stands between the quotes of a string.
  case content([UInt8])
  /// JSON as it is.
  case json([UInt8])
  case flag(Bool)
  case object([(String, AnswerValue)])
  case array([AnswerValue])

  func write(into bytes: inout [UInt8]) {
    switch self {
    case .text(let text): Self.content(jsonContent(Array(text.utf8))).write(into: &bytes)
    case .content(let content):
      bytes.append(UInt8(ascii: "\""))
      bytes += content
      bytes.append(UInt8(ascii: "\""))
    case .json(let json): bytes += json
    case .flag(let flag): bytes += Array((flag ? "true" : "false").utf8)
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.text(member.0).write(into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.1.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        item.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    }
  }
}

/// What is asked of a model that has seen a key.
let discretion = "do not repeat the key, and do not write it anywhere."

/// An answer of these members, on a line.
func answer(_ members: (String, AnswerValue)...) -> [UInt8] {
  var bytes: [UInt8] = []
  AnswerValue.object(members).write(into: &bytes)
  return bytes + [0x0A]
}
