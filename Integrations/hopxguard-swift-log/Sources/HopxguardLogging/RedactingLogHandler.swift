// A handler for swift-log in front of another one, which never gets a key.

public import Logging

/// Redacts messages, metadata and errors before `Handler` gets them.
public struct RedactingLogHandler<Handler: LogHandler>: LogHandler {
  private var handler: Handler
  private let redaction: TextRedaction

  public init(_ handler: Handler, redaction: TextRedaction = .standard) {
    self.handler = handler
    self.redaction = redaction
    metadata = handler.metadata
    if handler.metadataProvider != nil { metadataProvider = handler.metadataProvider }
  }

  public var logLevel: Logger.Level {
    get { handler.logLevel }
    set { handler.logLevel = newValue }
  }

  public var metadata: Logger.Metadata {
    get { handler.metadata }
    set { handler.metadata = redaction.redacted(newValue) ?? newValue }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { handler[metadataKey: redaction.redacted(key) ?? key] }
    set { handler[metadataKey: redaction.redacted(key) ?? key] = newValue.map { redaction.redacted($0) ?? $0 } }
  }

  public var metadataProvider: Logger.MetadataProvider? {
    get { handler.metadataProvider }
    set {
      let redaction = redaction
      handler.metadataProvider = newValue.map { provider in
        Logger.MetadataProvider {
          let metadata = provider.get()
          return redaction.redacted(metadata) ?? metadata
        }
      }
    }
  }

  public func log(event: LogEvent) {
    var event = event
    if let message = redaction.redacted(event.message.description) { event.message = "\(message)" }
    if let metadata = event.metadata.flatMap(redaction.redacted) { event.metadata = metadata }
    if let source = redaction.redacted(event.source) { event.source = source }
    if let error = event.error {
      // Loggers print either.
      let (description, details) = (String(describing: error), String(reflecting: error))
      if redaction.redacted(description) != nil || redaction.redacted(details) != nil {
        event.error = RedactedError(description: redaction.redacted(description) ?? description)
      }
    }
    handler.log(event: event)
  }
}

/// Takes the place of an error whose description has a key.
public struct RedactedError: Error, CustomStringConvertible {
  public let description: String
}

extension TextRedaction {
  /// nil if there is no key in it.
  func redacted(_ metadata: Logger.Metadata) -> Logger.Metadata? {
    var isChanged = false
    var result: Logger.Metadata = [:]
    for (key, value) in metadata {
      let (newKey, newValue) = (redacted(key), redacted(value))
      isChanged = isChanged || newKey != nil || newValue != nil
      result[newKey ?? key] = newValue ?? value
    }
    return isChanged ? result : nil
  }

  func redacted(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value? {
    switch value {
    case .string(let text): redacted(text).map { .string($0) }
    case .stringConvertible(let object): redacted(object.description).map { .string($0) }
    case .dictionary(let metadata): redacted(metadata).map { .dictionary($0) }
    case .array(let values):
      if case let new = values.map({ redacted($0) }), new.contains(where: { $0 != nil }) {
        .array(zip(values, new).map { $1 ?? $0 })
      } else {
        nil
      }
    }
  }
}
