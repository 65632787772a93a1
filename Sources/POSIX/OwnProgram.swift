// Starting this program once more.

#if canImport(Darwin)
  import Darwin
#endif

/// A path that leads to this program, on Linux even where its file has been replaced meanwhile.
public func ownProgram() throws(SystemError) -> Path {
  #if canImport(Darwin)
    var size: UInt32 = 4096
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: Int(size))
    defer { name.deallocate() }
    guard _NSGetExecutablePath(name, &size) == 0 else { throw SystemError("_NSGetExecutablePath", ENAMETOOLONG) }
    return try canonicalPath(Path(cString: name))
  #else
    return "/proc/self/exe"
  #endif
}
