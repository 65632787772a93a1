// `scripts/check-imports` holds the modules' direction of dependencies. Here it passes over a small package
// that keeps the rules, and names file, line and arrow for every rule that is broken in turn.

import Foundation
import TestSupport
import Testing

struct ImportCheckTests {
  private let folder = TestFolder()
  private let script = projectPath + "/scripts/check-imports"

  /// A package of three modules; `reporting` are the dependencies of Reporting.
  private func writePackage(reporting: String = "\"Platform\"") {
    folder.write(
      "Package.swift",
      """
      let package = Package(
        targets: [
          // Not a target: .target(name: "Comment")
          .target(name: "Platform", swiftSettings: strict),
          .target(name: "Detection", swiftSettings: strict),
          .target(
            name: "Reporting", dependencies: [\(reporting)], swiftSettings: strict),
        ])

      """)
    folder.write("Sources/Platform/File.swift", "package import Glibc\n")
    folder.write("Sources/Detection/Scanner.swift", "import Synchronization\n")
    folder.write("Sources/Reporting/Reporter.swift", "// A reporter.\n\nimport Platform\n")
  }

  private func check() throws -> CommandResult { try run(script, [folder.path]) }

  @Test func `a package that keeps the rules passes`() throws {
    writePackage()
    let result = try check()
    #expect(result.output == "imports: 3 targets, no forbidden arrow\n")
    #expect(result.status == 0)
  }

  @Test(arguments: [
    ("import Detection", "Reporting -> Detection: not among the dependencies of Reporting in Package.swift"),
    ("@testable import Detection", "Reporting -> Detection: not among the dependencies of Reporting in Package.swift"),
    (
      "package import struct Detection.Match",
      "Reporting -> Detection: not among the dependencies of Reporting in Package.swift"
    ),
    ("internal import Glibc", "Reporting -> Glibc: only Platform imports the C library"),
    ("  import Darwin", "Reporting -> Darwin: only Platform imports the C library"),
    ("import FoundationEssentials", "Reporting -> FoundationEssentials: nothing in Sources imports Foundation"),
  ])
  func `a forbidden import is named with its file, its line and the arrow`(line: String, arrow: String) throws {
    writePackage()
    folder.write("Sources/Reporting/Reporter.swift", "// A reporter.\n\n\(line)\n")
    let result = try check()
    #expect(result.output == "Sources/Reporting/Reporter.swift:3: \(arrow)\n")
    #expect(result.status == 1)
  }

  @Test func `a dependency in Package.swift that must not be is named with the way it takes`() throws {
    writePackage(reporting: "\"Detection\", \"Platform\"")
    let result = try check()
    #expect(result.output == "Package.swift:6: Reporting -> Detection: Reporting must not reach Detection\n")
    #expect(result.status == 1)
  }
}
