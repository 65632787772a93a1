// The hooks that hopxguard has, and the text of each.

import ArgumentParser
import CEmbedded
import Platform

enum Hook: String, CaseIterable, ExpressibleByArgument {
  case preCommit = "pre-commit"
  /// git runs no pre-commit for a merge that needs no help (githooks(5)).
  case preMergeCommit = "pre-merge-commit"
  case commitMessage = "commit-msg"
  case prePush = "pre-push"
  /// On the server.
  case preReceive = "pre-receive"

  static let ofWorkTree: [Hook] = [.preCommit, .preMergeCommit, .commitMessage, .prePush]
  static let ofServer: [Hook] = [.preReceive]

  /// Whether git hands the hook a list of refs on standard input.
  var readsRefs: Bool { self == .prePush || self == .preReceive }

  /// The script, with the place of the binary that it starts.
  ///
  /// - Parameter binary: absolute.
  func script(binary: [UInt8]) -> [UInt8] {
    let file: embedded_file =
      switch self {
      case .preCommit: embedded_pre_commit()
      case .preMergeCommit: embedded_pre_merge_commit()
      case .commitMessage: embedded_commit_msg()
      case .prePush: embedded_pre_push()
      case .preReceive: embedded_pre_receive()
      }
    let text = Array(UnsafeRawBufferPointer(start: file.bytes, count: file.length))
    let blank = Array(Self.blank.utf8)
    guard let start = text.indices.first(where: { text[$0...].starts(with: blank) }) else { return text }
    // Inside single quotes only a single quote needs care.
    let quoted = binary.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
    return text[..<start] + quoted + text[(start + blank.count)...]
  }

  private static let blank = "@HOPXGUARD@"

  /// Whether a script is ours byte for byte, except for the path of the binary. A changed one is not ours.
  func isOurs(_ script: [UInt8]) -> Bool {
    Self.withoutPlace(script).elementsEqual(Self.withoutPlace(self.script(binary: [])))
  }

  /// The place of the binary in a script of ours.
  static func binary(in script: [UInt8]) -> Path? {
    guard let line = script.split(separator: 0x0A).first(where: { $0.starts(with: placeStart.utf8) })
    else { return nil }
    let quoted = line.dropFirst(placeStart.utf8.count + 1).dropLast()
    return Path(
      quoted.split(separator: Array("'\\''".utf8), omittingEmptySubsequences: false).joined(separator: "'".utf8))
  }

  private static let placeStart = "guard="

  private static func withoutPlace(_ script: [UInt8]) -> [ArraySlice<UInt8>] {
    var isFirst = true
    return script.split(separator: 0x0A, omittingEmptySubsequences: false).filter { line in
      guard isFirst, line.starts(with: placeStart.utf8) else { return true }
      isFirst = false
      return false
    }
  }
}
