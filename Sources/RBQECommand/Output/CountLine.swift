import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One line on standard error that says how far the work is; nothing where that is no terminal.
final class CountLine: Sendable {
  private struct State {
    var done = 0
    var shown: ContinuousClock.Instant?
  }

  private let total: Int
  private let isVisible = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(total: Int) {
    self.total = total
  }

  /// One more is done.
  func step(_ name: String) {
    guard isVisible else { return }
    state.withLock { state in
      state.done += 1
      let now = ContinuousClock.now
      // Ten times a second is as often as anybody can read.
      if let shown = state.shown, now - shown < .milliseconds(100), state.done < total { return }
      state.shown = now
      let elapsed = now - start
      let rest = elapsed / state.done * (total - state.done)
      StandardError.write("\r\u{1B}[K\(state.done)/\(total), \(rest.components.seconds) s left, \(name)")
    }
  }

  /// Takes the line away.
  func finish() {
    if isVisible { StandardError.write("\r\u{1B}[K") }
  }
}
