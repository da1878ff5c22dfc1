import Logging

/// Writes messages for people to standard error: errors and warnings with their kind in front, the rest bare.
///
/// Messages quote names of files and texts out of them; what in these would steer the terminal is escaped here.
struct DiagnosticsHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  private let line: StatusLine

  init(logLevel: Logger.Level, line: StatusLine = StatusLine()) {
    self.logLevel = logLevel
    self.line = line
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix =
      switch event.level {
      case .error, .critical: colored("error: ", code: 31)
      case .warning: colored("warning: ", code: 33)
      default: ""
      }
    line.write("\(prefix)\(event.message.description.printableLines)\n")
  }

  private func colored(_ text: String, code: Int) -> String {
    line.terminal.hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
