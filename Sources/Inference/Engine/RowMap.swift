import CKernels

/// The rows of a value that are in memory: all of them, or those from the oldest that is still read to the newest.
///
/// Either a feature map, pixel after pixel with a border of zeros at the left and right, or planes, one after another
/// within each row. Row `y` lies in slot `y` modulo the capacity. Sendable without a lock: the schedule of a run lets
/// nobody write a row that somebody may read.
final class RowMap: @unchecked Sendable {
  enum Layout: Equatable {
    /// Numbers a pixel, a multiple of the kernels' unit.
    case features(depth: Int)
    case planes(Int)
    /// Sums over a row, one a channel, in double precision.
    case sums(depth: Int)
  }

  let layout: Layout
  let height: Int
  let width: Int
  let capacity: Int
  private let stride: Int
  private let buffer: Buffer
  /// A row of zeros stands for the rows above and below a feature map.
  private let zeros: UnsafeMutablePointer<Float>?

  /// - Parameter take: Gives memory for so many numbers.
  init(
    layout: Layout, height: Int, width: Int, capacity: Int, take: (Int) throws(SessionError) -> Buffer
  ) throws(SessionError) {
    self.layout = layout
    self.height = height
    self.width = width
    self.capacity = min(height, capacity)
    stride = Self.stride(layout, width: width)
    let all = try take(Self.count(layout, width: width, capacity: self.capacity))
    buffer = all
    guard case .features = layout else {
      zeros = nil
      return
    }
    let zeros = all.start + stride * self.capacity
    rbqe_fill(zeros, stride, 0)
    self.zeros = zeros
    clearBorder()
  }

  /// Returns the memory; nothing may use the map any more.
  func release(to pool: BufferPool) { pool.give(buffer) }

  var depth: Int {
    switch layout {
    case .features(let depth): depth
    case .planes(let count): count
    case .sums(let depth): depth
    }
  }

  /// The sums of a row.
  func sums(_ row: Int) -> UnsafeMutablePointer<Double> {
    let numbers = buffer.start + row % capacity * stride
    return UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Double.self)
  }

  /// A row of features, at column -1; zeros outside the map.
  func pixels(_ row: Int) -> UnsafeMutablePointer<Float> {
    if let zeros, row < 0 || row >= height { return zeros }
    return buffer.start + row % capacity * stride
  }

  /// A row of one plane.
  func plane(_ index: Int, _ row: Int) -> UnsafeMutablePointer<Float> {
    buffer.start + row % capacity * stride + index * width
  }

  /// Numbers that a row takes.
  static func stride(_ layout: Layout, width: Int) -> Int {
    switch layout {
    case .features(let depth): (columns(width) + 2) * depth
    case .planes(let count): count * width
    case .sums(let depth): depth * MemoryLayout<Double>.size / MemoryLayout<Float>.size
    }
  }

  /// Numbers that a map takes, the row of zeros included.
  static func count(_ layout: Layout, width: Int, capacity: Int) -> Int {
    guard case .features = layout else { return stride(layout, width: width) * capacity }
    return stride(layout, width: width) * (capacity + 1)
  }

  private static func columns(_ width: Int) -> Int {
    (width + Int(RBQE_TILE) - 1) / Int(RBQE_TILE) * Int(RBQE_TILE)
  }

  /// Nothing ever writes beyond the columns of the map, so once is enough.
  private func clearBorder() {
    for slot in 0..<capacity {
      let row = buffer.start + slot * stride
      rbqe_fill(row, depth, 0)
      rbqe_fill(row + (1 + width) * depth, stride - (1 + width) * depth, 0)
    }
  }
}
