// The way out of a leaked history: the input for `git filter-repo`, which rewrites it. The one file
// that hopxguard ever writes whole keys to, so only when it is asked for, and for its owner's eyes.

import Git
import POSIX
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Writes a line for each key as `git filter-repo --replace-text` takes them, to a new file that
/// nobody else can read.
///
/// - Parameter keys: whole keys by fingerprint.
/// - Returns: keys that the format has no way to write, because they hold a line end.
/// - Throws: `SystemError`; `EEXIST` when something is at `path` already.
func writeReplacements(_ keys: [String: [UInt8]], at path: Path) throws(SystemError) -> Int {
  // The longest first: a cut copy is the start of the whole key, and must not be replaced in it.
  let sorted = keys.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
  var text: [UInt8] = []
  var left = 0
  for (name, key) in sorted {
    if key.contains(0x0A) || key.contains(0x0D) {
      left += 1
      continue
    }
    text += Array("literal:".utf8) + key + Array("==>REMOVED-\(name.dropFirst(7).prefix(12))\n".utf8)
  }
  let file = try Descriptor.open(
    path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o600)
  do throws(SystemError) {
    try writeReport(text, to: file.number)
  } catch {
    _ = path.withCString { unlink($0) }
    throw error
  }
  return left
}

/// Why whole keys must not be written to `path`; nil where they may.
func obstacle(toReplacementsAt path: Path) -> String? {
  guard let folder = try? canonicalPath(path.parent ?? "."), workTreeTop(of: folder) != nil else { return nil }
  return "it would lie in a working tree, where git may take it; name a file outside, as in ../keys.txt"
}

/// What is to be done about keys in a history, besides what each rule says.
func historyAdvice(replacements: String?) -> String {
  let file = replacements ?? "../keys.txt"
  var text = "\nIn git the keys stay until the history is rewritten, and in clones for longer:\n"
  if replacements == nil {
    text += "  hopxguard scan --history --replace-text \(file)   writes them all, whole, to a new file\n"
  } else {
    text += "  \(file) holds the keys, whole. Delete it when you are done.\n"
  }
  text += """
      git filter-repo --replace-text \(file) --replace-message \(file)
      git stash clear; git reflog expire --expire=now --all; git gc --prune=now
      It replaces keys that stand there plainly; files with encoded ones and archives go by
      `git filter-repo --invert-paths --path FILE`.
      Then push with --force, have every clone made anew, and ask the host to remove what forks, pull
      requests and caches still hold. None of this un-leaks a key: rotate it first.


    """
  return text
}
