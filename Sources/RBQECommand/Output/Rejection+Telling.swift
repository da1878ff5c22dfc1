import Batch
import Logging

extension [Rejection] {
  /// Tells what was found that is no image.
  ///
  /// - Returns: The reasons.
  func tell(to logger: Logger) -> [any Error] {
    map { rejection in
      logger.error("\(rejection.displayName.printable): \(rejection.reason)")
      return rejection.reason
    }
  }
}
