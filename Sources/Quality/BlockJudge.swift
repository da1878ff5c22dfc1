import CKernels
import Imaging

/// Classifies and scores the blocks of a plane.
///
/// Normalising a block is a factor on its moments, removing its mean sets the first moment to 0, and the energy of the
/// others (SSM) follows from the sum of the samples and of their squares. On 8-bit levels both sums are exact in
/// `Float`, and with them the class of a block. The scores are the same bits whatever the processor.
struct BlockJudge {
  enum Verdict {
    case black
    case constant
    case smooth(Double)
    case textured(Double)
  }

  /// C of the paper: steadies the quotients.
  private static let steadier: Float = 1e-5
  /// SSM, the share of a block's energy outside its mean, above which it is textured.
  private static let texturedAbove = 0.004
  /// What a direction's share of the highest moments is cut to; where both reach it the score is 1.
  private static let highestShare: Float = 0.05

  /// Samples along a side of a block.
  private let size: Int
  private let polynomials, blurredPolynomials: [Float]
  private let judgeRow: JudgeRow

  private typealias JudgeRow =
    @convention(c) (
      UnsafePointer<Float>?, Int, Int, UnsafePointer<rbqe_assessor>?, UnsafeMutablePointer<rbqe_block_verdict>?
    ) -> Void

  /// - Parameter size: 8 or 4.
  init(size: Int) {
    self.init(size: size, table: rbqe_kernel_table_in_use().pointee)
  }

  /// With the kernels of one instruction set.
  init(size: Int, table: rbqe_kernel_table) {
    let basis = TchebichefBasis(size: size)
    self.size = size
    polynomials = basis.polynomials.map { Float($0) }
    blurredPolynomials = basis.blurredPolynomials.map { Float($0) }
    judgeRow = table.assess
  }

  /// Judges a row of blocks, from left to right.
  ///
  /// - Parameter row: below the one before last of `plane`'s whole blocks; they begin half a block off its corner.
  func judge(_ plane: Plane, row: Int) -> [Verdict] {
    let count = plane.width / size - 1
    let verdicts = [rbqe_block_verdict](unsafeUninitializedCapacity: count) { verdicts, initialized in
      plane.samples.withUnsafeBufferPointer { samples in
        polynomials.withUnsafeBufferPointer { polynomials in
          blurredPolynomials.withUnsafeBufferPointer { blurredPolynomials in
            var assessor = rbqe_assessor(
              size: size, polynomials: polynomials.baseAddress, blurred_polynomials: blurredPolynomials.baseAddress,
              textured_above: Self.texturedAbove, steadier: Self.steadier, highest_share: Self.highestShare)
            let first = samples.baseAddress.map { $0 + (size / 2 + row * size) * plane.width + size / 2 }
            judgeRow(first, plane.width, count, &assessor, verdicts.baseAddress)
          }
        }
      }
      initialized = count
    }
    return verdicts.map { verdict(of: $0) }
  }

  private func verdict(of block: rbqe_block_verdict) -> Verdict {
    switch Int(block.kind) {
    case RBQE_BLACK: .black
    case RBQE_CONSTANT: .constant
    case RBQE_SMOOTH: .smooth(smoothScore(highest: Double(block.value)))
    default: .textured(1 - Double(block.value) / Double(size * size))
    }
  }

  /// How little of a smooth block's moments the highest ones are: coding leaves little of them.
  private func smoothScore(highest: Double) -> Double {
    logarithm(ofOneLess: highest / 2) / logarithm(ofOneLess: Double(Self.highestShare))
  }
}

/// ln(1 - x) for 0 <= x <= 0.05, by its series.
///
/// Not the system's `log`, whose last bits depend on the processor: this feeds a decision.
private func logarithm(ofOneLess x: Double) -> Double {
  var sum = 0.0
  for k in stride(from: 10, through: 1, by: -1) { sum = (sum + 1 / Double(k)) * x }
  return -sum
}
