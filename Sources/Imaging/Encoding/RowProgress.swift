import Dispatch
import Synchronization

/// Which rows of a picture are complete, counted from the top, while threads write parts of them in any order.
package final class RowProgress: Sendable {
  private struct State {
    /// Samples that each row still lacks.
    var missing: [Int]
    /// Rows from the top that lack none.
    var complete = 0
    var isAbandoned = false
  }

  private let state: Mutex<State>
  private let changed = DispatchSemaphore(value: 0)

  /// A picture of which nothing is written.
  package init(rows: Int, samplesInRow: Int) {
    state = Mutex(State(missing: Array(repeating: samplesInRow, count: rows)))
  }

  /// A part of a row is written.
  package func wrote(_ samples: Int, of row: Int) {
    let isNews = state.withLock { state in
      state.missing[row] -= samples
      let before = state.complete
      while state.complete < state.missing.count, state.missing[state.complete] == 0 {
        state.complete += 1
      }
      return state.complete > before
    }
    if isNews { changed.signal() }
  }

  /// Nothing more will be written: what is there is all.
  package func finish() {
    state.withLock { $0.complete = $0.missing.count }
    changed.signal()
  }

  /// The rest of the rows will never come.
  package func abandon() {
    state.withLock { $0.isAbandoned = true }
    changed.signal()
  }

  /// Waits until so many rows are complete; for one thread at a time.
  ///
  /// - Returns: false if they will never be.
  package func wait(for rows: Int) -> Bool {
    while true {
      let (isThere, isAbandoned) = state.withLock { ($0.complete >= rows, $0.isAbandoned) }
      if isThere || isAbandoned { return isThere }
      changed.wait()
    }
  }
}
