// `hopxguard hook`: install, uninstall, status, and what the hooks themselves call.

import ArgumentParser
import Bytes
import GitCommand
import Platform
import Reporting

struct HookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook",
    abstract: "Stop keys in git's hooks: before a commit, a merge, a push.",
    discussion: """
      Examples:
        hopxguard hook install            in this repository
        hopxguard hook install --global   in those cloned or created from now on
        hopxguard hook status             which hooks run, and why one does not
        hopxguard hook uninstall          restore what was there before

      The hooks are pre-commit, pre-merge-commit, commit-msg and pre-push; in a bare repository \
      pre-receive, and all of them where it has linked worktrees.
      """,
    subcommands: [Install.self, Uninstall.self, Status.self, Run.self, FrameworkHook.self])

  func run() throws { try sayHelp(of: Self.self) }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Install the hooks where git looks for them; existing hooks are kept and run first.")

    @Flag(help: "For repositories that are cloned or created from now on (git's init.templateDir).")
    var global = false

    func run() throws {
      try report(elsewhere: "; `hopxguard hook install --global` is for those that are created from now on") {
        guard let place = try global ? Place(isTemplateMade: true) : Place() else { return }
        for hook in place.hooks {
          say(hook, try place.folder.install(hook) ?? "in place")
        }
        for note in place.notes { Console.say("note: \(Console.shown(note.utf8))\n") }
      }
    }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove the hooks, and restore those that were there before.")

    @Flag(help: "Remove the hooks that `hook install --global` installed.")
    var global = false

    func run() throws {
      try report {
        guard let place = try global ? Place(isTemplateMade: false) : Place() else {
          Console.say("hopxguard: init.templateDir is not set, so nothing is installed globally\n")
          return
        }
        for hook in Hook.allCases {
          let done = try place.folder.uninstall(hook)
          if let text = done ?? (place.hooks.contains(hook) ? "was not installed" : nil) { say(hook, text) }
        }
        if let shadowed = place.shadowed {
          for hook in Hook.allCases {
            guard let done = try shadowed.uninstall(hook) else { continue }
            say(hook, "\(done) (in \(Place.text(shadowed.path)))")
          }
        }
        if global { try forgetOwnTemplate(place) }
      }
    }

    private func forgetOwnTemplate(_ place: Place) throws {
      guard place.folder.path == ownTemplate()?.appending("hooks".utf8) else { return }
      try setTemplateFolder(in: .here, nil)
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show which hooks run here, and what keeps one from running.",
      discussion: """
        A hook manager that runs hopxguard itself counts: pre-commit, prek, lefthook, husky, or a script of yours.

        Exit codes: 0 commits are guarded, 1 a hook is not in place, 2 no repository.
        """)

    func run() throws {
      var isWhole = true
      try report {
        let place = try Place()
        for hook in place.hooks {
          let state = try place.state(hook)
          if !state.runs { isWhole = false }
          say(hook, state.text)
        }
        for note in place.notes { Console.say("note: \(Console.shown(note.utf8))\n") }
      }
      if !isWhole { throw ExitStatus.found }
    }
  }

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Called by an installed hook; git supplies the arguments.", shouldDisplay: false)

    @Argument(help: "The hook.") var name: Hook
    @Argument(parsing: .captureForPassthrough, help: "The hook's arguments from git.") var rest: [String] = []

    func run() throws { try HookRun(hook: name, arguments: rest.map { Path(argument: $0) }).run() }
  }

  // MARK: Where

  /// Where hooks go.
  fileprivate struct Place {
    let folder: HookFolder
    let hooks: [Hook]
    /// Where git would look without `core.hooksPath`, when hooks of ours are there that it hides.
    private(set) var shadowed: HookFolder?
    private(set) var notes: [String] = []
    /// Of the working tree; nil in a bare repository.
    private var top: Path?
    /// git comes to the folder: husky's own is there to lead to it.
    private var isReached = true

    /// The folder where the working folder's repository has its hooks.
    init() throws(GitError) {
      let location = try HookLocation(of: .here)
      hooks = (location.hasWorkTree ? Hook.ofWorkTree : []) + (location.isBare ? Hook.ofServer : [])
      if location.isBare && location.hasWorkTree {
        notes.append("this repository is bare and has linked worktrees: commits in them and pushes to it are guarded")
      }
      top = workTreeTop()
      var path = location.folder
      if path.lastComponent.elementsEqual("_".utf8), let husky = path.parent,
        husky.lastComponent.elementsEqual(".husky".utf8)
      {
        // husky 9 keeps its own scripts in `_`, which run those beside it.
        isReached = (try? FileStatus.of(path.appending("pre-commit".utf8))) != nil
        path = husky
        if !isReached {
          notes.append("husky is not installed yet (.husky/_/pre-commit is missing), so no hook runs: run its install")
        }
        notes.append("husky runs the hooks here: they are in .husky, and belong in the repository")
      } else if let scope = location.sharedScope {
        notes.append(
          "core.hooksPath is set in the \(scope) configuration: these hooks run in every repository that uses it"
        )
      } else if location.folder != location.usual {
        notes.append("core.hooksPath points to \(Self.text(path)), so the hooks are there")
      }
      let usual = HookFolder(path: location.usual)
      if location.folder != location.usual, Hook.allCases.contains(where: { usual.isOurs($0) }) {
        shadowed = usual
        notes.append(
          "hooks in \(Self.text(location.usual)) do not run: core.hooksPath, which is "
            + "\(Self.text(location.folder)), shadows them"
        )
      }
      folder = HookFolder(path: path)
      if let kind = try? FileStatus.following(path).kind, kind != .folder {
        isReached = false
        notes.append(
          "\(Self.text(path)) is not a folder, so no hook runs at all: "
            + "git config --show-origin --get core.hooksPath shows where it is set"
        )
      }
      let kept = hooks.compactMap(folder.kept.file) + hooks.map(folder.file)
      if kept.contains(where: { (try? readWhole($0, limit: 1 << 20)).map(Self.isLefthook) ?? false }) {
        notes.append(
          "lefthook replaces the hooks when it is installed again; run `hopxguard hook install` again after that")
      }
    }

    /// The template folder for new repositories; nil if there is none and `isMade` is false.
    init?(isTemplateMade isMade: Bool) throws {
      hooks = Hook.ofWorkTree
      if let path = try templateFolder(in: .here) {
        folder = HookFolder(path: path.appending("hooks".utf8))
      } else {
        guard isMade else { return nil }
        guard let path = ownTemplate() else { throw SystemError("HOME is not set: getenv", SystemError.noSuchFile) }
        folder = HookFolder(path: path.appending("hooks".utf8))
        try setTemplateFolder(in: .here, path)
      }
      if isMade {
        notes.append(
          "new clones get the hooks; in an existing repository run `hopxguard hook install`")
      }
      if isMade, let (scope, path) = try sharedHooksFolder(in: .here) {
        notes.append(
          "core.hooksPath is set in the \(scope) configuration, so git runs the hooks of \(Self.text(path)) "
            + "and these nowhere: "
            + "`hopxguard hook install` in any repository puts them there, and without that setting these run")
      }
    }

    private static func isLefthook(_ script: [UInt8]) -> Bool {
      let word = Array("lefthook".utf8)
      return script.indices.contains { script[$0...].starts(with: word) }
    }

    static func text(_ path: Path) -> String { String(decoding: path.bytes, as: UTF8.self) }

    /// How hopxguard runs in a hook that is not ours; nil when it does not.
    private func otherGuard(_ hook: Hook) -> String? {
      if !isReached { return nil }
      let script = executable(folder.file(hook))
      guard let script, let manager = HookManager(script: script) else {
        if let script, startsGuard(script) {
          return "runs, from a script of your own (\(Self.text(folder.file(hook))))"
        }
        return guardedElsewhere(hook)
      }
      // pre-commit and prek move what was there before out of the way, and run it first.
      let legacy = Path(folder.file(hook).bytes + Array(".legacy".utf8))
      if executable(legacy).map(startsGuard) ?? false { return "runs, as \(Self.text(legacy)), by \(manager.rawValue)" }
      if let top, let name = manager.configuration(for: hook, top: top) {
        return "runs, by \(manager.rawValue) (\(name))"
      }
      return guardedElsewhere(hook)
    }

    /// Of a hook that nothing runs, where a manager that somebody chose runs hopxguard before each commit.
    private func guardedElsewhere(_ hook: Hook) -> String? {
      guard hook != .preCommit, hook != .preReceive, let top, let script = executable(folder.file(.preCommit)) else {
        return nil
      }
      guard let manager = HookManager(script: script) else {
        if folder.isOurs(.preCommit) || !startsGuard(script) { return nil }
        return "not guarded, as your own pre-commit is; hopxguard hook install adds it"
      }
      guard manager.configuration(for: .preCommit, top: top) != nil else { return nil }
      switch manager {
      case .preCommit, .prek: return "not guarded; \(manager.rawValue) install -t \(hook.rawValue) adds it"
      case .lefthook: return "not guarded; a section \(hook.rawValue) in lefthook's configuration adds it"
      }
    }

    private func executable(_ path: Path) -> [UInt8]? {
      let isHusky = folder.path.lastComponent.elementsEqual(".husky".utf8)
      guard isHusky ? isReadable(path) : isExecutable(path) else { return nil }
      return try? readWhole(path, limit: 1 << 20)
    }

    func state(_ hook: Hook) throws(HookError) -> (runs: Bool, text: String) {
      switch try folder.state(hook) {
      case .foreign, .absent:
        if let text = otherGuard(hook) { return (true, text) }
      default: break
      }
      switch try folder.state(hook) {
      case .absent where !isReached: return (false, "not installed, and nothing would run it")
      case .absent: return (false, "not installed: hopxguard hook install")
      case .blocked: return (false, "\(Self.text(folder.file(hook))) is a folder where a hook should be: remove it")
      case .foreign: return (false, "another hook is in its place: hopxguard hook install keeps it and runs it first")
      case .ours(let isCurrent):
        let path = folder.file(hook)
        if !isExecutable(path) {
          return (false, "cannot be executed: chmod +x \(Self.text(path))")
        }
        if !isReached { return (false, "is installed, but nothing runs it yet") }
        let binary = (try? readWhole(path, limit: 1 << 20)).flatMap(Hook.binary)
        if let binary, !isExecutable(binary) {
          return (false, "the hopxguard that it starts no longer exists: hopxguard hook install")
        }
        var before = ""
        if let kept = folder.kept.file(hook) {
          let isKeptRun =
            isExecutable(kept)
            || folder.path.lastComponent.elementsEqual(".husky".utf8)
          before =
            isKeptRun
            ? ", after the hook that was there" : "; the hook that was there is not executable, so it does not run"
        }
        let age =
          isCurrent || binary.map(isOwnBinary) ?? false
          ? "" : "; it starts another hopxguard than this one (hopxguard hook install changes that)"
        return (true, "runs\(before)\(age)")
      }
    }
  }
}

/// The top of the working tree that the working folder is in.
private func workTreeTop() -> Path? { (try? canonicalPath(".")).flatMap { workTreeTop(of: $0) } }

/// Our own template folder, where the user has none: below XDG_CONFIG_HOME or `~/.config`.
private func ownTemplate() -> Path? {
  if let folder = environmentVariable("XDG_CONFIG_HOME"), folder.bytes.first == UInt8(ascii: "/") {
    return folder.appending("hopxguard/git-template".utf8)
  }
  return environmentVariable("HOME")?.appending(".config/hopxguard/git-template".utf8)
}

private func say(_ hook: Hook, _ text: String) {
  Console.say("\(hook.rawValue): \(Console.shown(text.utf8))\n")
}

/// Runs `body` and turns its errors into words and exit code 2.
///
/// - Parameter elsewhere: what works outside of a repository.
private func report(elsewhere: String = "", _ body: () throws -> Void) throws(ExitStatus) {
  do { try body() } catch let error as GitError {
    throw Console.fail(explained(error, elsewhere: elsewhere))
  } catch let error as HookError {
    throw Console.fail(error.reason)
  } catch let error as SystemError {
    throw Console.fail("\(error.call): \(error)")
  } catch {
    throw Console.fail("\(error)")
  }
}
