// A hunk's header, and the bookkeeping that finds the hunk's end.

/// A hunk that is being read: of a plain diff (`@@ -1,2 +1,3 @@`), or of a combined one with a column
/// for each parent (`@@@ -1,2 -1,2 +1,3 @@@`).
struct DiffHunk {
  /// Columns in front of each line.
  let parents: Int
  private var oldLeft: [Int]
  private var newLeft: Int
  /// The number of the next line in the new file, from 1.
  private(set) var newLine: Int
  /// A line was added or removed.
  private(set) var hasChange = false

  enum Kind {
    case added
    /// Context, or removed.
    case other
    /// Context whose only byte, a space, a mailer dropped.
    case blank
    /// `\ No newline at end of file`
    case note
    case broken
  }

  /// nil when `line` is no hunk's header.
  init?(_ line: [UInt8]) {
    let marks = line.prefix { $0 == UInt8(ascii: "@") }.count
    guard marks >= 2 else { return nil }
    let fields = line.dropFirst(marks).split(separator: 0x20, omittingEmptySubsequences: true)
    let closing = ArraySlice(repeatElement(UInt8(ascii: "@"), count: marks))
    guard fields.count > marks, fields[marks] == closing else { return nil }
    var left: [Int] = []
    for field in fields[..<(marks - 1)] {
      guard let range = Self.range(field, sign: UInt8(ascii: "-")) else { return nil }
      left.append(range.count)
    }
    guard let new = Self.range(fields[marks - 1], sign: UInt8(ascii: "+")) else { return nil }
    parents = marks - 1
    oldLeft = left
    newLeft = new.count
    newLine = max(1, new.start)
  }

  /// `-3,4`, or `-3` for one line.
  private static func range(_ field: ArraySlice<UInt8>, sign: UInt8) -> (start: Int, count: Int)? {
    guard field.first == sign else { return nil }
    let parts = field.dropFirst().split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard let start = parts.first.flatMap(number) else { return nil }
    if parts.count == 1 { return (start, 1) }
    guard parts.count == 2, let count = number(parts[1]) else { return nil }
    return (start, count)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count < 16, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  var isOver: Bool { newLeft <= 0 && oldLeft.allSatisfy { $0 <= 0 } }

  /// What a line is by its columns; `start` holds as many bytes as there are parents, or all there are.
  func kind(of start: UnsafeRawBufferPointer) -> Kind {
    if start[0] == UInt8(ascii: "\\") { return .note }
    if start[0] == 0x0A || start[0] == 0x0D { return .blank }
    guard start.count == parents,
      start.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
    else { return .broken }
    return start.contains(UInt8(ascii: "+")) && !start.contains(UInt8(ascii: "-")) ? .added : .other
  }

  /// Counts a line by its columns; without any it is context.
  mutating func count(_ columns: UnsafeRawBufferPointer) {
    let isGone = columns.contains(UInt8(ascii: "-"))
    if isGone || columns.contains(UInt8(ascii: "+")) { hasChange = true }
    for parent in 0..<parents {
      let mark = columns.isEmpty ? 0x20 : columns[parent]
      // A line stands in a parent when that parent's column shows it as removed, or when it is in the
      // result and the column shows nothing.
      if mark == UInt8(ascii: "-") || (!isGone && mark == 0x20) { oldLeft[parent] -= 1 }
    }
    if !isGone {
      newLeft -= 1
      newLine += 1
    }
  }
}
