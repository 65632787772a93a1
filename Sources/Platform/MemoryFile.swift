// A file that has no name and is on no disk, for what has to be read from its end by another process.
// Source: memfd_create(2).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import CPlatform

/// An empty file in memory, open for reading and writing.
///
/// - Throws: `SystemError`; `ENOTSUP` if the system has no such files.
package func memoryFile() throws(SystemError) -> Descriptor {
  #if canImport(Darwin)
    throw SystemError("memfd_create", ENOTSUP)
  #else
    let closeOnExec: UInt32 = 1
    let number = CPlatform.memfd_create("", closeOnExec)
    if number == -1 { throw SystemError("memfd_create") }
    return Descriptor(number)
  #endif
}
