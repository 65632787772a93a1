// `redact` to standard output: a part of log pipelines, for months at a time.

import Detection
import Platform
import Rules

/// Redacts `inputs` to standard output; `-` is standard input. They are one stream, because a
/// key that ends in the next input is whole on standard output.
///
/// - Throws: `ExitStatus.failed`, after saying why, when standard output cannot be written.
func redactToStandardOutput(
  _ inputs: [String], _ rules: RuleSet, isPlain: Bool = false, leavesMasks: Bool = false
) throws(ExitStatus) -> RedactionTally {
  // In `app | hopxguard redact` a signal to all is for the application: its last words are to come. Nobody ends a
  // file or a device because of the signal.
  if inputs == ["-"] && isStream(standardInput) { letRequestsToEndPass() }
  enlargePipe(standardInput)
  enlargePipe(standardOutput)
  var stream = StreamRedaction(rules: rules, output: standardOutput, isPlain: isPlain, leavesMasks: leavesMasks)
  var isComplete = true
  do throws(OutputError) {
    for name in inputs {
      guard let problem = try stream.pass(name) else { continue }
      _ = Console.fail(problem)
      isComplete = false
    }
    try stream.finish()
  } catch {
    if error.reason.code == SystemError.brokenPipe { endByBrokenPipe() }
    throw standardOutputFailure(error.reason)
  }
  if let problem = stream.problem {
    _ = Console.fail("the input \(problem)")
    isComplete = false
  }
  do throws(SystemError) { try closeStandardOutput() } catch { throw standardOutputFailure(error) }
  var tally = stream.tally
  tally.isComplete = isComplete
  return tally
}

func standardOutputFailure(_ error: SystemError) -> ExitStatus {
  Console.fail("standard output cannot be written: \(error)")
}

/// Says which rules PCRE2 gave up on.
///
/// - Throws: `ExitStatus.failed` when there are any, or not everything was read.
func report(_ tally: RedactionTally, _ rules: RuleSet) throws(ExitStatus) {
  for surrender in tally.surrenders {
    _ = Console.fail(
      "rule '\(rules.rules[surrender.rule].id)' gave up: \(surrender.reason); all that could be a "
        + "match was redacted; simplify its pattern")
  }
  if !tally.isComplete || !tally.surrenders.isEmpty { throw .failed }
}

/// `hopxguard redact` and nothing more, as most pipelines have it.
///
/// Parsing a command line costs more memory than all that the filter needs.
func redactStandardInput() throws(ExitStatus) {
  occupyClosedStandardDescriptors()
  let rules = RuleSet.builtIn()
  try report(redactToStandardOutput(["-"], rules), rules)
}
