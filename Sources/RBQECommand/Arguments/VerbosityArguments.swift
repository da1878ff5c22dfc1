import ArgumentParser
import Logging

/// How much is said on standard error.
struct VerbosityArguments: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: -v a line for each image, -vv the time of each stage too.")
  var verbose: Int

  func validate() throws {
    if quiet && verbose > 0 { throw ValidationError("--quiet and --verbose exclude each other.") }
  }

  /// A logger that writes to standard error.
  var logger: Logger { logger(above: StatusLine()) }

  /// A logger whose messages appear above a line of progress.
  func logger(above line: StatusLine) -> Logger {
    Self.logger(level: quiet ? .error : verbose == 0 ? .notice : verbose == 1 ? .info : .debug, line: line)
  }

  /// The logger of commands that take no such options.
  static var standardLogger: Logger { logger(level: .notice) }

  private static func logger(level: Logger.Level, line: StatusLine = StatusLine()) -> Logger {
    Logger(label: "rbqe") { _ in DiagnosticsHandler(logLevel: level, line: line) }
  }
}
