// Memory-mapped files. If a file is truncated while it is mapped, the kernel sends SIGBUS to a reader beyond its
// new end. A repository under scan must not be able to kill the scan, so such a page is replaced by zeros at once
// and the file is marked: its reader finds broken data there and checks `wasCutShort`.
// Sources: mmap(2), sigaction(2), siginfo in signal(7).

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

import Synchronization

/// A regular file, mapped for reading. Stays whole when the file is unlinked or replaced.
///
/// `@unchecked Sendable`: `bytes` is never written.
package final class MappedFile: @unchecked Sendable {
  package let bytes: UnsafeRawBufferPointer
  private let slot: Int

  /// Maps the first `size` bytes of an open file.
  ///
  /// - Parameter size: bytes, as `fstat` reports; 0 maps an empty buffer.
  /// - Throws: `SystemError`; `EMFILE` if 65,536 files are mapped.
  package init(_ file: borrowing Descriptor, size: Int) throws(SystemError) {
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      slot = -1
      return
    }
    let number = file.number
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, number, 0), start != MAP_FAILED else {
      throw SystemError("mmap")
    }
    guard let slot = FaultGuard.add(UInt(bitPattern: start), size) else {
      munmap(start, size)
      throw SystemError("mmap", EMFILE)
    }
    self.slot = slot
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    FaultGuard.remove(slot)
    munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
  }

  /// Whether the file was truncated since it was mapped and a missing byte was read.
  package var wasCutShort: Bool { slot >= 0 && FaultGuard.hasFaulted(slot) }
}

/// The mapped ranges, where the signal handler can look without a lock or an allocation.
private enum FaultGuard {
  struct Slot {
    var start: UInt = 0
    var end: UInt = 0
    var faulted = false
  }

  static let capacity = 65_536
  /// Never freed. A slot is filled before its memory is handed out, so that the handler, which runs
  /// on the thread that reads it, sees it filled.
  nonisolated(unsafe) static let slots: UnsafeMutablePointer<Slot> = {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    slots.initialize(repeating: Slot(), count: capacity)
    return slots
  }()
  private static let used = Mutex<(highest: Int, free: [Int])>((0, []))

  static func add(_ start: UInt, _ size: Int) -> Int? {
    used.withLock { used in
      if used.highest == 0 { install() }
      guard let slot = used.free.popLast() ?? (used.highest < capacity ? used.highest : nil) else {
        return nil
      }
      used.highest = max(used.highest, slot + 1)
      slots[slot] = Slot(start: start, end: start + UInt(size))
      return slot
    }
  }

  static func remove(_ slot: Int) {
    used.withLock { used in
      slots[slot] = Slot()
      used.free.append(slot)
    }
  }

  static func hasFaulted(_ slot: Int) -> Bool { slots[slot].faulted }

  private static func install() {
    _ = slots
    var action = sigaction()
    sigemptyset(&action.sa_mask)
    action.sa_flags = SA_SIGINFO
    #if canImport(Darwin)
      action.__sigaction_u.__sa_sigaction = { _, info, _ in
        FaultGuard.handle(info?.pointee.si_addr)
      }
    #else
      action.__sigaction_handler.sa_sigaction = { _, info, _ in
        FaultGuard.handle(info?.pointee._sifields._sigfault.si_addr)
      }
    #endif
    sigaction(SIGBUS, &action, nil)
  }

  /// Runs in the signal handler: no lock, no allocation.
  static func handle(_ fault: UnsafeMutableRawPointer?) {
    let address = UInt(bitPattern: fault)
    for slot in 0..<capacity where address >= slots[slot].start && address < slots[slot].end {
      let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
      let start = UnsafeMutableRawPointer(bitPattern: address & ~(page - 1))
      let zeros = mmap(start, Int(page), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0)
      if zeros == MAP_FAILED { break }
      slots[slot].faulted = true
      return
    }
    // Not ours: the fault happens again and ends the process, as it would have without us.
    signal(SIGBUS, SIG_DFL)
  }
}
