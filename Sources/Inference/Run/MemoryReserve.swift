import Synchronization

/// Memory that runs of a model leave to the next ones.
///
/// The system clears fresh memory page by page, on the thread that touches it first, and all other threads wait for it
/// (docs/performance.md). What waits here and what is in use never add up to more than what was once in use at the same
/// time.
package final class MemoryReserve: Sendable {
  /// Bytes of a buffer that is worth keeping.
  private static let least = 1 << 20
  /// Bytes that wait at most.
  private static let most = 512 << 20

  private struct State {
    /// Oldest first.
    var waiting: [Buffer] = []
    var waitingBytes = 0
    var liveBytes = 0
    var peakBytes = 0

    mutating func remove(at index: Int) -> Buffer {
      let buffer = waiting.remove(at: index)
      waitingBytes -= buffer.bytes
      return buffer
    }

    /// The smallest that is large enough, unless it is much larger, or so much that more would be in use than ever.
    mutating func takeFitting(_ count: Int) -> Buffer? {
      let most = max(peakBytes, liveBytes + Buffer.bytes(count))
      let fitting = waiting.indices.filter {
        (count...count + count / 2).contains(waiting[$0].count) && liveBytes + waiting[$0].bytes <= most
      }
      guard let best = fitting.min(by: { waiting[$0].count < waiting[$1].count }) else { return nil }
      return remove(at: best)
    }

    /// What has to go, oldest first, so that no more waits; to be let go of outside the lock, since that takes a while.
    mutating func excess(over limit: Int) -> [Buffer] {
      var excess: [Buffer] = []
      while waitingBytes > limit, !waiting.isEmpty { excess.append(remove(at: 0)) }
      return excess
    }

    mutating func use(_ bytes: Int) {
      liveBytes += bytes
      peakBytes = max(peakBytes, liveBytes)
    }
  }

  private let state = Mutex(State())

  /// Bytes that wait now.
  package var waitingBytes: Int { state.withLock(\.waitingBytes) }

  /// So many numbers, not initialised; nil if there is no such memory.
  ///
  /// They come back by themselves when nobody holds them any more.
  func take(_ count: Int) -> Buffer? {
    let bytes = Buffer.bytes(count)
    guard bytes >= Self.least else { return Buffer(count: count) }
    let waiting = state.withLock { state in
      let buffer = state.takeFitting(count)
      if let buffer { state.use(buffer.bytes) }
      return buffer
    }
    if let waiting { return Buffer(waiting, from: 0, count: count, returningTo: self) }
    // What waits makes room for what is new.
    _ = state.withLock { state in
      state.excess(over: max(0, state.peakBytes - state.liveBytes - bytes))
    }
    var new = Buffer(count: count)
    if new == nil {
      drain()
      new = Buffer(count: count)
    }
    guard let new else { return nil }
    state.withLock { $0.use(bytes) }
    return Buffer(new, from: 0, count: count, returningTo: self)
  }

  /// Takes back what `take` gave.
  func give(_ buffer: Buffer) {
    _ = state.withLock { state in
      state.liveBytes -= buffer.bytes
      guard buffer.bytes <= Self.most else { return [buffer] }
      state.waiting.append(buffer)
      state.waitingBytes += buffer.bytes
      return state.excess(over: Self.most)
    }
  }

  /// Returns all that waits to the system.
  package func drain() {
    _ = state.withLock { $0.excess(over: 0) }
  }
}
