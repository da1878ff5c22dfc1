/// The orthonormal discrete Tchebichef polynomials on a block's points, and their slightly blurred twins.
///
/// RBQE (arXiv 2006.16581), its quality assessment module, after Mukundan, Ong and Lee, "Image Analysis by Tchebichef Moments", IEEE TIP 2001.
package struct TchebichefBasis: Sendable {
  /// Points, and polynomials.
  package let size: Int
  /// `size * size` values, the polynomial of degree p in row p.
  package let polynomials: [Double]
  /// The polynomials after the blur along one axis, laid out alike.
  ///
  /// The blur is a 3x3 Gaussian (sigma 5, sum 1) with zeros around the block. It is separable and symmetric, so the
  /// moments of the blurred block are these polynomials' moments of the block itself.
  package let blurredPolynomials: [Double]

  /// The basis on `size` points; `size` must be positive.
  package init(size: Int) {
    let n = Double(size)
    var rows: [[Double]] = []
    for degree in 0..<size {
      let p = Double(degree)
      let row = (0..<size).map { x -> Double in
        let t1 = (1 - n + 2 * Double(x)) / n
        switch degree {
        case 0: return 1
        case 1: return t1
        default:
          let shrink = (p - 1) * (1 - (p - 1) * (p - 1) / (n * n))
          return ((2 * p - 1) * t1 * rows[degree - 1][x] - shrink * rows[degree - 2][x]) / p
        }
      }
      rows.append(row)
    }
    for degree in 0..<size {
      var energy = n / Double(2 * degree + 1)
      for i in 0..<(degree + 1) where i > 0 { energy *= 1 - Double(i * i) / (n * n) }
      let norm = energy.squareRoot()
      rows[degree] = rows[degree].map { $0 / norm }
    }
    self.size = size
    polynomials = rows.flatMap { $0 }
    blurredPolynomials = rows.flatMap(Self.blur)
  }

  private static func blur(_ row: [Double]) -> [Double] {
    // The 2-D kernel is the outer product of this one with itself: exp(-d^2 / (2 * 25)), d = -1, 0, 1, sum 1.
    let side = 0.9801986733067553
    let sum = 1 + 2 * side
    return row.indices.map { x in
      let left = x > 0 ? row[x - 1] : 0
      let right = x + 1 < row.count ? row[x + 1] : 0
      return (row[x] + side * (left + right)) / sum
    }
  }
}
