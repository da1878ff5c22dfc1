import Inference
import Reporting
import SystemPackage

/// The work on one image, step by step, and what becomes known of it.
///
/// Steps may run on different threads.
struct Attempt: Sendable {
  private(set) var record: ImageRecord
  /// Why it failed, once it has.
  private(set) var error: (any Error)?

  /// Whether it failed only because the run was stopped.
  var isGivenUp: Bool { error is CancellationFailure || error as? SessionError == .cancelled }

  private let source: FilePath?
  private var milliseconds = 0.0
  private var processorMilliseconds = 0.0

  /// - Parameters:
  ///   - path: what the record calls the input.
  ///   - output: what the record calls the result.
  ///   - source: the input's path; nil: standard input.
  init(path: String, output: String, source: FilePath?) {
    self.source = source
    record = ImageRecord(path: path, status: .failed)
    record.output = output
    record.ms = .init()
  }

  /// Takes a step, unless an earlier one failed; an error becomes part of the outcome.
  mutating func step(_ body: (inout ImageRecord) throws -> Void) {
    guard error == nil else { return }
    let watch = Stopwatch()
    do {
      try body(&record)
    } catch {
      self.error = error
    }
    milliseconds += watch.milliseconds
    processorMilliseconds += watch.processorMilliseconds
  }

  /// How it ended.
  ///
  /// - Parameter notes: what a person who asks for details might want to know.
  func outcome(notes: [String] = []) -> ImageOutcome {
    var record = record
    if let error {
      record.status = .failed
      record.error = String(describing: error)
      record.bytesOut = nil
    }
    record.milliseconds.total = milliseconds
    record.cpuMs = processorMilliseconds
    return ImageOutcome(record: record, error: error, notes: notes, source: source)
  }
}

/// How one image ended.
public struct ImageOutcome: Sendable {
  /// The record, complete.
  public var record: ImageRecord
  /// Why it failed, if it did.
  public let error: (any Error)?
  /// What a person who asks for details might want to know.
  public var notes: [String] = []
  /// The input's path, as it can be opened; nil if it came from standard input, or if there is none.
  public var source: FilePath?
}
