// `hopxguard verify`: which of the keys that a scan finds are live. It and `scan --verify` are the only commands
// that have anything sent anywhere.

import ArgumentParser
import Findings
import Platform
import Verification

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Ask Hopx which of the keys in files, changes or a history are live.",
    discussion: """
      Scans as hopxguard scan does, then asks https://api.hopx.dev once for each distinct key: \
      GET /v1/sandboxes?limit=1, by curl, one request a second. Nothing else is sent, and no other \
      command sends anything. A key is taken from where it is found, never from the command line.

      Examples:
        hopxguard verify                      the folder you are in
        hopxguard verify --history            everything the repository stores
        hopxguard verify --no-allow           keys that are allowed, too
        docker logs app 2>&1 | hopxguard verify -

      Exit codes: 0 no key is live, 1 a key is live, 2 usage error, or unknown for a key or an input.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files and folders; - is standard input (default: the current folder).", valueName: "path"),
    completion: .file())
  var paths: [String] = []

  @Flag(help: "Scan ignored files and .git too.")
  var allFiles = false

  @Flag(help: "Scan what the next commit would add, from any folder of the repository.")
  var staged = false

  @Flag(help: "Scan everything the repository stores, reachable or not: all commits, files, stashes, notes.")
  var history = false

  @OptionGroup var service: EndpointOption
  @OptionGroup var reporting: ReportOptions
  @OptionGroup var options: SetupOptions

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if let key = paths.first(where: { $0.hasPrefix("hopx_live_") }) {
      throw ValidationError(
        """
        '\(key)' looks like a key, and an argument is seen by every process of this machine. Pipe it instead:
          hopxguard verify - < FILE
        """)
    }
    try scan().validate()
  }

  func run() throws { try scan().run(for: .liveKeys) }

  private func scan() throws -> ScanCommand {
    var scan = try ScanCommand.parse([])
    scan.paths = paths
    (scan.allFiles, scan.staged, scan.history) = (allFiles, staged, history)
    (scan.verify, scan.service) = (true, service)
    (scan.reporting, scan.options, scan.jobs) = (reporting, options, jobs)
    return scan
  }
}

struct EndpointOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Ask this address about the keys, and so send them there (default: https://api.hopx.dev).", valueName: "url"))
  var endpoint: String?

  /// - Throws: `ExitStatus.failed`, after saying why, for an address that no key may go to.
  func address() throws(ExitStatus) -> Endpoint {
    guard let endpoint else { return .hopx }
    do throws(Endpoint.Fault) { return try Endpoint(parsing: endpoint) } catch {
      throw Console.fail("--endpoint '\(endpoint)': \(error.reason)")
    }
  }
}
