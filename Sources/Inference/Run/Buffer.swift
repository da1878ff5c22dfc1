import CKernels

/// The one owner of unmanaged memory: `count` float32 numbers, 64-byte aligned, not initialised.
///
/// Or a part of another buffer, which it keeps alive.
///
/// Sendable without a lock: weights are written while their model is read and never again, everything else by one session,
/// whose threads write disjoint places, and from one session to another it goes through the lock of a `MemoryReserve`.
package final class Buffer: @unchecked Sendable {
  package let count: Int
  let start: UnsafeMutablePointer<Float>
  /// The owner, where this is a part.
  private let whole: Buffer?
  /// What gets the owner back.
  private let reserve: MemoryReserve?

  /// Nil if there is no such memory.
  init?(count: Int) {
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard count >= 0, !overflow, let start = rbqe_allocate(bytes) else { return nil }
    self.count = count
    self.start = start
    whole = nil
    reserve = nil
  }

  /// Some numbers of another buffer, which lives at least as long.
  ///
  /// - Parameter reserve: Gets the other buffer when this one goes; nothing else may use that then.
  init(_ whole: Buffer, from first: Int, count: Int, returningTo reserve: MemoryReserve? = nil) {
    precondition(first >= 0 && count >= 0 && first + count <= whole.count)
    self.count = count
    start = whole.start + first
    self.whole = whole
    self.reserve = reserve
  }

  deinit {
    if let whole { reserve?.give(whole) } else { rbqe_deallocate(start) }
  }

  convenience init?(_ values: some Collection<Float>) {
    self.init(count: values.count)
    _ = all.update(from: values)
  }

  /// All numbers; valid as long as the buffer is.
  var all: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: start, count: count) }

  /// A copy of the first numbers.
  package func array(count: Int) -> [Float] { Array(all.prefix(count)) }

  /// Bytes that it takes.
  var bytes: Int { Self.bytes(count) }

  /// So many numbers, and those up to the next aligned place.
  static func aligned(_ count: Int) -> Int { (count + 15) & ~15 }

  static func bytes(_ count: Int) -> Int { count.multipliedReportingOverflow(by: 4).partialValue }
}
