// `hopxguard agent`: keys never reach a coding agent's model, its transcript or its next tool.

import Agents
import ArgumentParser

struct AgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Keep keys out of coding agents: prompts, tool calls, results, transcripts.",
    discussion: """
      Examples:
        hopxguard agent install              for each agent on this machine, in all projects
        hopxguard agent install claude --project
        hopxguard agent status               what is installed, tried with a made-up key
        hopxguard agent sweep                keys that agents have kept already
        hopxguard agent sweep --in-place     and takes them out
        hopxguard agent uninstall            everything as it was before

      Agents: claude (Claude Code), codex, cursor, gemini, copilot (Copilot CLI and VS Code), \
      vibe (Mistral Vibe).
      """,
    subcommands: [Install.self, Uninstall.self, Status.self, Sweep.self, Hook.self])

  func run() throws { try sayHelp(of: Self.self) }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put the hooks into the agents' settings; what is in them stays.",
      discussion: "Exit codes: 0 the hooks are in place, 2 a file could not be changed, and is as it was.")

    @OptionGroup var choice: AgentChoice

    func run() throws { try installHooks(chosenAgents(choice.agents, choice.scope), choice.scope) }
  }

  struct Uninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the hooks out of the agents' settings again.",
      discussion: "Exit codes: 0 no hook is left, 2 a file could not be changed, and is as it was.")

    @OptionGroup var choice: AgentChoice

    func run() throws {
      let agents = choice.agents.isEmpty ? AgentName.allCases : choice.agents
      try uninstallHooks(agents.map(\.contract), choice.scope)
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell which hooks are installed, try them with a made-up key, and name what they cannot stop.",
      discussion: "Exit codes: 0 each agent on this machine is guarded, 1 one is not, 2 nothing could be told.")

    @Argument(help: ArgumentHelp("The agents (default: all).", valueName: "agent"))
    var agents: [AgentName] = []

    func run() throws {
      try showAgentStatus((agents.isEmpty ? AgentName.allCases : agents).map(\.contract))
    }
  }

  struct Sweep: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Find keys in what agents and shells have kept: transcripts, histories, databases.",
      discussion: """
        Transcripts keep their shape: each line still parses, mode and times stay. Databases and \
        settings are reported and not changed.

        Exit codes: 0 no key, or all were taken out, 1 there is one, 2 something could not be read.
        """)

    @Flag(help: "Take the keys out.")
    var inPlace = false

    @OptionGroup var rules: RuleOptions

    func run() throws { try sweep(rules.load(), inPlace: inPlace) }
  }

  struct Hook: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer one event of an agent, from standard input.",
      discussion: """
        What an installed hook runs. The agent is recognised by its event. A prompt or a tool's input \
        with a key is refused, a tool's result comes back without it. The rules, allow-list and settings \
        of the repository that the event names count.

        Exit codes: 0 the answer is on standard output, 2 the event could not be checked, which stops \
        the agent.
        """)

    func run() throws { try runAgentHook() }
  }
}

struct AgentChoice: ParsableArguments {
  @Argument(help: ArgumentHelp("The agents (default: those on this machine).", valueName: "agent"))
  var agents: [AgentName] = []

  @Flag(help: "In your own settings, for all projects (default), or in this project's.")
  var scope: AgentScope = .global
}

enum AgentName: String, CaseIterable, ExpressibleByArgument {
  case claude, codex, cursor, gemini, copilot, vibe

  var contract: AgentContract { AgentContract.all.first { $0.id == rawValue }! }
}

extension AgentScope: EnumerableFlag {}
