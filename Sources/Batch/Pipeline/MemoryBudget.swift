import Dispatch
import Synchronization

/// Keeps the sum of what is in flight below a limit.
final class MemoryBudget: Sendable {
  let limit: Int

  private let used = Mutex(0)
  private let released = DispatchSemaphore(value: 0)

  init(limit: Int) {
    self.limit = limit
  }

  /// Waits until there is room.
  ///
  /// Only one thread may wait at a time; so work begins in its order, and a large image is never overtaken for ever by
  /// small ones.
  ///
  /// What is larger than the limit is admitted alone: it is refused later, with the reason.
  func acquire(_ bytes: Int) {
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

  func release(_ bytes: Int) {
    used.withLock { $0 -= bytes }
    released.signal()
  }
}
