/// Adds up the wall-clock time that each stage of one enhancement takes.
///
/// It belongs to one call and is never shared between threads.
final class StageClock {
  enum Stage {
    case assess
    case infer(exit: Int)
    case constrain
  }

  private(set) var timings: Timings
  private let clock = ContinuousClock()

  init(exitCount: Int) {
    timings = Timings(infer: Array(repeating: .zero, count: exitCount), assess: .zero, constrain: .zero)
  }

  func measure<Result>(_ stage: Stage, _ body: () throws -> Result) rethrows -> Result {
    let start = clock.now
    defer { count(clock.now - start, as: stage) }
    return try body()
  }

  func count(_ time: Duration, as stage: Stage) {
    switch stage {
    case .assess: timings.assess += time
    case .constrain: timings.constrain += time
    case .infer(let exit): timings.infer[exit - 1] += time
    }
  }
}

/// Wall-clock time of the stages of one enhancement.
public struct Timings: Sendable, Equatable {
  /// Running the network up to each exit, from exit 1: only what that exit added to the one before.
  ///
  /// Zero for exits that were not reached; a jump over several exits counts at the one where it ended.
  public var infer: [Duration]
  /// Computing no-reference scores.
  public var assess: Duration
  /// Looking for traces of compressions, and fitting the result to a file's coefficients.
  public var constrain: Duration
}
