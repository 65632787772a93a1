// One event of an agent from standard input to an answer on standard output. Whatever goes wrong stops the
// agent, where its contract has a way to: a check that could not be made is no check.

import Agents
import Bytes
import Detection
import Findings
import Platform
import Rules
import Scanning

/// Bytes of an event.
private let longestEvent = 256 << 20

func runAgentHook() throws(ExitStatus) {
  occupyClosedStandardDescriptors()
  let text: StreamContents
  do throws(SystemError) { text = try readStandardInput(limit: longestEvent) } catch {
    let reason = error.code == SystemError.tooLarge ? "it is longer than \(byteCount(longestEvent))" : "\(error)"
    throw Console.fail("the event cannot be read: \(reason)")
  }
  let result = answer(to: text.bytes)
  if !result.words.isEmpty { Console.say("hopxguard: \(Console.shown(result.words.utf8))\n") }
  try result.output.forEach { (piece) throws(ExitStatus) in try Console.write(piece) }
  if result.status != 0 { throw .failed }
}

private func answer(to text: UnsafeRawBufferPointer) -> HookAnswer {
  let event: HookEvent
  do throws(JSONFault) { event = try HookEvent(parsing: text) } catch {
    return .stop("the event is not understood: \(error.reason) (byte \(error.offset))")
  }
  guard let (agent, hook) = AgentContract.of(event) else {
    let name = event.name.map { "an event '\($0)'" } ?? "an event without a name"
    return .unchecked("\(name) of no agent that hopxguard knows")
  }
  let review = HookReview(event, agent, hook)
  var policy: AgentPolicy
  do throws(ExitStatus) { policy = try AgentPolicy(for: event) } catch {
    return review.failure("the project's settings or rules cannot be used; run hopxguard scan --show-config there")
  }
  return hook.stage == .afterTool ? redaction(review, &policy) : decision(review, &policy)
}

// MARK: Before

private func decision(_ review: HookReview, _ policy: inout AgentPolicy) -> HookAnswer {
  var keys: [Finding] = []
  for literal in review.literals {
    keys += decoded(literal, in: review.event.text).withUnsafeBytes { policy.keys(in: $0) }
  }
  if let problem = policy.problem { return review.failure(problem) }
  if keys.isEmpty { return review.pass }
  return review.refusal(refusal(of: keys, review))
}

private func refusal(of keys: [Finding], _ review: HookReview) -> String {
  var shown: [String] = []
  for words in keys.map({ "\($0.title) (\($0.secret))" }) where !shown.contains(words) { shown.append(words) }
  let isOurs = keys.contains { $0.rule.hasPrefix("hopx-") }
  let variable = isOurs ? "the environment variable HOPX_API_KEY" : "an environment variable"
  let list = shown.prefix(3).joined(separator: ", ") + (shown.count > 3 ? " and \(shown.count - 3) more" : "")
  if review.hook.stage == .prompt {
    return "hopxguard stopped this prompt, because it holds a key: \(list). Put the key into \(variable) and write the "
      + "variable's name. If it has left this machine before, rotate it. A false alarm: hopxguard allow "
      + "\(keys[0].fingerprint) --reason TEXT"
  }
  let tool = review.event.string(anyOf: ["tool_name", "toolName"]).map { " of \($0)" } ?? ""
  return
    "hopxguard stopped this call, because the input\(tool) holds a key: \(list). Use \(variable) in place of the key."
}

// MARK: After

private func redaction(_ review: HookReview, _ policy: inout AgentPolicy) -> HookAnswer {
  var redaction = JSONRedaction(rules: policy.plan.options.rules)
  let edits = redaction.edits(of: review.event.text, review.literals) { literal, count in
    policy.allows(literal, in: review.event.text, count: count) ? .keep : .redact
  }
  if edits.isEmpty { return review.pass }
  var note = "hopxguard redacted \(counted(edits.count, "key")) in this result."
  for surrender in redaction.surrenders {
    let rule = policy.plan.options.rules.rules[surrender.rule].id
    note += " Rule '\(rule)' gave up (\(surrender.reason)), so all that could be its match is gone."
  }
  return review.replacement(edits, note: note)
}
