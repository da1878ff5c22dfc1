import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which item each thread is at.
///
/// Items are taken in order, so all items before the earliest that a thread is at are done.
final class TurnProgress: Sendable {
  /// Tries before the processor is left to others.
  private static let patience = 2000

  private let taken = Atomic(0)
  private let current: [Place]

  /// The item that a thread is at, or an earlier one; `Int.max` while it has none.
  private final class Place: Sendable {
    let item = Atomic(Int.max)
  }

  init(threads: Int) {
    current = (0..<threads).map { _ in Place() }
  }

  /// The next item; nil when there is none left.
  func next(for thread: Int, of count: Int) -> Int? {
    let place = current[thread]
    // First a lower bound: at no time may a thread have an item that the others can't see.
    place.item.store(taken.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
    let index = taken.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
    place.item.store(index < count ? index : .max, ordering: .sequentiallyConsistent)
    return index < count ? index : nil
  }

  /// Returns once all items up to `last` are done.
  func wait(for last: Int, by thread: Int) {
    for (other, place) in current.enumerated() where other != thread {
      var tries = 0
      while place.item.load(ordering: .sequentiallyConsistent) <= last {
        tries += 1
        if tries > Self.patience { sched_yield() }
      }
    }
  }
}
