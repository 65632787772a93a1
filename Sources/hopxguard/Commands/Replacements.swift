// The way out of a leaked history: the input for `git filter-repo`, which rewrites it. The one file
// that hopxguard ever writes whole keys to, so only when it is asked for, and for its owner's eyes.

import Bytes
import Coverage
import GitCommand
import Platform
import Reporting

/// Writes a line for each key, in the form that `git filter-repo --replace-text` reads, to a new file that only its
/// owner can read, and says which keys are not in it. Without keys it writes no file.
///
/// - Parameters:
///   - keys: whole keys by fingerprint.
///   - passed: fingerprints of keys that are allowed everywhere and therefore stay.
///   - file: as the caller named it.
/// - Returns: whether it wrote a file.
/// - Throws: `ExitStatus.failed`, after saying why; also when something is at `file` already.
func writeReplacements(
  _ keys: [String: [UInt8]], except passed: Set<String>, to file: String
) throws(ExitStatus) -> Bool {
  let wanted = keys.filter { !passed.contains($0.key) }
  let allowed = keys.count - wanted.count
  if allowed > 0 {
    Console.say("hopxguard: \(counted(allowed, "key")) let pass, and so left out of --replace-text\n")
  }
  // The longest first: a cut copy is the start of the whole key, and must not be replaced in it.
  let sorted = wanted.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
  var text: [UInt8] = []
  var broken = 0
  for (name, key) in sorted {
    if key.contains(0x0A) || key.contains(0x0D) {
      broken += 1
      continue
    }
    text += Array("literal:".utf8) + key + Array("==>REMOVED-\(name.dropFirst(7).prefix(12))\n".utf8)
  }
  if broken > 0 {
    Console.say("hopxguard: \(counted(broken, "key")) with a line end in it not in --replace-text\n")
  }
  if text.isEmpty { return false }
  do throws(SystemError) { try write(text, at: Path(argument: file)) } catch {
    throw Console.fail("--replace-text \(file): \(error)")
  }
  return true
}

private func write(_ text: [UInt8], at path: Path) throws(SystemError) {
  let file = try Descriptor.open(
    path, flags: Descriptor.toMake, mode: 0o600)
  do throws(SystemError) {
    try writeAll(text, to: file.number)
  } catch {
    try? removeFile(path)
    throw error
  }
}

/// Why whole keys must not be written to `path`; nil where they may.
func obstacle(toReplacementsAt path: Path) -> String? {
  guard let folder = try? canonicalPath(path.parent ?? "."), workTreeTop(of: folder) != nil else { return nil }
  return "it would be in a working tree, where git may add it; name a file outside, as in ../keys.txt"
}

/// Advice about keys in a history, besides each rule's own: shell commands for the top of the repository.
/// docs/leaked.md explains them one by one.
///
/// - Parameter replacements: the file with the keys, as the caller named it; nil when none was written.
func historyAdvice(replacements: String?) -> String {
  var file = "../keys.txt"
  var commands = ["url=$(git remote get-url origin)  # or wherever it is pushed to"]
  if let replacements {
    // The commands change the folder.
    let path = Path(argument: replacements)
    let folder = (try? canonicalPath(path.parent ?? ".")) ?? "."
    file = shellWord(folder.appending(path.lastComponent))
  } else {
    commands.append("hopxguard scan --history --replace-text \(file)  # the keys, whole, in a new file")
  }
  commands += [
    "git clone --mirror \"$url\" ../cleaned.git && cd ../cleaned.git  # filter-repo takes a fresh clone only",
    "git filter-repo --replace-text \(file) --replace-message \(file)",
    "hopxguard scan --history --allow-from HEAD  # what is left",
    "git push --mirror \"$url\"; rm \(file)",
  ]
  return """

    In git the keys stay until the history is rewritten. Rotate them first: nothing un-leaks a key. Then, at the
    repository's top:
    \(commands.map { "  " + $0 }.joined(separator: "\n"))
    Names of files and refs, authors, encoded keys and archives need more, and so do clones and what the host
    keeps: docs/leaked.md in hopxguard's repository. (--invert-paths deletes files, from HEAD too.)

    """
}
