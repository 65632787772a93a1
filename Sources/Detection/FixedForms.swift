// What a literal looks like under chains of encodings: hex, base64 of base64, base64 of UTF-16 and so on, and base64 of
// escapes of all its characters or of its signs. Each chain gives one text. Also the beginnings of the lists of numbers
// that stand for it. All of them are found in one pass.

import Bytes
import Rules

/// A literal in one chain of encodings.
struct FixedForm: Sendable {
  /// Index of the literal.
  let literal: Int
  let form: StreamForm
  /// What depends on nothing but the literal, after `first` bytes that do not.
  let core: [UInt8]
  let first: Int
}

/// The forms of several literals.
struct FixedForms: Sendable {
  let forms: [FixedForm]
  /// The forms whose cores begin with a byte.
  let beginnings: [[Int]]
  /// Bytes of a form at most, line breaks included.
  let longest: Int
  private let index: SampleIndex
  private let pieces: [Piece]

  /// What the index finds: a part of a form's core, or some numbers of a list.
  private enum Piece: Sendable {
    case core(form: Int, offset: Int)
    case list(literal: Int, form: StreamForm, numbers: Int)
  }

  /// Literals up to which so many encodings on top of each other are looked for.
  private static let mostLiterals = [2: 64, 3: 8]
  /// Cores from this length on are found by either half: a line break splits only one.
  private static let shortestHalved = 2 * SampleIndex.shortest

  init(_ literals: [[UInt8]], isDeep: (Int) -> Bool) {
    var forms: [FixedForm] = []
    var pieces: [Piece] = []
    var texts: [[UInt8]] = []
    let depth = Self.mostLiterals.filter { literals.count <= $0.value }.keys.max() ?? 1
    for (literal, bytes) in literals.enumerated() {
      var shapes = [Shape(stages: [], core: bytes, first: 0)]
      if isDeep(literal), depth > 2 { shapes += Shape.escaped(bytes) }
      // By form or list.
      var seen: Set<[UInt8]> = []
      for level in 1...(isDeep(literal) ? depth : 1) {
        shapes = shapes.flatMap { shape in Shape.inner(depth: level).flatMap { shape.covered(by: $0) } }
        for shape in shapes where shape.isNew {
          // Both alphabets of base64 may give the same.
          let isKnown = !seen.insert([shape.form.code].flatMap(bytesOf) + shape.core).inserted
          if isKnown || shape.core.count < SampleIndex.shortest { continue }
          let half = shape.core.count < Self.shortestHalved ? shape.core.count : shape.core.count / 2
          for offset in [0, half] where offset < shape.core.count {
            pieces.append(.core(form: forms.count, offset: offset))
            let end = offset == 0 ? half : shape.core.count
            texts.append(Array(shape.core[offset..<end]))
          }
          forms.append(FixedForm(literal: literal, form: shape.form, core: shape.core, first: shape.first))
        }
        shapes.removeAll { $0.isEscaped }
      }
      for (stage, numbers, text) in lists(bytes) where seen.insert([UInt8(numbers), stage.rawValue] + text).inserted {
        pieces.append(.list(literal: literal, form: StreamForm([stage]), numbers: numbers))
        texts.append(text)
      }
    }
    self.forms = forms
    self.pieces = pieces
    index = SampleIndex(texts)
    var beginnings = Array(repeating: [Int](), count: 256)
    for (number, form) in forms.enumerated() {
      beginnings[Int(form.core[0])].append(number)
    }
    self.beginnings = beginnings
    longest = forms.reduce(0) { max($0, $1.core.count) } + 4 + longestIndentation
  }

  /// Calls `found` for each literal that may be in `bytes`, not in order, with the place of its core and the one to
  /// decode it from; it is there if decoding says so.
  func search(
    _ bytes: UnsafeRawBufferPointer, at places: Range<Int>,
    _ found: (_ literal: Int, _ place: Int, _ start: Int, StreamForm) -> Void
  ) {
    index.search(bytes, at: places) { place, piece in
      switch pieces[piece] {
      case .core(let number, let offset):
        let form = forms[number]
        if let core = back(over: offset, of: form, bytes, place), presence(of: form, bytes, core) == .whole,
          let start = start(of: form, bytes, core)
        {
          found(form.literal, core, start, form.form)
        }
      case .list(let literal, let form, let numbers):
        if let start = listStart(bytes, place, numbers, form.outer!) { found(literal, start, start, form) }
      }
    }
  }

  /// Whether any piece of a form is in `text`.
  func isAny(in text: UnsafeRawBufferPointer) -> Bool {
    var isAny = false
    index.search(text, at: 0..<text.count) { _, _ in isAny = true }
    return isAny
  }

  enum Presence {
    case none, whole, cut
  }

  /// Whether the core of a form is at `place`, whole or cut off by the end of `text`.
  func presence(of form: FixedForm, _ text: UnsafeRawBufferPointer, _ place: Int) -> Presence {
    let outer = form.form.outer!
    var at = place
    for (index, byte) in form.core.enumerated() {
      if at >= text.count { return .cut }
      if index > 0, outer.lead != nil {
        switch base64Break(text, at) {
        case .goesOn(let next) where next == at || isLongLine(text, to: at): at = next
        case .goesOn, .ends: return .none
        case .cut: return isLongLine(text, to: at) ? .cut : .none
        }
      } else if index > 0, outer == .hex, text[at] == 0x0A || text[at] == 0x0D {
        guard isLongLine(text, to: at) else { return .none }
        let limit = at + longestIndentation
        while at < text.count, at < limit, text[at] == 0x0A || text[at] == 0x0D || isBlank(text[at]) { at += 1 }
        if at == text.count { return .cut }
      }
      if text[at] != byte { return .none }
      at += 1
    }
    return .whole
  }

  /// Where a form begins that has its core at `place`; nil when what is before that is of no such form.
  func start(of form: FixedForm, _ text: UnsafeRawBufferPointer, _ place: Int) -> Int? {
    back(over: form.first, of: form, text, place)
  }

  /// Goes back over `count` bytes of a form, and over line breaks between them.
  private func back(over count: Int, of form: FixedForm, _ text: UnsafeRawBufferPointer, _ place: Int) -> Int? {
    let outer = form.form.outer!
    guard outer.lead != nil || outer == .hex else { return place >= count ? place - count : nil }
    var at = place
    for _ in 0..<count {
      if at > 0, isBlank(text[at - 1]) || text[at - 1] == 0x0A {
        while at > 0, isBlank(text[at - 1]) { at -= 1 }
        guard at > 0, text[at - 1] == 0x0A else { return nil }
        at -= at > 1 && text[at - 2] == 0x0D ? 2 : 1
        guard isLongLine(text, to: at) else { return nil }
      }
      if outer.lead != nil { while let start = escapedBreak(text, endingAt: at) { at = start } }
      guard at > 0, outer.lead == nil ? hexValue(text[at - 1]) != nil : sextet(text[at - 1]) != nil else { return nil }
      at -= 1
    }
    return at
  }

  // MARK: Lists

  /// Where the list begins that has `numbers` numbers before the one at `place`.
  private func listStart(
    _ text: UnsafeRawBufferPointer, _ place: Int, _ numbers: Int, _ stage: StreamStage
  ) -> Int? {
    var at = place
    for _ in 0..<numbers {
      let end = at
      if stage == .hex, at > 1, text[at - 1] | 0x20 == 0x78, text[at - 2] == 0x30 { at -= 2 }
      while at > 0, end - at <= ForwardLevel.longestGap, isListGap(text[at - 1]) { at -= 1 }
      if end == at { return nil }
      let last = at
      while at > 0, last - at < 3, stage == .hex ? hexValue(text[at - 1]) != nil : 0x30...0x39 ~= text[at - 1] {
        at -= 1
        if stage == .hex, last - at == 2 { break }
      }
      if last - at < 2 { return nil }
    }
    return isListBeginning(text, at, stage) ? at : nil
  }

  /// Whether no other digit is before a list.
  func isListBeginning(_ text: UnsafeRawBufferPointer, _ place: Int, _ stage: StreamStage) -> Bool {
    stage == .hex || place == 0 || !(0x30...0x39 ~= text[place - 1])
  }
}

private func bytesOf(_ code: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: code >> UInt32(8 * $0)) } }

/// What lists of numbers that stand for a literal may have in them: some of its numbers from the first or the third on,
/// with what usually is between them.
private func lists(_ literal: [UInt8]) -> [(StreamStage, numbers: Int, [UInt8])] {
  var result: [(StreamStage, Int, [UInt8])] = []
  for first in [0, 2] {
    func add(_ stage: StreamStage, _ gap: String, _ digits: (UInt8) -> [UInt8]) {
      var text: [UInt8] = []
      for byte in literal.dropFirst(first) where text.count < SampleIndex.shortest {
        text += (text.isEmpty ? [] : Array(gap.utf8)) + digits(byte)
      }
      if text.count >= SampleIndex.shortest { result.append((stage, first, text)) }
    }
    for letters: StaticString in ["0123456789abcdef", "0123456789ABCDEF"] {
      for gap in [" ", ":", ",", "-", ", ", ", 0x", ",0x", " 0x", ":0x"] {
        add(.hex, gap) { hexDigits($0, letters) }
      }
    }
    for gap in [" ", ",", ", ", ",\n ", "\n"] { add(.decimal, gap) { Array(String($0).utf8) } }
  }
  // Calls in a row: `CHAR(104)||CHAR(111)`.
  if let first = literal.first {
    for gap in [")||", ")+", ").", ")&", "),", ") || ", ") + ", ") . ", ") & ", "), "] {
      for name in ["CHAR", "char", "Chr", "chr", "CHR", "String"] {
        let rest = Array((gap + name).utf8)
        result.append((.decimal, 0, Array((Array(String(first).utf8) + rest).prefix(SampleIndex.shortest))))
        for letters: StaticString in ["0123456789abcdef", "0123456789ABCDEF"] {
          result.append((.hex, 0, Array((hexDigits(first, letters) + rest).prefix(SampleIndex.shortest))))
        }
      }
    }
  }
  // One in a line, as what writes JSON for people does.
  if let first = literal.first {
    for end in [",\n  ", ",\r\n "] {
      let text = Array((String(first) + end).utf8)
      // Of two digits, with what may come next.
      let next = text.count >= SampleIndex.shortest ? [] : [" "] + literal.dropFirst().prefix(1).map { String($0) }
      for more in next.isEmpty ? [""] : next {
        let whole = Array((text + more.utf8).prefix(SampleIndex.shortest))
        if whole.count == SampleIndex.shortest { result.append((.decimal, 0, whole)) }
      }
    }
  }
  return result
}

private func hexDigits(_ byte: UInt8, _ letters: StaticString) -> [UInt8] {
  [letters.utf8Start[Int(byte >> 4)], letters.utf8Start[Int(byte & 15)]]
}

/// A literal under some encodings.
private struct Shape {
  /// The outermost first.
  var stages: [StreamStage]
  var core: [UInt8]
  var first: Int
  var isNew = true
  /// The innermost text is escaped, which decoding undoes in any case.
  var isEscaped = false

  var form: StreamForm { StreamForm(stages) }

  /// A literal with all of its characters escaped, or its signs.
  static func escaped(_ literal: [UInt8]) -> [Shape] {
    func text(_ isAll: Bool, _ escape: (UInt8) -> [UInt8]) -> [UInt8] {
      literal.flatMap { isAll || isPunctuation($0) ? escape($0) : [$0] }
    }
    var texts = [text(false) { [UInt8(ascii: "\\"), $0] }]
    for letters: StaticString in ["0123456789abcdef", "0123456789ABCDEF"] {
      for beginning in ["%", "\\u00", "\\x"] {
        for isAll in [true, false] { texts.append(text(isAll) { Array(beginning.utf8) + hexDigits($0, letters) }) }
      }
    }
    return texts.filter { $0 != literal }.map { Shape(stages: [], core: $0, first: 0, isEscaped: true) }
  }

  /// What may cover something of `depth - 1` encodings.
  static func inner(depth: Int) -> [StreamStage] {
    let base64: [StreamStage] = [.base64At0, .base64At1, .base64At2]
    switch depth {
    case 1: return base64 + [.hex, .utf16le, .utf32le]
    case 2: return base64 + [.hex, .utf16le]
    default: return base64
    }
  }

  /// The same under one encoding more.
  func covered(by stage: StreamStage) -> [Shape] {
    func shape(_ core: [UInt8], _ first: Int, isNew: Bool = true) -> Shape {
      Shape(stages: [stage] + stages, core: core, first: first, isNew: isNew || isEscaped, isEscaped: isEscaped)
    }
    switch stage {
    case .base64At0, .base64At1, .base64At2:
      let lead = stage.lead!
      let bits = Array(repeating: UInt8(0), count: lead + first) + core
      let from = (8 * (lead + first) + 5) / 6
      let sextets = (from..<max(from, 8 * bits.count / 6)).map { sextetNumber($0, of: bits) }
      let texts = [0, 1].map { url in
        sextets.map { sextet in
          let characters = base64Characters(sextet)
          return characters.count > 1 && url == 1 ? characters[1] : base64Character(sextet)
        }
      }
      // Of one encoding alone, base64 has probes of its own.
      let isNew = !stages.isEmpty
      return (texts[0] == texts[1] ? [texts[0]] : texts).map { shape($0, from - lead, isNew: isNew) }
    case .hex:
      if isEscaped || stages.first?.wide?.width == 4 { return [] }
      return ["0123456789abcdef", "0123456789ABCDEF"].map { (letters: StaticString) in
        shape(core.flatMap { hexDigits($0, letters) }, 2 * first)
      }
    default:
      let (width, low) = stage.wide!
      if isEscaped || stages.first?.wide != nil { return [] }
      let wide = core.flatMap { byte in (0..<width).map { $0 == low ? byte : 0 } }
      // Of one encoding alone, wide text has probes of its own.
      return [shape(wide, width * first, isNew: !stages.isEmpty)]
    }
  }
}

/// Six bits of `bytes`, counted from the first.
func sextetNumber(_ number: Int, of bytes: [UInt8]) -> UInt8 {
  let bit = 6 * number
  let high = UInt16(bytes[bit / 8]) << 8
  let low = bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0
  return UInt8(((high | low) << UInt16(bit % 8)) >> 10)
}
