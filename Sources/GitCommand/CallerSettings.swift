// The settings of the caller's `git -c NAME=VALUE` that a git child keeps. A hook's environment carries them in
// GIT_CONFIG_PARAMETERS, and any process may set GIT_CONFIG_COUNT and its pairs.
//
// Most settings could only do harm. They come from the process that started git: a wrapper, or a CI job, whose
// environment a hostile repository may influence. `include.path` reads any file, `diff.orderFile` and
// `core.excludesFile` change what git lists, and every new git has more of them than can be pinned. Two are needed
// and harmless: `safe.directory` only lets git read a repository, under all pinned settings; and without
// `core.hooksPath`, which is pinned wherever git could run a hook, `hook status` would look in another place than
// git does.
// Sources: git-config(1), "ENVIRONMENT"; `git_config_push_split_parameter` in git's config.c.

import Platform

private let harmless = ["safe.directory", "core.hookspath"]

/// `NAME=VALUE` of the environment that hands on what is kept, in its order.
func keptSettings() -> [Path] {
  var kept: [(name: [UInt8], value: [UInt8])] = []
  for setting in pairs() + parameters() where isHarmless(setting.name) { kept.append(setting) }
  if kept.isEmpty { return [] }
  var result = [Path("GIT_CONFIG_COUNT=\(kept.count)")]
  for (number, setting) in kept.enumerated() {
    result.append(Path(Array("GIT_CONFIG_KEY_\(number)=".utf8) + setting.name))
    result.append(Path(Array("GIT_CONFIG_VALUE_\(number)=".utf8) + setting.value))
  }
  return result
}

private func isHarmless(_ name: [UInt8]) -> Bool {
  harmless.contains(String(decoding: name, as: UTF8.self).lowercased())
}

private func variable(_ name: String) -> [UInt8]? { environmentVariable(name)?.bytes }

/// The pairs that GIT_CONFIG_COUNT counts. git fails where one is missing or there are too many; here
/// what is not there is not kept.
private func pairs() -> [(name: [UInt8], value: [UInt8])] {
  guard let text = variable("GIT_CONFIG_COUNT"),
    let count = Int(String(decoding: text, as: UTF8.self)), (1...10_000).contains(count)
  else { return [] }
  return (0..<count).compactMap { number in
    guard let name = variable("GIT_CONFIG_KEY_\(number)"),
      let value = variable("GIT_CONFIG_VALUE_\(number)")
    else { return nil }
    return (name, value)
  }
}

/// `'NAME'='VALUE'`, or `'NAME=VALUE'` from before git 2.31, quoted as for a shell and parted by spaces.
private func parameters() -> [(name: [UInt8], value: [UInt8])] {
  guard let text = variable("GIT_CONFIG_PARAMETERS") else { return [] }
  return unquotedWords(text).compactMap { word in
    // No name that is kept has a `=` in it.
    guard let end = word.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    return (Array(word[..<end]), Array(word[(end + 1)...]))
  }
}

/// The words of a text that git has quoted: `'…'`, with `\X` between two pairs of quotes.
private func unquotedWords(_ text: [UInt8]) -> [[UInt8]] {
  var words: [[UInt8]] = []
  var word: [UInt8]?
  var isQuoted = false
  var isEscaped = false
  for byte in text {
    if isEscaped {
      word = word ?? []
      word!.append(byte)
      isEscaped = false
    } else if byte == UInt8(ascii: "'") {
      isQuoted.toggle()
      word = word ?? []
    } else if isQuoted {
      word!.append(byte)
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == 0x20 || byte == 0x09 || byte == 0x0A {
      if let word { words.append(word) }
      word = nil
    } else {
      word = word ?? []
      word!.append(byte)
    }
  }
  if let word { words.append(word) }
  return words
}
