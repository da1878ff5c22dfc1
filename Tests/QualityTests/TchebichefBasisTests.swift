import Quality
import Testing

@Suite struct TchebichefBasisTests {
  private func product(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func row(_ p: Int, of values: [Double], size: Int) -> ArraySlice<Double> {
    values[(p * size)..<((p + 1) * size)]
  }

  @Test(arguments: [1, 2, 4, 8, 16])
  func polynomialsAreOrthonormal(size: Int) {
    let basis = TchebichefBasis(size: size)
    for p in 0..<size {
      for q in 0..<size {
        let value = product(row(p, of: basis.polynomials, size: size), row(q, of: basis.polynomials, size: size))
        #expect(abs(value - (p == q ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test(arguments: [4, 8])
  func evenDegreesAreSymmetricAndOddOnesAntisymmetric(size: Int) {
    let basis = TchebichefBasis(size: size)
    for values in [basis.polynomials, basis.blurredPolynomials] {
      for p in 0..<size {
        let here = row(p, of: values, size: size)
        let sign: Double = p % 2 == 0 ? 1 : -1
        for (a, b) in zip(here, here.reversed()) { #expect(abs(a - sign * b) < 1e-12) }
      }
    }
  }

  @Test(arguments: [4, 8])
  func degreesGrowByOne(size: Int) {
    // A polynomial of degree p is orthogonal to every power of x below p.
    let basis = TchebichefBasis(size: size)
    for p in 1..<size {
      for power in 0..<p {
        let values = (0..<size).map { x in (0..<power).reduce(1.0) { product, _ in product * Double(x) / 8 } }
        #expect(abs(product(row(p, of: basis.polynomials, size: size), values[...])) < 1e-12)
      }
    }
  }

  @Test(arguments: [4, 8])
  func blurredPolynomialsGiveTheMomentsOfABlurredBlock(size: Int) {
    let basis = TchebichefBasis(size: size)
    let block = (0..<(size * size)).map { Double(($0 * 7919) % 256) }
    let blurred = blur(block, size: size)
    for p in 0..<size {
      for q in 0..<size {
        let direct = moment(p, q, of: blurred, polynomials: basis.polynomials, size: size)
        let short = moment(p, q, of: block, polynomials: basis.blurredPolynomials, size: size)
        #expect(abs(direct - short) < 1e-9)
      }
    }
  }

  private func moment(_ p: Int, _ q: Int, of block: [Double], polynomials: [Double], size: Int) -> Double {
    var sum = 0.0
    for y in 0..<size {
      for x in 0..<size { sum += polynomials[p * size + y] * block[y * size + x] * polynomials[q * size + x] }
    }
    return sum
  }

  /// The 3x3 Gaussian of sigma 5 with zeros around: weights 1, exp(-0.02) and exp(-0.04).
  private func blur(_ block: [Double], size: Int) -> [Double] {
    let edge = 0.9801986733067553
    let corner = 0.9607894391523232
    let total = 1 + 4 * edge + 4 * corner
    return block.indices.map { i in
      var sum = 0.0
      for dy in -1...1 {
        for dx in -1...1 {
          let y = i / size + dy
          let x = i % size + dx
          guard (0..<size).contains(y), (0..<size).contains(x) else { continue }
          sum += block[y * size + x] * (dx * dy != 0 ? corner : dx == 0 && dy == 0 ? 1 : edge)
        }
      }
      return sum / total
    }
  }
}
