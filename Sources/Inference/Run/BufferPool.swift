/// Hands out buffers and takes them back, so that a chain of equal maps runs in a few of them.
///
/// What a buffer held is not cleared. Used by one thread at a time.
package final class BufferPool {
  private var free: [Int: [Buffer]] = [:]
  /// Bytes in buffers handed out, and the most that they ever were.
  package private(set) var liveBytes = 0
  package private(set) var peakBytes = 0

  func take(_ count: Int) throws(SessionError) -> Buffer {
    let bytes = Buffer.bytes(count)
    if let buffer = free[count]?.popLast() {
      liveBytes += bytes
      return buffer
    }
    // Sizes change where the network changes scale; what waits is of the wrong size from here on.
    drain()
    guard let buffer = Buffer(count: count) else { throw .outOfMemory(bytes: bytes) }
    liveBytes += bytes
    peakBytes = max(peakBytes, liveBytes)
    return buffer
  }

  func give(_ buffer: Buffer) {
    let bytes = Buffer.bytes(buffer.count)
    liveBytes -= bytes
    free[buffer.count, default: []].append(buffer)
  }

  /// Returns the memory that nobody uses.
  func drain() {
    free.removeAll()
  }
}
