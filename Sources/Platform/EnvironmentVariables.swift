// The environment that the caller has given this process.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The bytes of a variable; nil if it is not set.
package func environmentVariable(_ name: String) -> Path? { getenv(name).map { Path(cString: $0) } }

/// All variables, as `NAME=VALUE`: what `spawn` takes.
package var environmentVariables: [Path] {
  var variables: [Path] = []
  var entry = environ
  while let pointer = entry.pointee {
    variables.append(Path(cString: pointer))
    entry += 1
  }
  return variables
}
