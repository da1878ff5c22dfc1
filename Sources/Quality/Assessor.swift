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
    for part in parts {
      switch blockSize {
      case .eight: tally.add(self.tally(part, rowsOf: SIMD8<Float>.self))
      case .four: tally.add(self.tally(part, rowsOf: SIMD4<Float>.self))
      }
    }
    return Assessment(tally)
  }

  private func tally<Vector: SIMD<Float>>(_ luma: Plane, rowsOf _: Vector.Type) -> BlockTally {
    let size = BlockJudge<Vector>.size
    let width = luma.width
    var tally = BlockTally()
    guard width >= 2 * size, luma.height >= 2 * size else { return tally }
    luma.samples.withUnsafeBufferPointer { samples in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width * size) { levels in
        guard let first = samples.baseAddress, let band = levels.baseAddress else { return }
        BlockJudge<Vector>.with { judge in
          for row in 0..<(luma.height / size - 1) {
            roundToLevels(first + (size / 2 + row * size) * width, count: size * width, into: band)
            var rowTally = BlockTally()
            for column in 0..<(width / size - 1) {
              rowTally.add(judge.judge(band + size / 2 + column * size, stride: width), variant: variant)
            }
            tally.add(rowTally)
          }
        }
      }
    }
    return tally
  }
}

/// The nearest 8-bit levels, as `Float`, of samples 0...1.
private func roundToLevels(_ samples: UnsafePointer<Float>, count: Int, into levels: UnsafeMutablePointer<Float>) {
  for i in 0..<count {
    let level = samples[i] * 255 + 0.5
    // NaN fails the first comparison.
    levels[i] = level > 0 ? Float(Int32(level < 255 ? level : 255)) : 0
  }
}
