// The table of an audit: a line for each key, and one with its fingerprint and places.

import Bytes
import Findings
import Platform

func keyTable(_ keys: [AuditedKey], style: TextStyle) -> String {
  let head = ["KEY", "AGE", "ENVIRONMENTS", "PLACES", "WHAT TO DO NEXT"]
  let rows = keys.map { key in
    [
      key.secret, age(key), key.environments.isEmpty ? "-" : key.environments.joined(separator: ", "),
      grouped(key.places), key.next,
    ].map { escapedForTerminal($0.utf8) }
  }
  let widths = head.indices.map { column in ([head] + rows).map { $0[column].unicodeScalars.count }.max()! }
  func line(_ cells: [String]) -> String {
    let padded = zip(cells, widths).map { cell, width in
      cell + String(repeating: " ", count: max(0, width - cell.unicodeScalars.count))
    }
    let text = padded.joined(separator: "  ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }
  var text = style.bold(line(head)) + "\n"
  for (key, row) in zip(keys, rows) {
    text += line(row) + "\n"
    let uses = key.uses.prefix(3).map { "\(escapedForTerminal($0.path.bytes)):\($0.line)" }.joined(separator: ", ")
    let more = key.places > 3 ? " and \(grouped(key.places - 3)) more" : ""
    let left = key.left.map { ", left the files on \($0)" } ?? ""
    text += "  " + style.faint("\(key.fingerprint)  \(uses)\(more)\(left)") + "\n"
  }
  return text
}

private func age(_ key: AuditedKey) -> String {
  guard let age = key.age else { return "unknown" }
  return "\(age.isLowerBound ? ">= " : "")\(counted(age.days, "day"))"
}
