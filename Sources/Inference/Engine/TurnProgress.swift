import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which item each thread is at, items counted over all turns.
///
/// Items are taken in order, so all items before the earliest that a thread is at are done.
final class TurnProgress: Sendable {
  /// Why threads stop before the end.
  enum Stop: Int {
    case cancelled = 1
    /// No step could go on.
    case stuck
  }

  /// Tries before the processor is left to others, and before a thread sleeps for a while: then the one that it waits
  /// for doesn't run, because the machine has other things to do.
  private static let patience = (spinning: 2000, yielding: 2200)
  private static let nap: UInt32 = 50  // microseconds

  private let taken = Atomic(0)
  private let stopped = Atomic(0)
  private let over = Atomic(false)
  private let current: [Place]

  /// The item that a thread is at, or an earlier one; `Int.max` while it has none.
  private final class Place: Sendable {
    let item = Atomic(Int.max)
  }

  init(threads: Int) {
    current = (0..<threads).map { _ in Place() }
  }

  /// Nil while all goes well.
  var stop: Stop? { Stop(rawValue: stopped.load(ordering: .relaxed)) }

  /// Makes all threads stop at their next item.
  func stop(_ reason: Stop) { stopped.store(reason.rawValue, ordering: .relaxed) }

  /// Whether there are no items left in any turn; some may still run.
  var isOver: Bool { over.load(ordering: .relaxed) }

  /// Says that there are no items left in any turn.
  func end() { over.store(true, ordering: .relaxed) }

  /// The next items before `end`; nil when there are none left, or all are to stop.
  ///
  /// - Parameter runEnd: Where the run that an item belongs to ends.
  func next(for thread: Int, before end: Int, runEnd: (Int) -> Int) -> Range<Int>? {
    let place = current[thread]
    // First a lower bound: at no time may a thread have an item that the others can't see.
    var first = taken.load(ordering: .sequentiallyConsistent)
    place.item.store(first, ordering: .sequentiallyConsistent)
    while first < end, stop == nil {
      let last = runEnd(first)
      let (isMine, found) = taken.compareExchange(expected: first, desired: last, ordering: .sequentiallyConsistent)
      if isMine {
        place.item.store(first, ordering: .sequentiallyConsistent)
        return first..<last
      }
      first = found
    }
    place.item.store(.max, ordering: .sequentiallyConsistent)
    return nil
  }

  /// Says that a thread has done everything before an item of its own.
  func begin(_ item: Int, by thread: Int) {
    current[thread].item.store(item, ordering: .sequentiallyConsistent)
  }

  /// Returns once all items up to `last` are done.
  func wait(for last: Int, by thread: Int) {
    for (other, place) in current.enumerated() where other != thread {
      var tries = 0
      while place.item.load(ordering: .sequentiallyConsistent) <= last {
        tries += 1
        if tries > Self.patience.yielding {
          usleep(Self.nap)
        } else if tries > Self.patience.spinning {
          sched_yield()
        }
      }
    }
  }
}
