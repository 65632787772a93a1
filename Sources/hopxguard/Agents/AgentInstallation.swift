// `hopxguard agent install` and `uninstall`: our hooks in the settings of agents.

import Agents
import Platform

/// The agents to work on: those that were named, else those that are on this machine.
///
/// - Throws: `ExitStatus.failed`, after saying why, when there is none.
func chosenAgents(_ names: [AgentName], _ scope: AgentScope) throws(ExitStatus) -> [AgentContract] {
  if !names.isEmpty { return names.map(\.contract) }
  var found: [AgentContract] = []
  for name in AgentName.allCases where try isPresent(name.contract, scope) { found.append(name.contract) }
  if found.isEmpty {
    throw Console.fail(
      "no agent is found here; name those that you use: \(AgentName.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return found
}

/// Whether the agent has a folder of its own.
func isPresent(_ agent: AgentContract, _ scope: AgentScope) throws(ExitStatus) -> Bool {
  let home = try AgentFile.homeFolder(of: agent)
  if (try? FileStatus.following(home).kind) == .folder { return true }
  guard scope == .project, let folder = try AgentFile(agent, .project).path.parent else { return false }
  return (try? FileStatus.following(folder).kind) == .folder
}

func installHooks(_ agents: [AgentContract], _ scope: AgentScope) throws(ExitStatus) {
  let command = try agentHookCommand()
  try forEach(agents, scope) { file throws(AgentFileError) in
    let text = try file.read()
    let usesOldNames = file.agent.id == "vibe" && isOldVibe()
    let result = try file.understood { () throws(SettingsFault) in
      try file.agent.installed(in: text, command: command, usesOldNames: usesOldNames)
    }
    guard let result else { return "in place" }
    try file.write(result)
    return "installed"
  }
  if scope == .project {
    let binary = command.dropLast(" agent hook".count)
    Console.say("note: the hooks name \(binary), which other machines may not have; think before you commit them\n")
  }
  if agents.contains(where: { $0.id == "codex" }) {
    Console.say("note: Codex runs a hook only after you have approved it: start codex and type /hooks\n")
  }
}

func uninstallHooks(_ agents: [AgentContract], _ scope: AgentScope) throws(ExitStatus) {
  try forEach(agents, scope) { file throws(AgentFileError) in
    guard let text = try file.read() else { return "was not installed" }
    let hooks = try file.understood { () throws(SettingsFault) in try file.agent.installedHooks(in: text) }
    if hooks.isEmpty { return "was not installed" }
    try file.write(try file.understood { () throws(SettingsFault) in try file.agent.uninstalled(from: text) })
    return "removed"
  }
}

/// Works on each agent's file, and goes on where one cannot be changed.
private func forEach(
  _ agents: [AgentContract], _ scope: AgentScope, _ body: (AgentFile) throws(AgentFileError) -> String
) throws(ExitStatus) {
  var isWhole = true
  for agent in agents {
    let file = try AgentFile(agent, scope)
    let done: String
    do throws(AgentFileError) { done = try body(file) } catch {
      _ = Console.fail("\(agent.id): \(error.reason)")
      isWhole = false
      continue
    }
    try Console.writeLine("\(agent.id): \(done) (\(AgentFileError.shown(file.path)))")
  }
  if !isWhole { throw .failed }
}

/// Whether the Mistral Vibe that PATH finds has the events' earlier names, which are rejected since 2.21.
private func isOldVibe() -> Bool {
  guard let output = try? outputOfShell("vibe --version", input: [], seconds: 10, limit: 4096), output.status == 0
  else { return false }
  let numbers = String(decoding: output.bytes, as: UTF8.self).split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
  return numbers.count == 2 && (numbers[0], numbers[1]) < (2, 21)
}
