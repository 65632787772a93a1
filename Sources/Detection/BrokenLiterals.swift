// Literals that stand plainly up to an escape or a control sequence. Tables by bytes find them: how many literals there
// are makes no difference at a token that is in none.

/// The beginnings of several literals.
struct BrokenLiterals: Sendable {
  private let literals: [[UInt8]]
  /// For each byte the literals that begin with it.
  private let first: [[Int]]
  /// For each byte the literals that have it at a place other than the last, with the bytes up to it.
  private let inner: [[(literal: Int, length: Int)]]

  init(_ literals: [[UInt8]]) {
    self.literals = literals
    var first = Array(repeating: [Int](), count: 256)
    var inner = Array(repeating: [(literal: Int, length: Int)](), count: 256)
    for (number, literal) in literals.enumerated() {
      first[Int(literal[0])].append(number)
      for (index, byte) in literal.dropLast().enumerated() { inner[Int(byte)].append((number, index + 1)) }
    }
    self.first = first
    self.inner = inner
  }

  /// Calls `found` with each literal and the length of each beginning of it that stands plainly before `place`, when
  /// what begins at `place` is a token that could be the next of it, or one for nothing.
  func search(
    brokenAt place: Int, _ text: UnsafeRawBufferPointer, _ isLast: Bool, _ found: (_ literal: Int, Int) -> Void
  ) {
    var next: UInt8?
    switch readStreamUnit(text, at: place) {
    case .byte: return
    case .cut:
      if isLast { return }
      // A token that is cut off could be anything.
      if !onlyParts(text[place]) {
        for literal in literals.indices { found(literal, 0) }
      }
    case .token(let token):
      if token.outputCount > 0 {
        next = UInt8(truncatingIfNeeded: token.output)
        for literal in first[Int(next!)] { found(literal, 0) }
      }
    }
    if place == 0 { return }
    for (number, length) in inner[Int(text[place - 1])] where length <= place {
      let literal = literals[number]
      if let next, next != literal[length] { continue }
      if (0..<length).allSatisfy({ text[place - length + $0] == literal[$0] }) { found(number, length) }
    }
  }
}
