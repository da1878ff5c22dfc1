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

  private let idle: @Sendable () -> Int
  private let freeIdle: @Sendable () -> Void

  /// A budget of which nothing is used.
  ///
  /// - Parameters:
  ///   - idle: Bytes that are held for later, besides what is in flight.
  ///   - freeIdle: Gives them back: called when something is admitted beside which they don't fit.
  package init(
    limit: Int, idle: @escaping @Sendable () -> Int = { 0 }, freeIdle: @escaping @Sendable () -> Void = {}
  ) {
    self.limit = limit
    self.idle = idle
    self.freeIdle = freeIdle
  }

  /// Waits until there is room, in the order of the calls: a large piece is never overtaken for ever by small ones.
  ///
  /// What is larger than the limit is admitted alone: it is refused later, with the reason.
  package func acquire(_ bytes: Int) {
    turn.wait()
    defer { turn.signal() }
    while true {
      let admitted = used.withLock { used -> Int? in
        guard used == 0 || used + bytes <= limit else { return nil }
        used += bytes
        return used
      }
      if let admitted {
        if admitted + idle() > limit { freeIdle() }
        return
      }
      released.wait()
    }
  }

  /// Gives back what was acquired.
  package func release(_ bytes: Int) {
    used.withLock { $0 -= bytes }
    released.signal()
  }
}
