import Dispatch
import Synchronization

/// Does independent pieces of work side by side, and hands the results on in the order of the pieces.
package struct OrderedWork: Sendable {
  /// Pieces worked on at a time.
  let jobs: Int

  /// Pieces that are begun before the one that is handed on next, for each of `jobs`.
  private static let lead = 4

  /// - Parameter jobs: pieces worked on at a time, at least 1.
  package init(jobs: Int) {
    self.jobs = max(1, jobs)
  }

  /// Runs `work` for 0 ..< count.
  ///
  /// - Parameters:
  ///   - work: called by several threads, never far ahead of what was handed on, so that few results wait.
  ///   - report: called by the calling thread; what it throws ends the work.
  package func run<Result: Sendable>(
    _ count: Int, work: @escaping @Sendable (Int) -> Result, report: (Int, Result) throws -> Void
  ) rethrows {
    let state = Work<Result>(count: count, lead: jobs * Self.lead)
    let group = DispatchGroup()
    for index in 0..<min(jobs, count) {
      DispatchQueue(label: "rbqe.work.\(index)").async(group: group) {
        while let index = state.begin() { state.end(index, with: work(index)) }
      }
    }
    defer {
      state.stop()
      group.wait()
    }
    for index in 0..<count { try report(index, state.next()) }
  }
}

/// Which piece comes next, and the results that wait.
private final class Work<Result: Sendable>: Sendable {
  private let count: Int
  private let begun = Atomic(0)
  private let results = Mutex(InOrder<Result>())
  private let room = DispatchSemaphore(value: 0)
  private let arrived = DispatchSemaphore(value: 0)

  init(count: Int, lead: Int) {
    self.count = count
    // A semaphore must not end below the value that it was made with.
    for _ in 0..<lead { room.signal() }
  }

  /// The next piece, once there is room for its result; nil when there is none left.
  func begin() -> Int? {
    room.wait()
    let index = begun.wrappingAdd(1, ordering: .relaxed).oldValue
    guard index < count else {
      // The others that wait must learn it too.
      room.signal()
      return nil
    }
    return index
  }

  func end(_ index: Int, with result: Result) {
    results.withLock { $0.add(result, at: index) }
    arrived.signal()
  }

  /// Waits for the next result.
  func next() -> Result {
    while true {
      if let result = results.withLock({ $0.take() }) {
        room.signal()
        return result
      }
      arrived.wait()
    }
  }

  /// No further piece is begun.
  func stop() {
    begun.store(count, ordering: .relaxed)
    room.signal()
  }
}
