// How a scan runs: its threads and its progress line.

import ArgumentParser

struct JobOptions: ParsableArguments {
  @Option(
    name: .customLong("jobs"),
    help: ArgumentHelp("Number of threads (default: one for each processor).", valueName: "n"))
  var count: Int?

  @Flag(help: "Show no progress line.")
  var noProgress = false

  func validate() throws {
    guard count.map(jobCounts.contains) ?? true else { throw ValidationError("--jobs takes 1 to 256.") }
  }
}
