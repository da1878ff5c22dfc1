import Logging

/// What remains to be done when the work is over: each step is taken though another fails.
struct LastSteps {
  private let logger: Logger
  private var firstError: (any Error)?

  init(logger: Logger) {
    self.logger = logger
  }

  /// Takes a step; what goes wrong is told at once.
  mutating func take(_ step: () throws -> Void) {
    do {
      try step()
    } catch {
      let told = Failure.tell(error, to: logger)
      firstError = firstError ?? told
    }
  }

  /// Throws what the first step that failed ends the command with.
  func end() throws {
    if let firstError { throw firstError }
  }
}
