import Synchronization

/// How far a run is.
public struct RunProgress: Sendable {
  /// Files, or other pieces of work, that have ended in any way.
  public var done = 0
  /// All of them.
  public var total: Int
  /// What they are called.
  public var unit = "files"
  /// Pixels of those that were worked on and didn't fail.
  public var pixels = 0
  /// Pixels of all that are to be worked on, without what failed.
  public var plannedPixels: Int
  /// Images by the exit that they took.
  public var exits: [Int: Int] = [:]
  /// Pieces that failed.
  public var failed = 0
  /// What is being worked on.
  public var current: String?
  /// When it began.
  public var start = ContinuousClock.now

  /// A run that begins now.
  public init(total: Int, plannedPixels: Int) {
    self.total = total
    self.plannedPixels = plannedPixels
  }
}

/// Counts what is done, from any thread.
public final class ProgressCounter: Sendable {
  private let state: Mutex<RunProgress>

  /// A counter of a run that begins now.
  public init(_ progress: RunProgress) {
    state = Mutex(progress)
  }

  /// How far it is now.
  public var progress: RunProgress { state.withLock { $0 } }

  /// One more has ended.
  ///
  /// - Parameters:
  ///   - current: what it was.
  ///   - isEarlier: whether it needed no work now, so that it says nothing of the speed.
  ///   - hasFailed: whether it came to nothing, which says nothing of the speed either.
  public func step(_ current: String, pixels: Int, isEarlier: Bool = false, hasFailed: Bool = false) {
    state.withLock { state in
      state.done += 1
      state.current = current
      if isEarlier || hasFailed {
        state.plannedPixels = max(0, state.plannedPixels - pixels)
      } else {
        state.pixels += pixels
      }
      if hasFailed { state.failed += 1 }
    }
  }
}
