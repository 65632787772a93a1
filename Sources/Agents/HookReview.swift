// From an event to its answer: what is looked at, and what follows from keys that were found in it.

package import Redaction

/// An event whose agent is known.
package struct HookReview {
  package let event: HookEvent
  package let agent: AgentContract
  package let hook: AgentHook

  package init(_ event: HookEvent, _ agent: AgentContract, _ hook: AgentHook) {
    self.event = event
    self.agent = agent
    self.hook = hook
  }

  /// The strings that may hold what a person or a tool has said: those of the hook's fields, or all if the
  /// event has none of these.
  package var literals: [JSONText.Literal] {
    let members = hook.fields.compactMap { event.json.member($0) }
    if members.isEmpty { return event.json.literals }
    return members.flatMap { event.json.literals[$0.literals] }.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// The agent goes on.
  package var pass: HookAnswer { HookAnswer(output: agent.pass) }

  /// The agent does not go on.
  package func refusal(_ reason: String) -> HookAnswer { HookAnswer(output: hook.refuse(reason)) }

  /// The result with edits made takes the place of the result; where the event has it in no known field the
  /// agent is stopped.
  ///
  /// - Parameter edits: of the event, in order.
  package func replacement(_ edits: [RedactionEdit], note: String) -> HookAnswer {
    guard let replace = hook.replace,
      let field = hook.fields.first(where: { event.has($0) }), let member = event.json.member(field)
    else { return refusal(note) }
    let value = EditedText(text: event.text, range: member.value, edits: edits)
    let result = ReplacedResult(event: event, field: field, edited: value, note: note)
    return HookAnswer(output: replace(result))
  }

  /// What happens to an event that cannot be checked.
  package func failure(_ reason: String) -> HookAnswer {
    let words = "hopxguard cannot check this: \(reason)"
    if hook.stage != .afterTool { return refusal(words) }
    let edits = withholding(literals, saying: "[withheld: \(words)]")
    return replacement(edits, note: words)
  }
}
