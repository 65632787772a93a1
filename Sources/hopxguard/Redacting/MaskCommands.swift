// `--leave-mask-commands`: lines by which a CI job tells its runner what to mask stay as they are, because a runner
// that is told the redacted key masks that instead. Sources: "Workflow commands for GitHub Actions", Masking a value
// in a log; "Logging commands" of Azure Pipelines, SetSecret and SetVariable.

import Detection
import Platform

/// Redacts all but what follows a mask command up to the end of its line.
final class MaskCommands: StructuredFilter {
  private let redactor: PieceRedactor
  /// What may become a command.
  private var held: [UInt8] = []
  private var isAtLineStart = true
  private var isInCommand = false
  /// GitHub's runner takes no commands until a line `::TOKEN::`.
  private var token: [UInt8]?
  private var line: [UInt8] = []

  /// Bytes of a command up to its value, and of a line that is looked at as a whole.
  private static let longest = 1024

  init(_ redactor: PieceRedactor) { self.redactor = redactor }

  var count: Int { redactor.count }
  var surrenders: [Surrender] { redactor.surrenders }
  var problem: String? { nil }

  func take(_ bytes: UnsafeRawBufferPointer, isLast: Bool, _ write: PieceWriter) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count: Int
      if isInCommand {
        count = try takeValue(rest, write)
      } else if held.isEmpty, !isAtLineStart, rest[0] != UInt8(ascii: "#") {
        count = try takeText(rest, write)
      } else {
        held.append(rest[0])
        note(rest[0])
        count = 1
        try settle(write)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    if isLast {
      try redactor.take(held, write)
      held.removeAll()
      try redactor.finish(write)
    }
  }

  /// Text up to where a command could begin.
  private func takeText(_ bytes: UnsafeRawBufferPointer, _ write: PieceWriter) throws(SystemError) -> Int {
    let end = bytes.firstIndex { $0 == 0x0A || $0 == UInt8(ascii: "#") } ?? bytes.count
    var count = end
    if end < bytes.count, bytes[end] == 0x0A { count += 1 }
    let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
    for byte in part.prefix(Self.longest) { note(byte) }
    if count > end { endLine() }
    try redactor.take(part, write)
    return count
  }

  /// The value of a command, which ends with its line.
  private func takeValue(_ bytes: UnsafeRawBufferPointer, _ write: PieceWriter) throws(SystemError) -> Int {
    let end = bytes.firstIndex(of: 0x0A).map { $0 + 1 }
    let part = UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])
    if end != nil { endLine() }
    try write(part)
    return part.count
  }

  /// Lets go of held bytes that are no command, or begins one.
  private func settle(_ write: PieceWriter) throws(SystemError) {
    while !held.isEmpty {
      switch verdict(held, isAtLineStart: isAtLineStart) {
      case .open where held.count < Self.longest: return
      case .command where token == nil:
        try redactor.finish(write)
        try writeOwn(held, write)
        held.removeAll()
        isInCommand = true
        return
      case .open, .command, .text:
        let byte = held.removeFirst()
        try redactor.take([byte], write)
        if byte == 0x0A { endLine() } else { isAtLineStart = false }
        // Only another # can begin something inside a line.
        while let next = held.first, !isAtLineStart, next != UInt8(ascii: "#") {
          try redactor.take([held.removeFirst()], write)
          if next == 0x0A { endLine() }
        }
      }
    }
  }

  private func endLine() {
    isAtLineStart = true
    isInCommand = false
    let text = line.drop { $0 == 0x20 || $0 == 0x09 }.reversed().drop { $0 <= 0x20 }.reversed()
    line.removeAll(keepingCapacity: true)
    let stop = Array("::stop-commands::".utf8)
    if let token {
      if Array(text) == Array("::".utf8) + token + Array("::".utf8) { self.token = nil }
    } else if lowercased(Array(text.prefix(stop.count))) == stop {
      token = Array(text.dropFirst(stop.count))
    }
  }

  private func note(_ byte: UInt8) {
    if line.count < Self.longest { line.append(byte) }
  }
}

private enum Verdict { case open, command, text }

/// Whether `bytes` are a mask command up to its value, or could become one.
private func verdict(_ bytes: [UInt8], isAtLineStart: Bool) -> Verdict {
  var best = Verdict.text
  if isAtLineStart {
    let text = bytes.drop { $0 == 0x20 || $0 == 0x09 }
    best = compare(text, "::add-mask::")
  }
  guard bytes.first == UInt8(ascii: "#") else { return best }
  for command in ["##[add-mask]", "##vso[task.setsecret]"] {
    let verdict = compare(bytes[...], command)
    if verdict != .text { return verdict }
  }
  // With properties in any order; issecret has to be among them.
  for command in ["##vso[task.setsecret ", "##vso[task.setvariable "] {
    switch compare(bytes[...], command) {
    case .text: continue
    case .open: return .open
    case .command:
      let properties = bytes.dropFirst(command.utf8.count)
      if properties.contains(0x0A) { return .text }
      guard let end = properties.firstIndex(of: UInt8(ascii: "]")) else { return .open }
      if end != bytes.count - 1 { return .text }
      let isSecret = properties.dropLast().split(separator: UInt8(ascii: ";")).contains {
        lowercased(Array($0)).filter { $0 != 0x20 } == Array("issecret=true".utf8)
      }
      return isSecret || command.hasPrefix("##vso[task.setsecret") ? .command : .text
    }
  }
  return best
}

private func compare(_ bytes: ArraySlice<UInt8>, _ command: String) -> Verdict {
  let command = Array(command.utf8)
  let start = lowercased(Array(bytes.prefix(command.count)))
  guard command.starts(with: start) else { return .text }
  return bytes.count < command.count ? .open : .command
}

private func lowercased(_ bytes: [UInt8]) -> [UInt8] {
  bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
}
