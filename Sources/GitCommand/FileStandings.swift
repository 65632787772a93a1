// Whether git tracks or ignores some files. Source: git-ls-files(1), git-check-ignore(1).

package import Platform

/// For each path, relative to the top and through no link: whether git tracks it, and whether it ignores it.
///
/// - Parameter top: of the working tree, absolute.
package func standings(of paths: [Path], top: Path) throws(GitError) -> [(isTracked: Bool, isIgnored: Bool)] {
  if paths.isEmpty { return [] }
  var tracked: Set<Path> = []
  var listing = try GitProcess.start(
    in: .workTree(top), options: ["--work-tree=."], ["ls-files", "-z", "--cached"], paths: paths)
  try listing.readRecords { tracked.insert(Path($0)) }
  var check = try IgnoreCheck(top: top, scope: .machine)
  let rules = try check.rules(for: paths)
  try check.finish()
  return zip(paths, rules).map { path, rule in
    (tracked.contains(path), rule.map { !$0.isNegated } ?? false)
  }
}
