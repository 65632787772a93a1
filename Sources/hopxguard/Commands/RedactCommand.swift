// `hopxguard redact`: the filter for log pipelines, and for logs that are already there.

import ArgumentParser
import Bytes
import Detection
import Platform
import Redaction
import Reporting

struct RedactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redact",
    abstract: "Redact the keys in a stream or in files.",
    usage: "hopxguard redact [<options>] [<file> ...]",
    discussion: """
      Copies standard input or files to standard output. Of every key only the first 15 characters and \
      `...` remain; every other byte is unchanged. Nothing waits for the end of a line. Keys in base64, \
      percent-encoding, \\u escapes or UTF-16, and keys with colour codes inside, are redacted too. The rules \
      that .hopxguard.toml of the repository you are in names count as well.

      Examples:
        app 2>&1 | hopxguard redact >> app.log
        kubectl logs -f pod | hopxguard redact
        hopxguard redact --in-place app.log
        hopxguard redact --check *.log

      Exit codes: 0 everything was read and written, 1 with --check: there is something to redact, \
      2 usage error, or something could not be read or written.
      """)

  @Argument(
    help: ArgumentHelp("Files to redact; - is standard input (default: standard input).", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Flag(help: "Rewrite the files instead of writing to standard output.")
  var inPlace = false

  @Flag(help: "Write nothing; exit with 1 if there is anything to redact.")
  var check = false

  @Flag(help: "At the end, print on standard error how much was redacted.")
  var stats = false

  @Option(
    help: ArgumentHelp(
      "Speak rsyslog's protocol: mmexternal, or omprog with --append.", valueName: "module"))
  var rsyslog: RsyslogModule?

  @Option(
    help: ArgumentHelp("Where --rsyslog omprog writes the messages.", valueName: "file"),
    completion: .file())
  var append: String?

  @Flag(help: "Do not look for encoded keys (base64, escapes, UTF-16, colour codes inside).")
  var plain = false

  @Flag(help: "Leave CI commands as they are that tell a runner what to mask (::add-mask::, ##vso[task.setsecret]).")
  var leaveMaskCommands = false

  @OptionGroup var rules: RuleOptions

  func validate() throws {
    if files.contains("") { throw ValidationError("A file name is empty.") }
    if inPlace && (files.isEmpty || files.contains("-")) {
      throw ValidationError("--in-place takes files, as in: hopxguard redact --in-place app.log")
    }
    if inPlace && check { throw ValidationError("--check changes nothing; leave out --in-place.") }
    if inPlace && leaveMaskCommands {
      throw ValidationError("--leave-mask-commands is for a CI job's output as it is made; leave out --in-place.")
    }
    if rsyslog != nil && (inPlace || check || stats || leaveMaskCommands || !files.isEmpty) {
      throw ValidationError("--rsyslog reads messages from standard input; it takes no files.")
    }
    if (rsyslog == .omprog) != (append != nil) {
      throw ValidationError("--rsyslog omprog and --append FILE go together.")
    }
  }

  func run() throws {
    occupyClosedStandardDescriptors()
    let set = try rules.loadWithProject()
    if let rsyslog { return try serve(rsyslog, set) }
    if inPlace { return try rewrite(set) }
    if check { return try look(set) }
    try conclude(redactToStandardOutput(inputs, set, isPlain: plain, leavesMasks: leaveMaskCommands), set)
  }

  // MARK: rsyslog

  private func serve(_ module: RsyslogModule, _ set: RuleSet) throws(ExitStatus) {
    letRequestsToEndPass()
    do throws(SystemError) {
      switch module {
      case .mmexternal:
        var handler = MarkedMessage()
        try serveMessages(set, isPlain: plain, &handler)
      case .omprog:
        var handler = try ConfirmedLog(appendingTo: Path(append!))
        // rsyslog waits for this before it sends the first message.
        try writeAll(Array("OK\n".utf8), to: standardOutput)
        try serveMessages(set, isPlain: plain, &handler)
      }
    } catch {
      throw Console.fail("--rsyslog \(module.rawValue): \(error.call): \(error)")
    }
  }

  // MARK: Looking only

  private func look(_ set: RuleSet) throws(ExitStatus) {
    var total = RedactionTally()
    for name in inputs {
      var stream = StreamRedaction(rules: set, output: nil, isPlain: plain, leavesMasks: leaveMaskCommands)
      do throws(OutputError) {
        if let problem = try stream.pass(name) {
          _ = Console.fail(problem)
          total.isComplete = false
        }
        try stream.finish()
      } catch {
        throw standardOutputFailure(error.reason)
      }
      let keys = stream.tally.keys
      if keys > 0 { try Console.writeLine("\(name): \(counted(keys, "key"))") }
      total.add(stream.tally)
    }
    try conclude(total, set)
    if total.keys > 0 { throw .found }
  }

  // MARK: In place

  private func rewrite(_ set: RuleSet) throws(ExitStatus) {
    Interruption.watch()
    var total = RedactionTally()
    for name in files {
      do throws(RewriteError) {
        let progress = ReadingProgress()
        total.add(
          try ProgressDisplay.during(true, { "redacting: \(progress.text)" }) { (_) throws(RewriteError) in
            try redactInPlace(Path(name), set, isPlain: plain, progress: progress)
          })
      } catch {
        _ = Console.fail("\(name) \(error.reason)")
        total.isComplete = false
      }
      if let signal = Interruption.signal { endBySignal(signal) }
    }
    try conclude(total, set)
  }

  // MARK: The end

  private var inputs: [String] { files.isEmpty ? ["-"] : files }

  private func conclude(_ tally: RedactionTally, _ set: RuleSet) throws(ExitStatus) {
    if stats {
      Console.say("hopxguard: \(counted(tally.keys, "key")) in \(byteCount(tally.bytes))\n")
    }
    try report(tally, set)
  }
}
