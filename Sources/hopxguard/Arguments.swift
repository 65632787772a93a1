// The command line as bytes. The parser takes Strings, which cannot represent invalid UTF-8: `caf\xe9`, an old file
// name, would name another file. Such bytes pass through the parser as unused characters, and become bytes again
// when a path is made.

import Platform

/// Byte `b` travels as the character `first + b`, the last but one row of a private-use plane.
private let first: UInt32 = 0x10_FE00

/// The arguments after the program's name, for the parser.
func commandLineArguments() -> [String] {
  UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).dropFirst().map {
    let bytes = $0.map { Path(cString: $0).bytes } ?? []
    let text = String(decoding: bytes, as: UTF8.self)
    // A repaired text is another one. One that has a travelling character itself travels as well.
    let isPlain =
      bytes.elementsEqual(text.utf8)
      && !text.unicodeScalars.contains { (first..<first + 256).contains($0.value) }
    return isPlain ? text : traveling(bytes)
  }
}

/// ASCII as it is, so that options are recognised.
private func traveling(_ bytes: [UInt8]) -> String {
  var text = String.UnicodeScalarView()
  for byte in bytes {
    text.append(byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(first + UInt32(byte))!)
  }
  return String(text)
}

extension Path {
  /// The path that an argument names, its bytes as the caller gave them.
  init(argument: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(argument.utf8.count)
    for scalar in argument.unicodeScalars {
      if (first..<first + 256).contains(scalar.value) {
        bytes.append(UInt8(scalar.value - first))
      } else {
        bytes += Array(String(scalar).utf8)
      }
    }
    self.init(bytes)
  }
}
