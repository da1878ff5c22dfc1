/// Memory for the weights of one network, side by side: so it comes in large pages, which take a fault and an entry of
/// the processor's tables where small ones take hundreds.
struct WeightMemory {
  /// Numbers that are asked of the system at a time: 4 MiB.
  private static let chunk = 1 << 20

  private var current: Buffer?
  private var used = 0

  /// So many numbers, not initialised; nil if memory is short.
  mutating func take(_ count: Int) -> Buffer? {
    let size = Buffer.aligned(count)
    guard size <= Self.chunk / 2 else { return Buffer(count: count) }
    if current == nil || used + size > Self.chunk {
      current = Buffer(count: Self.chunk)
      used = 0
    }
    guard let current else { return nil }
    defer { used += size }
    return Buffer(current, from: used, count: count)
  }
}
