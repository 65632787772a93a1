// Messages about a git that failed.

/// git's message, with the way out if git does not name it.
///
/// - Parameter elsewhere: what works outside of a repository.
package func explained(_ error: GitError, elsewhere: String = "; `hopxguard scan PATH` needs none") -> String {
  if error.reason.contains("dubious ownership") {
    return error.reason
      + " (the repository belongs to another user; if you trust it, git config --global --add safe.directory names it)"
  }
  if error.reason.contains("not a git repository") {
    return "not in a git repository: go to one\(elsewhere)"
  }
  if ["from promisor remote", "lazy fetching disabled"].contains(where: error.reason.contains) {
    return "objects are needed that this partial clone does not have: `git fetch --refetch --no-filter` gets them"
  }
  let noCommit =
    "there is no such commit here; check the spelling, or get it with git fetch (git fetch --unshallow in a shallow "
    + "clone)"
  // Who asks about one revision names it.
  if error.reason.contains("Needed a single revision") { return noCommit }
  if error.reason.contains("bad revision") { return "\(error.reason): \(noCommit)" }
  return error.reason
}
