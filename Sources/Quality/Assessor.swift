import Imaging

/// The no-reference quality score that decides when an image is good enough (RBQE, Xing et al., ECCV 2020,
/// arXiv 2006.16581), built on discrete Tchebichef moments.
///
/// Blocks of ``BlockSize`` samples are taken half a block off the codec's grid, so that each straddles the seams of four
/// coded blocks. A smooth block is judged by the share of its highest moments, of which coding leaves little beside what
/// the seams add to the others; a textured one by how much a slight blur changes it, little where detail is gone already.
///
/// There are `height / B - 1` rows of `width / B - 1` blocks; an image with a side shorter than `2 * B` has none and
/// scores 1.
public struct Assessor: Sendable, Hashable {
  /// How blocks of a single value count.
  public enum Variant: String, Sendable, CaseIterable {
    /// They say nothing about compression and are left out. An image of nothing else scores 1.
    case evidence
    /// As published: they are smooth, with the worst score 0, or the best, 1, if they are black.
    case paper
  }

  /// The side of a block in samples: that of the codec's transform.
  public enum BlockSize: Int, Sendable, CaseIterable {
    /// For JPEG.
    case eight = 8
    /// For HEVC.
    case four = 4
  }

  /// How blocks of a single value count.
  public let variant: Variant
  /// The side of a block in samples.
  public let blockSize: BlockSize

  /// An assessor; without arguments the product's for JPEG.
  public init(variant: Variant = .evidence, blockSize: BlockSize = .eight) {
    self.variant = variant
    self.blockSize = blockSize
  }

  /// The score as published, for JPEG.
  public static let paper = Assessor(variant: .paper)

  /// Scores a luma plane.
  ///
  /// Samples are rounded to 8-bit levels first: what lies outside 0...1 goes to the nearer end, NaN to 0. The result
  /// depends on these levels alone, down to the last bit.
  public func assess(_ luma: Plane) -> Assessment {
    assess([luma])
  }

  /// Scores several parts of one image together: block means run over the blocks of all of them, in their order.
  public func assess(_ parts: [Plane]) -> Assessment {
    var tally = BlockTally()
    for part in parts { tally.add(self.tally(part)) }
    return Assessment(tally)
  }

  private func tally(_ luma: Plane) -> BlockTally {
    let size = blockSize.rawValue
    var tally = BlockTally()
    guard luma.width >= 2 * size, luma.height >= 2 * size else { return tally }
    let judge = BlockJudge(size: size)
    for row in 0..<(luma.height / size - 1) {
      var rowTally = BlockTally()
      for verdict in judge.judge(luma, row: row) { rowTally.add(verdict, variant: variant) }
      tally.add(rowTally)
    }
    return tally
  }
}
