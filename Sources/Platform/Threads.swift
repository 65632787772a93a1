// Threads by pthread: no runtime to start, and a thread costs some 20 microseconds.

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Threads that are waited for together.
package struct ThreadGroup: ~Copyable {
  private var handles: [pthread_t] = []

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  package init() {}

  package var isEmpty: Bool { handles.isEmpty }

  /// - Returns: false if the system cannot start another thread.
  package mutating func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    let body = Unmanaged.passRetained(Body(run))
    #if canImport(Darwin)
      var handle: pthread_t?
      let code = pthread_create(
        &handle, nil,
        {
          begin($0); return nil
        }, body.toOpaque())
    #else
      var handle = pthread_t()
      let code = pthread_create(
        &handle, nil,
        {
          begin($0!); return nil
        }, body.toOpaque())
    #endif
    guard code == 0 else {
      body.release()
      return false
    }
    #if canImport(Darwin)
      handles.append(handle!)
    #else
      handles.append(handle)
    #endif
    return true

    func begin(_ context: UnsafeMutableRawPointer) {
      Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
    }
  }

  /// Waits until all have ended.
  package consuming func join() {
    for handle in handles { pthread_join(handle, nil) }
  }
}

/// Processors that are running, at least 1.
package var availableProcessors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
