/// Hands out buffers and takes them back, so that a chain of equal maps runs in a few of them.
///
/// Returned buffers wait for the next taker of their size, but never so many that the sum of all exceeds what was once
/// in use at the same time. What a buffer held is not cleared. Used by one thread at a time.
package final class BufferPool {
  /// Oldest first.
  private var waiting: [Buffer] = []
  private var waitingBytes = 0
  /// Bytes in buffers handed out.
  package private(set) var liveBytes = 0
  /// The most that `liveBytes` ever was; no more memory than this was ever held, but for what a model's reserve had at
  /// hand and was larger than asked.
  package private(set) var peakBytes = 0

  private let reserve: MemoryReserve?

  /// A pool that holds nothing.
  ///
  /// - Parameter model: Whose earlier runs leave their memory, and whose later ones get this pool's; nil: nobody's.
  package init(of model: Model? = nil) { reserve = model?.reserve }

  func take(_ count: Int) throws(SessionError) -> Buffer {
    let bytes = Buffer.bytes(count)
    let peak = max(peakBytes, liveBytes + bytes)
    let buffer: Buffer
    if let index = waiting.lastIndex(where: { $0.count == count }) {
      buffer = waiting.remove(at: index)
      waitingBytes -= bytes
    } else {
      evict(downTo: peak - liveBytes - bytes)
      guard let new = reserve.map({ $0.take(count) }) ?? Buffer(count: count) else { throw .outOfMemory(bytes: bytes) }
      buffer = new
    }
    liveBytes += bytes
    peakBytes = peak
    return buffer
  }

  func give(_ buffer: Buffer) {
    liveBytes -= Buffer.bytes(buffer.count)
    waitingBytes += Buffer.bytes(buffer.count)
    waiting.append(buffer)
  }

  /// Returns all memory that nobody uses.
  func drain() { evict(downTo: 0) }

  private func evict(downTo limit: Int) {
    while waitingBytes > limit, !waiting.isEmpty {
      waitingBytes -= Buffer.bytes(waiting.removeFirst().count)
    }
  }
}
