import Dispatch
import Synchronization

/// Does independent pieces of work side by side, and hands the results on in the order of the pieces.
struct OrderedWork: Sendable {
  /// Pieces worked on at a time.
  let jobs: Int

  /// Runs `work` for 0 ..< count; `report` is never called by two threads at once.
  func run<Result: Sendable>(
    _ count: Int, work: @Sendable (Int) -> Result, report: @Sendable (Int, Result) -> Void
  ) {
    guard count > 0 else { return }
    let next = Atomic(0)
    let waiting = Mutex(Waiting<Result>())
    DispatchQueue.concurrentPerform(iterations: min(max(1, jobs), count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = work(index)
        waiting.withLock { waiting in
          waiting.results[index] = result
          while let ready = waiting.results.removeValue(forKey: waiting.next) {
            report(waiting.next, ready)
            waiting.next += 1
          }
        }
      }
    }
  }

  private struct Waiting<Result: Sendable>: Sendable {
    var results: [Int: Result] = [:]
    var next = 0
  }
}
