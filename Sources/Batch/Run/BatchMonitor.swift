import Synchronization

/// Where a run stands, for those who watch it from other threads.
public final class BatchMonitor: Sendable {
  private let state = Mutex(BatchSummary())

  /// A monitor of a run that is yet to begin.
  public init() {}

  /// How it stands now.
  public var summary: BatchSummary { state.withLock { $0 } }

  func begin(_ plan: OutputPlan) {
    state.withLock { $0.add(plan) }
  }

  /// Counts an input that is no image.
  public func add(_ rejection: Rejection) {
    state.withLock { $0.add(rejection) }
  }

  func add(_ outcome: ImageOutcome, pixels: Int, share: Double?) {
    state.withLock { $0.add(outcome, pixels: pixels, share: share) }
  }
}
