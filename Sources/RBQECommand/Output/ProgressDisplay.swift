import Batch
import Dispatch

/// Shows on a terminal where a run stands, five times a second.
final class ProgressDisplay {
  private let line: StatusLine
  private let queue = DispatchQueue(label: "rbqe.progress")
  private let timer: any DispatchSourceTimer

  /// Nil where nobody wants it: with `--quiet`, or where records go to the terminal and would mix with it.
  ///
  /// - Parameter progress: called by a thread of its own.
  init?(on line: StatusLine, quiet: Bool, json: Bool, of progress: @escaping @Sendable () -> RunProgress) {
    guard !quiet, !(json && StandardOutput.isTerminal) else { return nil }
    self.line = line
    timer = DispatchSource.makeTimerSource(queue: queue)
    guard line.terminal.canRedraw else { return }
    timer.schedule(deadline: .now() + .milliseconds(200), repeating: .milliseconds(200))
    timer.setEventHandler { @Sendable in
      line.show(ProgressLine(progress(), now: .now).text(width: line.terminal.width - 1))
    }
    timer.activate()
  }

  /// Takes the line away.
  func end() {
    // An inactive timer must not be released.
    if !line.terminal.canRedraw { timer.activate() }
    timer.cancel()
    queue.sync {}
    line.show("")
  }
}
