/// Classifies and scores single blocks; a `Vector` holds one row of a block.
///
/// Normalising a block is a factor on its moments, removing its mean sets the first moment to 0, and the energy of the
/// others (SSM) follows from the sum of the samples and of their squares. On 8-bit levels both sums are exact in
/// `Float`, and with them the class of a block.
struct BlockJudge<Vector: SIMD<Float>> {
  enum Verdict {
    case black
    case constant
    case smooth(Double)
    case textured(Double)
  }

  /// Samples along a side of a block.
  static var size: Int { Vector.scalarCount }
  /// C of the paper: steadies the quotients.
  private static var steadier: Float { 1e-5 }
  /// SSM, the share of a block's energy outside its mean, above which it is textured.
  private static var texturedAbove: Double { 0.004 }
  /// What a direction's share of the highest moments is cut to; where both reach it the score is 1.
  private static var highestShare: Float { 0.05 }

  private let plain, blurred: MomentTransform<Vector>
  private let folded, moments, blurredMoments: UnsafeMutablePointer<Vector>

  /// Runs `body` with a judge whose tables and working memory live as long as the call.
  static func with<Result>(_ body: (BlockJudge) -> Result) -> Result {
    let capacity = 2 * MomentTransform<Vector>.memorySize + 3 * size
    return withUnsafeTemporaryAllocation(of: Vector.self, capacity: capacity) { memory in
      memory.initialize(repeating: .zero)
      return body(BlockJudge(memory: memory.baseAddress.unsafelyUnwrapped))
    }
  }

  private init(memory: UnsafeMutablePointer<Vector>) {
    let basis = TchebichefBasis(size: Self.size)
    let part = MomentTransform<Vector>.memorySize
    plain = MomentTransform(polynomials: basis.polynomials, memory: memory)
    blurred = MomentTransform(polynomials: basis.blurredPolynomials, memory: memory + part)
    folded = memory + 2 * part
    moments = folded + Self.size
    blurredMoments = moments + Self.size
  }

  /// Judges the block whose first sample is `levels`: whole numbers 0...255, rows `stride` apart.
  func judge(_ levels: UnsafePointer<Float>, stride: Int) -> Verdict {
    var sums = Vector.zero
    var squares = Vector.zero
    for y in 0..<Self.size {
      let row = UnsafeRawPointer(levels + y * stride).loadUnaligned(as: Vector.self)
      sums += row
      squares += row * row
    }
    let points = Double(Self.size * Self.size)
    let sum = Double(sums.sum())
    let energy = Double(squares.sum())
    if energy == 0 { return .black }
    let outside = energy - sum * sum / points
    if outside == 0 { return .constant }
    if outside > Self.texturedAbove * energy {
      MomentTransform.fold(levels, stride: stride, less: 0, into: folded)
      return .textured(texturedScore(energy: Float(energy)))
    }
    // Only the first moment holds the mean; without it the small moments of a smooth block lose no digits.
    MomentTransform.fold(levels, stride: stride, less: Float((sum / points).rounded()), into: folded)
    return .smooth(smoothScore(energy: Float(energy)))
  }

  /// What share of a smooth block's moments are the highest ones, down and across: coding leaves little of them.
  private func smoothScore(energy: Float) -> Double {
    let last = Self.size - 1
    plain.apply(to: folded, into: moments)
    moments[0][0] = 0
    var columns = Vector.zero
    for p in 0..<last { columns += Self.magnitude(moments[p]) }
    let lastRow = Self.magnitude(moments[last])
    columns += lastRow
    // The moments are those of the block before normalising: the constant grows instead.
    let all = columns.sum() + Self.steadier * energy.squareRoot()
    let down = min(lastRow.sum() / all, Self.highestShare)
    let across = min(columns[last] / all, Self.highestShare)
    return logarithm(ofOneLess: Double(down + across) / 2) / logarithm(ofOneLess: Double(Self.highestShare))
  }

  /// How far a textured block is from its blurred copy: what is blurred already changes little.
  private func texturedScore(energy: Float) -> Double {
    plain.apply(to: folded, into: moments)
    blurred.apply(to: folded, into: blurredMoments)
    // The basis is orthonormal: the blurred block's moments have the energy of its samples.
    var squares = Vector.zero
    for p in 0..<Self.size { squares += blurredMoments[p] * blurredMoments[p] }
    moments[0][0] = 0
    blurredMoments[0][0] = 0
    let scale = 1 / energy.squareRoot()
    let blurredScale = 1 / squares.sum().squareRoot()
    var similarity = Vector.zero
    for p in 0..<Self.size {
      let a = moments[p] * scale
      let b = blurredMoments[p] * blurredScale
      let product = a * b
      similarity += (product + product + Self.steadier) / (a * a + b * b + Self.steadier)
    }
    return 1 - Double(similarity.sum()) / Double(Self.size * Self.size)
  }

  @inline(__always)
  private static func magnitude(_ v: Vector) -> Vector { v.replacing(with: -v, where: v .< 0) }
}

/// ln(1 - x) for 0 <= x <= 0.05, by its series.
///
/// Not the system's `log`, whose last bits depend on the processor: this feeds a decision.
private func logarithm(ofOneLess x: Double) -> Double {
  var sum = 0.0
  for k in stride(from: 10, through: 1, by: -1) { sum = (sum + 1 / Double(k)) * x }
  return -sum
}
