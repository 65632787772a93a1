// A list of work spread over a few threads, each with a result of its own.

import Synchronization

/// Runs `body` on `jobs` threads, which take items from one stack until it is empty.
///
/// - Returns: the results, in no particular order.
package func inParallel<Item: Sendable, Result: Sendable>(
  _ work: [Item], jobs: Int, _ body: @escaping @Sendable (WorkStack<Item>) -> Result
) -> [Result] {
  inParallel(WorkStack(work), jobs: jobs, meanwhile: {}, body)
}

/// - Parameter meanwhile: runs on the calling thread while the others work.
package func inParallel<Item: Sendable, Result: Sendable>(
  _ stack: WorkStack<Item>, jobs: Int, meanwhile: () -> Void,
  _ body: @escaping @Sendable (WorkStack<Item>) -> Result
) -> [Result] {
  let results = Mutex<[Result]>([])
  let run: @Sendable () -> Void = {
    let result = body(stack)
    results.withLock { $0.append(result) }
  }
  var threads = ThreadGroup()
  for _ in 0..<max(1, jobs) where !threads.start(run) { break }
  // If no thread can be started, this thread does the work.
  if threads.isEmpty { run() }
  meanwhile()
  threads.join()
  return results.withLock { $0 }
}
