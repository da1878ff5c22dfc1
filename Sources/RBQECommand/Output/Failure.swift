import ArgumentParser
import Batch
import Imaging
import Inference
import Logging

/// Exit statuses, as the manual lists them.
enum ExitStatus: Int32 {
  case someFailed = 1
  case noImage = 2
  case usage = 64
  case notAnImage = 65
  case cannotCreate = 73
  case inputOutput = 74

  /// The status that says why the single input of a command failed.
  init(for error: any Error) {
    switch error {
    case let error as FileError:
      self = error.operation == .create ? .cannotCreate : .inputOutput
    case is DiscoveryError, is ImageDecodingError, is ImageConversionError, is ImageEncodingError,
      is ImageProcessingError, is SourceError:
      self = .notAnImage
    case is OutputPlanError, is DestinationError:
      self = .usage
    case let failure as Failure:
      self = failure.status
    default:
      self = .someFailed
    }
  }

  var code: ExitCode { ExitCode(rawValue) }
}

/// An error that ends the command: what happened, what to do about it, and the status that tells scripts.
struct Failure: Error, CustomStringConvertible {
  let status: ExitStatus
  let message: String
  let hint: String?

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  var description: String { hint.map { "\(message)\n  hint: \($0)" } ?? message }

  /// Runs a command's body; its errors are told to the logger, and become the exit status.
  ///
  /// A wish in the environment that can't be followed is told before, whatever the command: they all use the kernels.
  static func reporting(to logger: Logger, _ body: (Logger) throws -> Void) throws {
    if let problem = KernelSet.environmentProblem {
      logger.warning("\(problem); going on with \(KernelSet.inUse.name)")
    }
    do {
      try body(logger)
    } catch {
      throw tell(error, to: logger)
    }
  }

  /// Tells an error that ends a command.
  ///
  /// - Returns: what to throw in its place: the exit status, or the error itself where others tell it.
  static func tell(_ error: any Error, to logger: Logger) -> any Error {
    switch error {
    case let failure as Failure:
      logger.error("\(failure)")
      return failure.status.code
    case let error as FileError:
      // Of what can't be made or written the message itself says which it is.
      let isNamed = error.operation == .create || error.operation == .write
      logger.error("\(isNamed ? "" : "\(error.path.string.printable): ")\(error)")
      return ExitStatus(for: error).code
    case let error as JournalError:
      logger.error("\(error)")
      return ExitStatus.cannotCreate.code
    case let error as NameTemplateError:
      logger.error("--name: \(error)")
      return ExitStatus.usage.code
    case is OutputPlanError, is DestinationError:
      logger.error("\(error)")
      return ExitStatus(for: error).code
    default: return error
    }
  }
}
