// A repository as git is asked about it: where git starts, and which repository of the caller's environment it keeps.
// Every function here takes one first, so that none depends on the working folder.

package import Platform

package struct GitRepository: Sendable {
  /// git starts here: in the repository, or at the top of its working tree.
  package let folder: Path
  package let inherited: InheritedRepository

  package init(folder: Path, inherited: InheritedRepository) {
    self.folder = folder
    self.inherited = inherited
  }

  /// The repository of the working folder, or that of a hook's environment.
  package static let here = GitRepository(folder: ".", inherited: .fromHook)

  /// The repository whose working tree has this top, an absolute path.
  package static func workTree(_ top: Path) -> GitRepository { GitRepository(folder: top, inherited: .discovered) }

  /// The path that git has named in an answer, which may be relative to the folder in which git ran.
  func path(_ answer: some Collection<UInt8>) -> Path {
    answer.first == UInt8(ascii: "/") ? Path(answer) : folder.appending(answer)
  }
}
