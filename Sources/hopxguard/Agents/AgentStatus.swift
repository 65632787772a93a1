// `hopxguard agent status`: which hooks are configured, whether they stop a made-up key, and what no hook of
// the agent can stop.

import Agents
import Platform

/// - Throws: `ExitStatus.found` when an agent on this machine is not guarded.
func showAgentStatus(_ agents: [AgentContract]) throws(ExitStatus) {
  var isGuarded = true
  for agent in agents {
    var files: [(file: AgentFile, hooks: [AgentContract.InstalledHook])] = []
    var problems: [String] = []
    for scope in AgentScope.allCases {
      let file = try AgentFile(agent, scope)
      // The home folder may be the project.
      if files.contains(where: { $0.file.path == file.path }) { continue }
      do throws(AgentFileError) {
        guard let text = try file.read() else { continue }
        let hooks = try file.understood { () throws(SettingsFault) in try agent.installedHooks(in: text) }
        if !hooks.isEmpty { files.append((file, hooks)) }
      } catch { problems.append(error.reason) }
    }
    let isThere = try isPresent(agent, .project)
    if files.isEmpty {
      let advice = isThere ? "not installed: hopxguard agent install \(agent.id)" : "not on this machine"
      try Console.writeLine("\(agent.id): \(agent.title), \(advice)")
      if isThere { isGuarded = false }
    }
    for (file, hooks) in files {
      try Console.writeLine("\(agent.id): \(agent.title), installed in \(AgentFileError.shown(file.path))")
      if try !show(agent, hooks) { isGuarded = false }
    }
    for problem in problems {
      try Console.writeLine("  \(problem)")
      isGuarded = false
    }
    if files.isEmpty { continue }
    for limit in agent.limits { try Console.writeLine("  limit: \(limit)") }
  }
  if !isGuarded { throw .found }
}

/// Shows what each hook of an agent does, and returns whether all do what they are there for.
private func show(_ agent: AgentContract, _ installed: [AgentContract.InstalledHook]) throws(ExitStatus) -> Bool {
  var isWhole = true
  for hook in agent.hooks {
    guard let own = installed.first(where: { hook.names.contains($0.event) }) else {
      try Console.writeLine("  \(hook.name): missing; hopxguard agent install \(agent.id) adds it")
      isWhole = false
      continue
    }
    let key = madeUpKey()
    let result: String
    do throws(SystemError) {
      let output = try outputOfShell(
        own.command, input: agent.trial(of: hook, key: key), seconds: AgentSettings.seconds, limit: 1 << 20)
      let stops = output.status == 0 && agent.stops(output.bytes, key: key)
      if !stops { isWhole = false }
      result =
        stops
        ? hook.stage.outcome
        : "does not work: \(own.command) ended with \(output.status) and let a made-up key pass"
    } catch {
      result = "does not work: \(own.command): \(error)"
      isWhole = false
    }
    try Console.writeLine("  \(hook.name): \(result)")
  }
  return isWhole
}

extension HookStage {
  fileprivate var outcome: String {
    switch self {
    case .prompt: "stops a made-up key in a prompt"
    case .beforeTool: "stops a made-up key in a tool's input"
    case .afterTool: "answers a result that holds a made-up key without it"
    }
  }
}

/// A key that nobody has been given.
private func madeUpKey() -> String {
  let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
  func random(_ count: Int) -> String { String((0..<count).map { _ in letters.randomElement()! }) }
  return "hopx_live_\(random(12)).\(random(43))"
}
