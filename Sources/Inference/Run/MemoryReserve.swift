import Synchronization

/// Memory that runs of a model leave to the next ones.
///
/// The system clears fresh memory page by page, on the thread that touches it first: of a picture of 512x512 that is a
/// tenth of what one thread takes for the whole network, and all threads wait for it. What waits here and what is in use
/// never add up to more than what was once in use at the same time.
package final class MemoryReserve: Sendable {
  /// Bytes of a buffer that is worth keeping.
  private static let least = 1 << 20
  /// Bytes that wait at most: no more than what the sample of a large image takes in any case.
  private static let most = 192 << 20

  private struct State {
    /// Oldest first.
    var waiting: [Buffer] = []
    var waitingBytes = 0
    var liveBytes = 0
    var peakBytes = 0

    mutating func evict(downTo limit: Int) {
      while waitingBytes > limit, !waiting.isEmpty { remove(at: 0) }
    }

    @discardableResult
    mutating func remove(at index: Int) -> Buffer {
      let buffer = waiting.remove(at: index)
      waitingBytes -= Buffer.bytes(buffer.count)
      return buffer
    }
  }

  private let state = Mutex(State())

  /// Bytes that wait now.
  package var waitingBytes: Int { state.withLock(\.waitingBytes) }

  /// Not initialised; comes back by itself when nobody holds it any more. Nil if there is no such memory.
  func take(_ count: Int) -> Buffer? {
    let bytes = Buffer.bytes(count)
    guard bytes >= Self.least else { return Buffer(count: count) }
    let waiting = state.withLock { state in
      // The smallest that is large enough, but not much larger.
      let fitting = state.waiting.indices.filter { (count...count + count / 2).contains(state.waiting[$0].count) }
      let best = fitting.min { state.waiting[$0].count < state.waiting[$1].count }
      let buffer = best.map { state.remove(at: $0) }
      let taken = buffer.map { Buffer.bytes($0.count) } ?? bytes
      state.liveBytes += taken
      state.peakBytes = max(state.peakBytes, state.liveBytes)
      state.evict(downTo: state.peakBytes - state.liveBytes)
      return buffer
    }
    if let whole = waiting ?? Buffer(count: count) { return Buffer(whole, from: 0, count: count, returningTo: self) }
    state.withLock { $0.liveBytes -= bytes }
    return nil
  }

  /// Takes back what `take` gave.
  func give(_ buffer: Buffer) {
    state.withLock { state in
      let bytes = Buffer.bytes(buffer.count)
      state.liveBytes -= bytes
      state.waiting.append(buffer)
      state.waitingBytes += bytes
      state.evict(downTo: Self.most)
    }
  }

  /// Returns all that waits to the system.
  func drain() { state.withLock { $0.evict(downTo: 0) } }
}
