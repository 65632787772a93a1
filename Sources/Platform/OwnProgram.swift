// Starting this program once more.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import CPlatform

/// A path that leads to this program, on Linux even where its file has been replaced meanwhile.
package func ownProgram() throws(SystemError) -> Path {
  #if canImport(Darwin)
    var size: UInt32 = 4096
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: Int(size))
    defer { name.deallocate() }
    guard _NSGetExecutablePath(name, &size) == 0 else { throw SystemError("_NSGetExecutablePath", ENAMETOOLONG) }
    return try canonicalPath(Path(cString: name))
  #else
    let own: Path = "/proc/self/exe"
    if own.withCString({ access($0, X_OK) }) == 0 { return own }
    // No /proc, as in a jail: the path that it was started by, from the kernel.
    let programName: UInt = 31  // AT_EXECFN, getauxval(3)
    guard let name = UnsafePointer<CChar>(bitPattern: getauxval(programName)) else {
      throw SystemError("getauxval", ENOENT)
    }
    return Path(cString: name)
  #endif
}
