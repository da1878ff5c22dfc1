import Dispatch
import Synchronization

/// Ends a run early, from any thread.
public final class StopSwitch: Sendable {
  /// Why no more work is begun.
  public enum Reason: Sendable {
    /// An image failed, and that was to end the run. What is being worked on is finished.
    case failure
    /// Nothing more can be written.
    case cannotWrite(FileError)
    /// Somebody asked for it.
    case interruption
  }

  private let state = Mutex<Reason?>(nil)
  private let stopped = DispatchSemaphore(value: 0)

  /// A switch that is off.
  public init() {}

  /// Why the run ends, nil while it goes on.
  public var reason: Reason? { state.withLock { $0 } }

  /// Whether no further image is begun.
  var isStopped: Bool { reason != nil }

  /// Whether images that are being worked on are given up.
  var isAbandoned: Bool {
    switch reason {
    case nil, .failure: false
    case .cannotWrite, .interruption: true
    }
  }

  /// Ends the run; the first reason stays, unless it let work go on.
  public func stop(_ reason: Reason) {
    state.withLock { state in
      switch state {
      case nil, .failure: state = reason
      case .cannotWrite, .interruption: break
      }
    }
    stopped.signal()
  }

  /// Waits until somebody ends the run, or so long.
  public func wait(atMost duration: Duration) {
    _ = stopped.wait(timeout: .now() + .milliseconds(Int(duration.milliseconds)))
  }
}
