// The languages that are read, and how a file's language is known: by its name, or by its first line.

package import Platform

package enum Language: String, CaseIterable, Sendable {
  case python, javascript, swift, go, rust, java, ruby, powershell
  case shell, dockerfile, yaml, makefile, dotenv
  /// A Jupyter notebook: JSON with Python in its cells.
  case notebook

  /// The language of a file; nil if it is in none that is read.
  ///
  /// - Parameter start: the first bytes of the file, for scripts without an ending.
  package init?(path: Path, start: UnsafeRawBufferPointer) {
    let name = String(decoding: path.lastComponent, as: UTF8.self)
    let lower = name.lowercased()
    if let language = Self.named(lower) {
      self = language
      return
    }
    guard let dot = lower.lastIndex(of: "."), dot > lower.startIndex else {
      guard let language = Self.interpreter(start) else { return nil }
      self = language
      return
    }
    guard let language = Self.endings[String(lower[lower.index(after: dot)...])] else { return nil }
    self = language
  }

  private static func named(_ name: String) -> Language? {
    if name == "dockerfile" || name == "containerfile" || name.hasPrefix("dockerfile.")
      || name.hasPrefix("containerfile.") || name.hasSuffix(".dockerfile")
    {
      return .dockerfile
    }
    if name == "makefile" || name == "gnumakefile" || name.hasPrefix("makefile.") { return .makefile }
    if name == ".env" || name.hasPrefix(".env.") { return .dotenv }
    return switch name {
    case "rakefile", "gemfile", "vagrantfile": .ruby
    case ".bashrc", ".bash_profile", ".profile", ".zshrc", ".envrc": .shell
    default: nil
    }
  }

  private static let endings: [String: Language] = [
    "py": .python, "pyi": .python, "pyw": .python,
    "js": .javascript, "jsx": .javascript, "mjs": .javascript, "cjs": .javascript,
    "ts": .javascript, "tsx": .javascript, "mts": .javascript, "cts": .javascript,
    "swift": .swift, "go": .go, "rs": .rust, "java": .java,
    "rb": .ruby, "rake": .ruby, "gemspec": .ruby,
    "ps1": .powershell, "psm1": .powershell, "psd1": .powershell,
    "sh": .shell, "bash": .shell, "zsh": .shell, "ksh": .shell,
    "yml": .yaml, "yaml": .yaml, "mk": .makefile, "ipynb": .notebook,
  ]

  private static func interpreter(_ start: UnsafeRawBufferPointer) -> Language? {
    guard start.count > 2, start[0] == UInt8(ascii: "#"), start[1] == UInt8(ascii: "!") else { return nil }
    let line = String(decoding: start.prefix(128).prefix { $0 != 0x0A }, as: UTF8.self)
    let words = line.dropFirst(2).split(separator: " ").filter { !$0.hasPrefix("-") && !$0.contains("=") }
    guard var program = words.first?.split(separator: "/").last else { return nil }
    if program == "env", words.count > 1 { program = words[1][...] }
    let name = program.prefix { $0.isLetter }
    return switch name {
    case "sh", "bash", "dash", "zsh", "ksh", "ash": .shell
    case "python", "pypy": .python
    case "node", "deno", "bun": .javascript
    case "ruby": .ruby
    case "pwsh": .powershell
    default: nil
    }
  }

  /// Whether `=` may follow a type, as in `name: Type = value`.
  var writesTypesAfterColon: Bool {
    switch self {
    case .python, .javascript, .swift, .rust: true
    default: false
    }
  }

  /// Whether blocks are recognised by their indentation. Ruby's `end` stands below its `def`.
  var isIndented: Bool { self == .python || self == .ruby }

  /// Whether a line's end ends a statement that could be over.
  var endsAtLine: Bool { self != .rust && self != .java }
}
