// What the file system says about a file with a key: when it was last written, and who may read it.

import Findings
import Platform

struct FileCheck {
  /// Seconds since 1970.
  let modified: Int
  let mode: Int
  /// Of the folder that it is in.
  let folderMode: Int

  /// - Parameter path: as in reports; nil is made of what is no file there.
  init?(_ path: Path) {
    guard let (mode, modified) = fileMode(of: path) else { return nil }
    self.mode = mode
    self.modified = modified
    folderMode = fileMode(of: path.parent ?? ".")?.mode ?? 0
  }

  var isOpenToOthers: Bool { mode & 0o077 != 0 }
  /// Whether another user can come to the file through its folder.
  var isFolderOpen: Bool { folderMode & 0o011 != 0 }
}
