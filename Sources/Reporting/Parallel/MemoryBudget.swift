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
  /// What is larger than the limit counts as all of it: it is admitted once nothing else is in flight, to be refused
  /// later, with the reason. Headers may claim any size, so that sums of sizes as they are could overflow.
  package func acquire(_ bytes: Int) {
    turn.wait()
    defer { turn.signal() }
    let counted = counted(bytes)
    while true {
      let room = used.withLock { used -> Int? in
        guard counted <= limit - used else { return nil }
        used += counted
        return limit - used
      }
      if let room {
        if idle() > room { freeIdle() }
        return
      }
      released.wait()
    }
  }

  /// Gives back what was acquired.
  ///
  /// - Parameter rest: a part of it that is kept, to be given back by another call.
  package func release(_ bytes: Int, keeping rest: Int = 0) {
    used.withLock { $0 -= counted(bytes) - counted(rest) }
    released.signal()
  }

  /// What a piece takes of the budget.
  private func counted(_ bytes: Int) -> Int { min(bytes, limit) }
}
