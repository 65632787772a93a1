// The folder and environment in which git is asked about a repository.

package import Platform

package struct GitPlace: Sendable {
  /// git starts here.
  package let folder: Path
  package let inherited: InheritedRepository

  package init(folder: Path, inherited: InheritedRepository) {
    self.folder = folder
    self.inherited = inherited
  }

  /// The repository of the working folder, or that of a hook's environment.
  package static let here = GitPlace(folder: ".", inherited: .fromHook)
}
