/// Moments of a block as two small matrix products, T · P · T'.
///
/// The polynomials of even degree are symmetric on the block and the odd ones antisymmetric, so the first product works
/// on a folded block: sums and differences of the rows that mirror each other, half the multiplications.
struct MomentTransform<Vector: SIMD<Float>> {
  /// `columns[x][p]`: the value at x of the polynomial of degree p.
  private let columns: UnsafeMutablePointer<Vector>
  /// The result of the first product, a row for every degree.
  private let intermediate: UnsafeMutablePointer<Vector>

  static var size: Int { Vector.scalarCount }
  /// Vectors of working memory that a transform needs.
  static var memorySize: Int { 2 * size }

  /// A transform with its tables in `memory`: `memorySize` initialised vectors that outlive it.
  init(polynomials: [Double], memory: UnsafeMutablePointer<Vector>) {
    let n = Self.size
    columns = memory
    intermediate = memory + n
    for p in 0..<n {
      for x in 0..<n { columns[x][p] = Float(polynomials[p * n + x]) }
    }
  }

  /// Folds the block at `levels`, rows `stride` apart, less `offset`: sums of rows y and n-1-y at 2y, differences after.
  @inline(__always)
  static func fold(
    _ levels: UnsafePointer<Float>, stride: Int, less offset: Float, into folded: UnsafeMutablePointer<Vector>
  ) {
    for y in 0..<(size / 2) {
      let upper = UnsafeRawPointer(levels + y * stride).loadUnaligned(as: Vector.self) - offset
      let lower = UnsafeRawPointer(levels + (size - 1 - y) * stride).loadUnaligned(as: Vector.self) - offset
      folded[2 * y] = upper + lower
      folded[2 * y + 1] = upper - lower
    }
  }

  /// Moments of a folded block: row p holds those of degree p down, lane q those of degree q across.
  @inline(__always)
  func apply(to folded: UnsafePointer<Vector>, into moments: UnsafeMutablePointer<Vector>) {
    let n = Self.size
    let weights = UnsafeRawPointer(columns).assumingMemoryBound(to: Float.self)
    let values = UnsafeRawPointer(intermediate).assumingMemoryBound(to: Float.self)
    for p in 0..<n {
      var sum = folded[p & 1] * weights[p]
      for y in 1..<(n / 2) { sum += folded[2 * y + (p & 1)] * weights[y * n + p] }
      intermediate[p] = sum
    }
    for p in 0..<n {
      var sum = columns[0] * values[p * n]
      for x in 1..<n { sum += columns[x] * values[p * n + x] }
      moments[p] = sum
    }
  }
}
