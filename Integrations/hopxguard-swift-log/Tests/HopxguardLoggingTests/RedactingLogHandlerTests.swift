// What a handler gets through RedactingLogHandler, with a real Logger in front of it.

import HopxguardLogging
import Logging
import Synchronization
import Testing

/// Keeps all that it gets, as text.
private final class Recorder: Sendable {
  let lines = Mutex<[String]>([])
  var text: String { lines.withLock { $0.joined(separator: "\n") } }
}

private struct RecordingHandler: LogHandler {
  let recorder: Recorder
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel = Logger.Level.trace

  init(_ recorder: Recorder) { self.recorder = recorder }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = [metadata, metadataProvider?.get() ?? [:], event.metadata ?? [:]]
    recorder.lines.withLock {
      $0.append("\(event.level) \(event.message) \(all) \(event.error.map { "\($0)" } ?? "") \(event.source)")
    }
  }
}

private struct Failure: Error { let url: String }
private struct Secret: CustomStringConvertible { let description: String }

struct RedactingLogHandlerTests {
  private let recorder = Recorder()
  private let key: String = {
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
    func random(_ count: Int) -> String { String((0..<count).map { _ in letters.randomElement()! }) }
    return "hopx_live_" + random(12) + "." + random(43)
  }()
  private var cut: String { key.prefix(15) + "..." }

  private func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
    var handler = RecordingHandler(recorder)
    handler.metadataProvider = provider
    return Logger(label: "test", factory: { _ in RedactingLogHandler(handler) })
  }

  private func hasNoKey(_ count: Int) -> Bool {
    let text = recorder.text
    return !text.contains(key.dropFirst(15)) && text.components(of: cut) == count
  }

  @Test func `a message is redacted and its neighbours stay`() {
    logger().info("é \(key) end")
    #expect(recorder.text.contains("info é \(cut) end "))
    #expect(hasNoKey(1))
  }

  @Test func `a key with escapes is redacted too`() {
    logger().info("\(key.split(separator: "_").joined(separator: "\\u005f"))")
    #expect(!recorder.text.contains(key.suffix(40)))
  }

  @Test func `metadata of every kind is redacted`() {
    var logger = logger(Logger.MetadataProvider { ["provided": "\(key)"] })
    logger[metadataKey: "own"] = "\(key)"
    logger.error(
      "x",
      metadata: [
        "string": "\(key)", "object": .stringConvertible(Secret(description: key)), key: "in the key",
        "nested": ["a": ["b": "\(key)"]], "list": ["1", "\(key)"],
      ])
    #expect(hasNoKey(7))
  }

  @Test func `an error is redacted`() {
    logger().error("x", error: Failure(url: "https://host/?key=\(key)"))
    #expect(hasNoKey(1))
  }

  @Test func `without a key nothing changes`() {
    logger().warning("plain", metadata: ["number": .stringConvertible(4)])
    #expect(recorder.text.hasPrefix("warning plain [[:], [:], [\"number\": 4]]"))
    #expect(recorder.text.hasSuffix(" HopxguardLoggingTests"))
  }

  @Test func `many threads log at once`() async {
    let logger = logger()
    await withTaskGroup { group in
      for number in 0..<32 { group.addTask { for _ in 0..<20 { logger.info("\(number) \(key)") } } }
    }
    #expect(hasNoKey(640))
  }
}

extension String {
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
