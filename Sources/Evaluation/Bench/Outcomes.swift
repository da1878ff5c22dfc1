import Batch
import Synchronization

/// Outcomes of several threads.
final class Outcomes: Sendable {
  private let outcomes = Mutex<[ImageOutcome]>([])

  var all: [ImageOutcome] { outcomes.withLock { $0 } }

  func add(_ outcome: ImageOutcome) { outcomes.withLock { $0.append(outcome) } }
}
