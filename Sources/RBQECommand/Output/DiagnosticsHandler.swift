import Logging

/// Writes messages for people to standard error: errors and warnings with their kind in front, the rest bare.
struct DiagnosticsHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(logLevel: Logger.Level) {
    self.logLevel = logLevel
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix =
      switch event.level {
      case .error, .critical: "error: "
      case .warning: "warning: "
      default: ""
      }
    StandardError.write("\(prefix)\(event.message)\n")
  }
}
