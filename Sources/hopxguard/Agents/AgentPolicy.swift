// What counts as a key in an agent's event: the rules, the allow-list and the settings of the repository
// that the agent works in, and those of the user who runs it.

import Agents
import Findings
import GitCommand
import Platform
import Scanning

struct AgentPolicy: ~Copyable {
  let plan: ScanPlan
  private var scanner: ContentScanner
  private var policy: Policy
  /// Of the file that the tool works on, relative to the repository's top; empty where there is none.
  private let path: Path
  private let isSkipped: Bool

  /// - Throws: `ExitStatus.failed`, after saying why, when settings or rules cannot be used.
  init(for event: HookEvent) throws(ExitStatus) {
    let folder = event.folder.map { Path($0) } ?? "."
    let place = SettingsPlace(of: [folder])
    plan = try AskedSetup().prepare(for: place).plan
    policy = plan.policy
    scanner = ContentScanner(plan.options)
    path = Self.path(of: event.file, in: folder, below: place.top)
    isSkipped = !path.bytes.isEmpty && plan.skip.everywhere?.takes(path) == true
  }

  /// Why a rule could not be tried to its end, where one could not.
  private(set) var problem: String?

  /// The keys in a text that count.
  mutating func keys(in text: UnsafeRawBufferPointer) -> [Finding] { findings(in: text).counting }

  /// Whether all the keys in a string are let pass.
  ///
  /// - Parameter count: how many there are.
  mutating func allows(_ literal: JSONText.Literal, in text: UnsafeRawBufferPointer, count: Int) -> Bool {
    if path.bytes.isEmpty && policy.takesEverything { return false }
    let found = decoded(literal, in: text).withUnsafeBytes { findings(in: $0) }
    return problem == nil && found.counting.isEmpty && found.all >= count
  }

  private mutating func findings(in text: UnsafeRawBufferPointer) -> (all: Int, counting: [Finding]) {
    let results = scanner.scan(text: text, path: path)
    problem = problem ?? results.problems.first?.message
    var found = results.findings
    // A comment allows what is beside it in a file, and nothing in what somebody types or prints.
    if path.bytes.isEmpty {
      for index in found.indices { found[index].comment = nil }
    }
    return (found.count, isSkipped ? [] : policy.judge(found))
  }

  /// A file by the name that the settings know it by. One that does not exist yet is where its folder is.
  private static func path(of name: String?, in folder: Path, below top: Path?) -> Path {
    guard let top, let name, !name.isEmpty else { return "" }
    let given = name.hasPrefix("/") ? Path(name) : folder.appending(name.utf8)
    let parent = given.parent.flatMap { try? canonicalPath($0) }?.appending(given.lastComponent)
    guard let full = (try? canonicalPath(given)) ?? parent, full.isWithin(top) else { return "" }
    return full.relative(to: top)
  }
}
