// The environment of a git child: the caller's, without variables that change git's output or start programs, and
// with a configuration that overrides everything a hostile repository may have set.
// Sources: git(1) "Environment Variables", git-config(1).

import Platform

/// Which of the caller's `GIT_*` variables a child keeps.
package enum InheritedRepository: Sendable {
  /// None: the repository is the one whose top is git's working folder. If git does not recognise it, no
  /// folder above may be used instead.
  case discovered
  /// `GIT_DIR`, `GIT_INDEX_FILE` and their like: a hook's partial commit or quarantine depends on them.
  case fromHook
}

/// Configuration that wins over the repository's and the user's.
package let pinnedConfiguration = [
  "core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null",
  "core.pager=cat", "core.sshCommand=false", "core.alternateRefsCommand=true",
  "credential.helper=", "protocol.allow=never", "diff.external=", "color.ui=never",
  "gc.auto=0", "maintenance.auto=false", "core.commitGraph=false", "core.multiPackIndex=false",
  "advice.graftFileDeprecated=false",
  // By default git caches a hundred megabytes and maps whole packs, and is no faster for it.
  "core.deltaBaseCacheLimit=16m", "core.packedGitWindowSize=1m", "core.packedGitLimit=16m",
]

/// `NAME=VALUE` for a git child that is asked about a repository.
func gitEnvironment(of repository: GitRepository) -> [Path] {
  let kept: Set<String> =
    switch repository.inherited {
    case .discovered: ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"]
    case .fromHook:
      [
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_DIR",
        "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE",
        // Where git looks for a repository, and not what it does there.
        "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_CEILING_DIRECTORIES",
      ]
    }
  var result: [Path] = []
  for text in environmentVariables {
    let name = String(decoding: text.bytes.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
    if name.hasPrefix("GIT_") && !kept.contains(name) { continue }
    if name == "LC_ALL" || name == "LANGUAGE" || name == "PAGER" || name == "SSH_ASKPASS" { continue }
    result.append(text)
  }
  result += [
    "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
    "GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=false", "GIT_PAGER=cat",
    "GIT_ATTR_NOSYSTEM=1",
    "GIT_GRAFT_FILE=/dev/null",
  ]
  result += keptSettings()
  if case .discovered = repository.inherited {
    result.append(Path("GIT_CEILING_DIRECTORIES=".utf8 + (repository.folder.parent ?? "/").bytes))
  }
  return result
}

/// git in an absolute folder of PATH: a relative one could be the repository's own.
func findGit() -> Path? { findProgram("git") }
