// Where a key is, as far as advice depends on it: a key in an ignored env file is where it belongs, and the same
// key in a workflow is everybody's.

package import Platform

/// What git does with a file.
public enum GitStanding: String, Sendable {
  case tracked, untracked, ignored
}

/// The kind of place where a key is. What to do there is in `ExposureAdvice.swift`.
package enum Exposure: String, CaseIterable, Sendable {
  case ignoredFile = "ignored-secrets-file"
  case untrackedFile = "untracked-secrets-file"
  case trackedFile = "tracked-secrets-file"
  /// A secrets file outside of any repository, or one that git was not asked about.
  case secretsFile = "secrets-file"
  case credentials = "hopx-credentials"
  case shellProfile = "shell-profile"
  case shellHistory = "shell-history"
  case transcript = "agent-transcript"
  case ci = "ci-configuration"
  case netrc
  case systemdUnit = "systemd-unit"
  case crontab
  /// What `docker inspect` prints, and its like: a list of variables in JSON.
  case container = "container-settings"
  case imageRecipe = "image-recipe"
  case compose = "compose-file"
  /// Of an editor, or of what connects agents to tools.
  case editor = "editor-settings"
  case log
  case archive
  /// The name of a file, branch or tag, or where a link points to.
  case name
  /// The message of a commit or tag, or another part of it besides the files.
  case commitText = "commit-text"
  case history
  case code

  /// - Parameter path: as in reports.
  package init(path: Path, standing: GitStanding?) {
    let parts = path.bytes.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    let name = (parts.last ?? "").lowercased()
    func isBelow(_ folders: String...) -> Bool {
      guard parts.count > folders.count else { return false }
      return (0..<(parts.count - folders.count)).contains { parts[$0...].starts(with: folders) }
    }
    if path == "<stdin>" || name.hasSuffix(".log") {
      self = .log
    } else if isBelow(".hopx") {
      self = standing == .tracked ? .trackedFile : standing == .untracked ? .untrackedFile : .credentials
    } else if isBelow(".git") {
      self = .history
    } else if isBelow(".github", "workflows") || isBelow(".github", "actions") || isBelow(".gitlab")
      || isBelow(".circleci") || isBelow(".buildkite") || isBelow(".woodpecker") || Self.ciFiles.contains(name)
    {
      self = .ci
    } else if Self.isSecretsFile(name) || isBelow("secrets") || isBelow(".streamlit") && name == "secrets.toml"
      || isBelow(".claude") && name == "settings.local.json"
    {
      self =
        switch standing {
        case .tracked: .trackedFile
        case .untracked: .untrackedFile
        case .ignored: .ignoredFile
        case nil: .secretsFile
        }
    } else if Self.profiles.contains(name) || isBelow("environment.d") || path == "/etc/environment" {
      self = .shellProfile
    } else if name.hasPrefix(".") && name.hasSuffix("history") || Self.histories.contains(name) {
      self = .shellHistory
    } else if isBelow(".claude") || isBelow(".codex") || isBelow(".gemini") || isBelow(".copilot") {
      self = .transcript
    } else {
      self = Self.machinePlace(parts, name)
    }
  }

  /// What a machine's services and tools read; else code.
  private static func machinePlace(_ parts: [String], _ name: String) -> Exposure {
    let folders = parts.dropLast()
    if name == ".netrc" || name == "_netrc" { return .netrc }
    if name == "crontab" || name == "<crontab>" || folders.contains(where: { $0.hasPrefix("cron.") })
      || folders.suffix(2).elementsEqual(["cron", "crontabs"])
    {
      return .crontab
    }
    let isUnit = [".service", ".timer", ".socket"].contains { name.hasSuffix($0) }
    if isUnit || name.hasSuffix(".conf") && folders.last.map({ $0.hasSuffix(".service.d") }) ?? false {
      return .systemdUnit
    }
    if name == "config.v2.json" { return .container }
    if name == "dockerfile" || name == "containerfile" || name.hasPrefix("dockerfile.") || name.hasSuffix(".dockerfile")
    {
      return .imageRecipe
    }
    let isYAML = name.hasSuffix(".yml") || name.hasSuffix(".yaml")
    if isYAML && ["compose", "docker-compose"].contains(where: { name.hasPrefix($0 + ".") }) { return .compose }
    let isEditor = folders.contains { editorFolders.contains($0) } || editorFiles.contains(name)
    return isEditor ? .editor : .code
  }

  private static let editorFolders: Set = [".vscode", ".idea", ".cursor", ".zed", ".fleet"]
  private static let editorFiles: Set = [".mcp.json", "mcp.json", "claude_desktop_config.json"]

  package init(of finding: Finding) {
    switch finding.place {
    case .commitMessage, .commitAuthor, .commitCommitter, .commitHeader, .tag: self = .commitText
    case .fileName, .refName, .linkTarget: self = .name
    case .content:
      if finding.commit != nil || finding.history.map({ $0.reach != .index }) ?? false {
        self = .history
      } else if !finding.entry.bytes.isEmpty {
        self = .archive
      } else {
        let exposure = Exposure(path: finding.path, standing: finding.standing)
        self = exposure == .code && Self.isListedVariable(finding) ? .container : exposure
      }
    }
  }

  /// Whether it is one of a list of variables in JSON, such as `"Env": ["HOPX_API_KEY=..."]`.
  private static func isListedVariable(_ finding: Finding) -> Bool {
    guard finding.path.bytes.suffix(5).elementsEqual(".json".utf8) else { return false }
    let lead = finding.snippet.bytes[..<finding.snippet.highlight.lowerBound]
    guard lead.last == UInt8(ascii: "=") else { return false }
    let name = lead.dropLast().reversed().prefix { byte in
      UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || byte == UInt8(ascii: "_")
    }
    return !name.isEmpty && lead.dropLast(name.count + 1).last == UInt8(ascii: "\"")
  }

  /// Whether the advice for a file of this name depends on what git does with it.
  package static func dependsOnGit(_ path: Path) -> Bool {
    Exposure(path: path, standing: .tracked) != Exposure(path: path, standing: .ignored)
  }

  /// - Parameter name: in lower case.
  private static func isSecretsFile(_ name: String) -> Bool {
    if name.hasPrefix(".env.") { return !samples.contains { name.hasSuffix($0) } }
    if name.hasSuffix(".pub.pem") { return false }
    return secretsFiles.contains(name) || [".env", ".key", ".tfvars", ".pem"].contains { name.hasSuffix($0) }
  }

  private static let secretsFiles: Set = [".envrc", ".dev.vars", "credentials.yaml"]
  private static let samples = [".example", ".sample", ".template", ".dist"]
  private static let profiles: Set = [
    ".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".zshrc", ".zprofile", ".zshenv",
    ".zlogin", ".kshrc", "config.fish", "profile.ps1", "microsoft.powershell_profile.ps1",
  ]
  private static let histories: Set = ["fish_history", "consolehost_history.txt", ".histfile"]
  private static let ciFiles: Set = [
    ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "azure-pipelines.yaml", "bitbucket-pipelines.yml",
    "jenkinsfile", ".drone.yml", ".woodpecker.yml", ".woodpecker.yaml", "appveyor.yml", ".appveyor.yml",
    "cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml",
  ]
}
