// `hopxguard lint` from the outside: what it reads and finds, how it ends, what every report says, what allows a
// line, what the settings change, and what --fix writes.

import Foundation
import TestSupport
import Testing

struct LintCommandTests {
  private let folder = TestFolder()

  /// The two lines of the documentation: the first logs the whole key, the second 15 characters.
  private static let app = """
    import logging, os

    api_key = os.environ["HOPX_API_KEY"]
    logging.info(f"Using {api_key}")
    logging.info(f"Using {api_key[:15]}...")

    """

  @Test func `the documentation's bad line is found, and its good line is not`() throws {
    folder.write("app.py", Self.app)
    let result = try hopxguard("lint", "app.py", in: folder)
    #expect(result.status == 1)
    #expect(result.output.contains("app.py\n  4:23  a key goes to logging.info whole  key-logged, high\n"))
    #expect(result.output.contains("    logging.info(f\"Using {api_key}\")\n                          ^^^^^^^\n"))
    #expect(result.output.contains("Write instead: api_key[:15]"))
    #expect(result.errors.hasPrefix("1 finding: 1 file"))
  }

  @Test func `clean code ends with 0, and a file that cannot be read with 2`() throws {
    folder.write("app.py", "print('hello')\n")
    #expect(try hopxguard("lint", in: folder).status == 0)
    let missing = try hopxguard("lint", "app.py", "gone.py", in: folder)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("gone.py: cannot be read"))
  }

  @Test func `a key in the line is redacted in every format`() throws {
    folder.write("app.py", "print(api_key, '\(keyText())')\n")
    for format in ["text", "json", "jsonl", "sarif", "gitlab", "junit", "github"] {
      let result = try hopxguard("lint", "--format", format, in: folder)
      #expect(result.status == 1, "\(format)")
      #expect(result.output.contains("key-logged"), "\(format)")
    }
  }

  @Test func `a comment with a reason allows a line, and one without does not`() throws {
    folder.write("a.py", "print(api_key)  # hopxguard:allow shown once, when it is made\n")
    let allowed = try hopxguard("lint", in: folder)
    #expect(allowed.status == 0)
    #expect(allowed.errors.contains("1 allowed (1 inline)"))
    folder.write("a.py", "print(api_key)  # hopxguard:allow\n")
    #expect(try hopxguard("lint", in: folder).status == 1)
    folder.write("a.py", "print(api_key)  # hopxguard:allow a reason\n")
    #expect(try hopxguard("lint", "--no-allow", in: folder).status == 1)
  }

  @Test func `the allow-list takes a finding's fingerprint, wherever its line moves`() throws {
    folder.git("init", "-q")
    folder.write("app.py", Self.app)
    let line = try hopxguard("lint", "--format", "jsonl", in: folder).output
    let start = try #require(line.range(of: "sha256:"))
    let name = String(line[start.lowerBound...].prefix(39))
    #expect(try hopxguard("allow", name, "--reason", "a demo", "--by", "Ada", in: folder).status == 0)
    #expect(try hopxguard("lint", in: folder).status == 0)
    folder.write("app.py", "# one line more\n" + Self.app)
    #expect(try hopxguard("lint", in: folder).status == 0)
  }

  @Test func `settings add names, sinks and masks, and take rules and paths out`() throws {
    folder.git("init", "-q")
    folder.write("a.py", "print(session_secret)\naudit.write(api_key)\nprint(shorten(api_key))\n")
    folder.write("examples/b.py", "print(api_key)\n")
    folder.write(
      ".hopxguard.toml",
      "[lint]\nnames = ['session_secret']\nsinks = ['audit.write']\nmasks = ['shorten']\nskip = ['examples/']\n")
    let found = try hopxguard("lint", in: folder)
    #expect(found.output.contains("1:7 ") && found.output.contains("2:13 "))
    #expect(found.errors.hasPrefix("2 findings"))
    folder.write(".hopxguard.toml", "[lint]\ndisable = ['key-loged']\n")
    let wrong = try hopxguard("lint", in: folder)
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains(".hopxguard.toml:2: disable 'key-loged': there is no such rule"))
    folder.write(".hopxguard.toml", "[lint]\ndisable = ['key-logged']\n")
    #expect(try hopxguard("lint", in: folder).status == 0)
  }

  @Test func `fix writes the first 15 characters, and dry-run only shows it`() throws {
    folder.write("app.py", Self.app)
    folder.write("app.js", "console.log(`key ${apiKey}`)\n")
    let shown = try hopxguard("lint", "--fix", "--dry-run", in: folder)
    #expect(shown.output.contains("-logging.info(f\"Using {api_key}\")\n+logging.info(f\"Using {api_key[:15]}\")\n"))
    #expect(shown.status == 1)
    #expect(folder.read("app.py") == Array(Self.app.utf8))
    let fixed = try hopxguard("lint", "--fix", in: folder)
    #expect(fixed.status == 0)
    #expect(fixed.errors.contains("note: 2 changes in 2 files written"))
    #expect(String(decoding: folder.read("app.js"), as: UTF8.self) == "console.log(`key ${apiKey?.slice(0, 15)}`)\n")
    #expect(try hopxguard("lint", in: folder).status == 0)
  }

  @Test(arguments: [
    ("app.go", "fmt.Println(apiKey)", "fmt.Println(apiKey[:min(15, len(apiKey))])"),
    ("App.java", "logger.info(apiKey);", "logger.info(apiKey.substring(0, Math.min(15, apiKey.length())));"),
    ("app.rs", "println!(\"{}\", api_key);", "println!(\"{}\", api_key.get(..15).unwrap_or_default());"),
    ("app.rb", "puts api_key", "puts api_key[0, 15]"),
    ("app.swift", "print(apiKey)", "print(apiKey.prefix(15))"),
    ("app.sh", "#!/bin/bash\necho \"$HOPX_API_KEY\"", "#!/bin/bash\necho \"${HOPX_API_KEY:0:15}\""),
  ])
  func `what fix writes is fine afterwards, in each language`(name: String, leak: String, mended: String) throws {
    folder.write(name, leak + "\n")
    #expect(try hopxguard("lint", "--fix", in: folder).status == 0)
    #expect(String(decoding: folder.read(name), as: UTF8.self) == mended + "\n")
    #expect(try hopxguard("lint", in: folder).status == 0)
  }

  @Test func `what a POSIX shell cannot cut stays as it is`() throws {
    folder.write("app.sh", "#!/bin/sh\necho \"$HOPX_API_KEY\"\n")
    #expect(try hopxguard("lint", "--fix", in: folder).status == 1)
    #expect(String(decoding: folder.read("app.sh"), as: UTF8.self).hasSuffix("\"$HOPX_API_KEY\"\n"))
  }

  @Test func `SARIF carries the fix at the place of the finding`() throws {
    folder.write("app.py", "s = 'ä'; print(s, api_key)\n")
    let result = try hopxguard("lint", "--format", "sarif", in: folder)
    #expect(result.output.contains("\"startColumn\":19,\"endLine\":1,\"endColumn\":26"))
    #expect(result.output.contains("\"insertedContent\":{\"text\":\"api_key[:15]\"}"))
  }

  @Test func `rules test runs the examples of the lint rules`() throws {
    let result = try hopxguard("rules", "test", in: folder)
    #expect(result.status == 0)
    #expect(result.output.contains("ok  key-logged  "))
  }
}
