import Batch
import Dispatch

/// Shows on a terminal where a run stands, five times a second.
final class ProgressDisplay {
  private let line: StatusLine
  private let queue = DispatchQueue(label: "rbqe.progress")
  private let timer: any DispatchSourceTimer

  init(of monitor: BatchMonitor, on line: StatusLine) {
    self.line = line
    timer = DispatchSource.makeTimerSource(queue: queue)
    guard line.terminal.canRedraw else { return }
    timer.schedule(deadline: .now() + .milliseconds(200), repeating: .milliseconds(200))
    timer.setEventHandler { @Sendable in
      line.show(ProgressLine(monitor.summary, now: .now).text(width: line.terminal.width - 1))
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
