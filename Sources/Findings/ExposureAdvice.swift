// What to do about a key, by the kind of place where it is: one line that mends the place, and one about rotation.

import Platform

/// Whether a key has to be replaced by a new one.
package enum Rotation: String, Comparable, Sendable {
  /// The key is where it belongs.
  case no
  /// Only if the file has left this machine.
  case ifShared = "if-shared"
  case yes

  package static func < (left: Rotation, right: Rotation) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .no: 0
    case .ifShared: 1
    case .yes: 2
    }
  }

  /// For the list of keys.
  package var words: String {
    switch self {
    case .no: "where it belongs, nothing to rotate"
    case .ifShared: "rotate if it was shared"
    case .yes: "rotate"
    }
  }
}

package struct ExposureAdvice: Sendable {
  /// The place, to follow "in".
  package let title: String
  package let mend: String
  package let rotate: String
  package let rotation: Rotation
}

/// How to rotate a Hopx key: the steps, and when not to wait. The documentation's steps.
package enum RotationSteps {
  package static let dashboard = "console.hopx.dev, Settings, API Keys"
  package static let steps =
    "create a new key (\(dashboard)), deploy it, verify, and revoke the old one after 24 to 48 hours."
  package static let atOnce = "Do not wait if strangers could have read the key: revoke the old one at once."
}

extension Exposure {
  /// - Parameter file: an example of such a file, for commands: redacted, and fit for a shell; nil when there is none.
  package func advice(for file: String? = nil) -> ExposureAdvice {
    let file = file ?? "FILE"
    func advice(_ title: String, _ rotation: Rotation, _ mend: String, _ rotate: String) -> ExposureAdvice {
      ExposureAdvice(title: title, mend: mend, rotate: rotate, rotation: rotation)
    }
    let ifCopied = "Rotate only if the file was sent, synced or built into an image."
    return switch self {
    case .ignoredFile:
      advice(
        "a secrets file that git ignores", .no,
        "This is the right place for it. chmod 600 \(file) keeps other users of the machine out.", ifCopied)
    case .untrackedFile:
      advice(
        "a secrets file that git does not ignore", .ifShared,
        "hopxguard gitignore --fix, before git add takes the file along.", ifCopied)
    case .trackedFile:
      advice(
        "a secrets file that git tracks", .ifShared,
        "git rm --cached -- \(file), then hopxguard gitignore --fix, and commit: the file stays on your disk.",
        "Rotate if it was pushed: what was committed stays in the history.")
    case .secretsFile:
      advice(
        "a secrets file", .ifShared,
        "The right kind of file. Keep it out of git and images; chmod 600 \(file) keeps other users out.", ifCopied)
    case .credentials:
      advice(
        "the credentials of hopx-cli", .no,
        "This is where hopx-cli keeps it. chmod 600 \(file) keeps other users of the machine out.",
        "Rotate only if the folder was synced, or backed up where others can read it.")
    case .shellProfile:
      advice(
        "a shell's profile", .ifShared,
        "Good on a machine that only you use (chmod 600 \(file)), never in a dotfiles repository.",
        "Rotate if the file was synced or published.")
    case .shellHistory:
      advice(
        "a history of commands", .ifShared,
        "Delete the line there; type keys with: read -rs HOPX_API_KEY && export HOPX_API_KEY",
        "Rotate if others use the account, or the file was synced.")
    case .transcript:
      advice(
        "what a coding agent has kept", .yes,
        "hopxguard agent sweep --in-place redacts it; hopxguard agent install keeps the next one out.",
        "Rotate it: the model's host has read it.")
    case .ci:
      advice(
        "the configuration of a CI system", .yes,
        "Store it as a secret of the CI system, and refer to that as HOPX_API_KEY.",
        "Rotate it: everyone who can read the repository or its job logs has it.")
    case .netrc:
      advice(
        "a .netrc", .ifShared,
        "No Hopx client reads it there: keep it in HOPX_API_KEY or ~/.hopx. Until then: chmod 600 \(file)",
        "Rotate if others use the account, or the file was synced.")
    case .systemdUnit:
      advice(
        "a systemd unit", .ifShared,
        "Every user can read a unit (systemctl show): use LoadCredential=, or EnvironmentFile= with mode 0600.",
        "Rotate if others have an account on the machine.")
    case .crontab:
      advice(
        "a crontab", .ifShared,
        "Have the job read it: set -a; . FOLDER/hopx.env; COMMAND, the file with mode 0600; cron mails and logs lines.",
        "Rotate if others can read the crontab, or cron's mail and log.")
    case .container:
      advice(
        "a container's settings", .yes,
        "Everyone who may use docker reads a container's variables: mount the key as a file, or a docker secret.",
        "Rotate it if the text was sent, stored with logs, or others may use docker there.")
    case .imageRecipe:
      advice(
        "an image's recipe", .yes,
        "ARG and ENV stay in the image: RUN --mount=type=secret for builds, the variable at run time.",
        "Rotate it: everyone who can pull the image, or read the repository, has it.")
    case .compose:
      advice(
        "a compose file", .yes,
        "Name the variable without a value (- HOPX_API_KEY), or env_file: .env, which git ignores.",
        "Rotate it if the file was committed, published or sent.")
    case .editor:
      advice(
        "an editor's or agent's settings", .ifShared,
        "Refer to the variable, as in ${env:HOPX_API_KEY}, and start the program where it is set.",
        "Rotate if the settings were synced or committed.")
    case .log:
      advice(
        "a log or a program's output", .yes,
        "Redact it on its way: COMMAND 2>&1 | hopxguard redact, or hopxguard run -- COMMAND.",
        "Rotate it if others can read the log or its copies.")
    case .archive:
      advice(
        "an archive", .yes, "Build the archive again without it, and delete the copies.",
        "Rotate it: an archive is made to be passed on.")
    case .name:
      advice(
        "a name", .yes, "Rename the file, branch or tag; git keeps the old name in its history.",
        "Rotate it: names are in listings, logs and error messages.")
    case .commitText:
      advice(
        "the text of a commit or tag", .yes,
        "If it is not pushed: git commit --amend, git rebase -i or git tag -f. Else see docs/leaked.md.",
        "Rotate it if it was pushed: everyone who fetches has it.")
    case .history:
      advice(
        "git's history", .yes,
        "Taking it out of the files leaves it here. Once it is revoked, allow it, or rewrite (docs/leaked.md).",
        "Rotate it if it was pushed: everyone who fetches has it.")
    case .code:
      advice(
        "code and other files", .yes, "Read HOPX_API_KEY from the environment instead, and take the key out.",
        "Rotate it if the file was committed, published or sent.")
    }
  }
}
