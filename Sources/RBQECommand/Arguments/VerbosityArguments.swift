import ArgumentParser
import Logging

/// How much is said on standard error, of commands that work through images one by one.
struct VerbosityArguments: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: -v a line for each image, -vv the time of each stage too.")
  var verbose: Int

  func validate() throws {
    if quiet && verbose > 0 { throw ValidationError("--quiet and --verbose exclude each other.") }
  }

  /// A logger whose messages appear above a line of progress.
  func logger(above line: StatusLine) -> Logger {
    .standardError(level: quiet ? .error : verbose == 0 ? .notice : verbose == 1 ? .info : .debug, line: line)
  }
}

/// The same of commands that have nothing more to say.
struct QuietArguments: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors on standard error; results are printed all the same.")
  var quiet = false

  /// A logger that writes to standard error.
  var logger: Logger { logger(above: StatusLine()) }

  /// A logger whose messages appear above a line of progress.
  func logger(above line: StatusLine) -> Logger { .standardError(level: quiet ? .error : .notice, line: line) }
}

extension Logger {
  /// A logger that writes to standard error, above a line of progress.
  static func standardError(level: Logger.Level = .notice, line: StatusLine = StatusLine()) -> Logger {
    Logger(label: "rbqe") { _ in DiagnosticsHandler(logLevel: level, line: line) }
  }
}
