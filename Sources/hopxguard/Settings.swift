// The project's own settings: `.hopxguard.toml` at the repository's top, or the file that --config
// names. Each section has a reader of its own; a section that none reads is an error, because
// a misspelt setting that is passed over is a setting that silently does nothing.

import ArgumentParser
import Coverage
import POSIX
import TOML

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct Settings {
  /// What .gitignore has to cover: the built-in entries as `[[gitignore]]` changes them.
  var coverage = CoverageEntries.builtIn()

  static let fileName = ".hopxguard.toml"
  /// Bytes.
  fileprivate static let longest = 1 << 20

  /// - Parameter text: the bytes of the file.
  init(_ text: [UInt8] = [], source: String) throws(TOMLError) {
    // A copy that stays in place while the parser looks at it.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, text.count), alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: text)
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<text.count])
    var file = try TOMLTable(TOMLValue(parsing: bytes), name: source)
    coverage = try coverage.changed(by: file.value("gitignore"), source: source)
    try file.finish()
  }
}

struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project's settings; .hopxguard.toml at the repository's top unless given.",
      valueName: "file"), completion: .file(extensions: ["toml"]))
  var config: String?

  /// The settings for the working tree at `top`.
  ///
  /// - Throws: `ExitStatus.failed`, after saying which file, line and reason.
  func load(top: Path) throws(ExitStatus) -> Settings {
    let source = config ?? Settings.fileName
    let text: [UInt8]
    do throws(SystemError) {
      if let config {
        text = try readWhole(Path(config), limit: Settings.longest)
      } else {
        // A link is not followed: the file is the repository's, and could point anywhere.
        let file = try Descriptor.openFile(top.appending(Settings.fileName.utf8))
        guard try file.status().kind == .file else { throw SystemError("open", EINVAL) }
        text = try readAll(file, limit: Settings.longest)
      }
    } catch {
      if config == nil && error.code == ENOENT { text = [] } else {
        throw Console.fail("\(source): the settings cannot be read: \(error)")
      }
    }
    do throws(TOMLError) { return try Settings(text, source: source) } catch {
      throw Console.fail("\(source):\(error.line): \(error.reason)")
    }
  }
}
