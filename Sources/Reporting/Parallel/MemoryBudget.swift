import Dispatch
import Synchronization

/// Keeps the sum of what is in flight below a limit.
package final class MemoryBudget: Sendable {
  /// Bytes.
  package let limit: Int

  private let used = Mutex(0)
  private let released = DispatchSemaphore(value: 0)
  /// Who waits for room, one at a time.
  private let turn = DispatchSemaphore(value: 1)

  /// A budget of which nothing is used.
  package init(limit: Int) {
    self.limit = limit
  }

  /// Waits until there is room, in the order of the calls: a large piece is never overtaken for ever by small ones.
  ///
  /// What is larger than the limit is admitted alone: it is refused later, with the reason.
  package func acquire(_ bytes: Int) {
    turn.wait()
    defer { turn.signal() }
    while true {
      let isAdmitted = used.withLock { used in
        guard used == 0 || used + bytes <= limit else { return false }
        used += bytes
        return true
      }
      if isAdmitted { return }
      released.wait()
    }
  }

  /// Gives back what was acquired.
  package func release(_ bytes: Int) {
    used.withLock { $0 -= bytes }
    released.signal()
  }
}
