#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the no-reference assessor says of an image.
public struct Assessment: Sendable, Equatable {
  /// The image's score, 0...1; higher is better.
  ///
  /// `smoothMean`^0.9 · `texturedMean`^0.1 (RBQE, Xing et al., ECCV 2020, arXiv 2006.16581). An image too small for a block scores 1: nothing speaks against it.
  public let score: Double
  /// Mean score of the smooth blocks, 0...1; 1 without such blocks.
  ///
  /// Low where the codec's block grid shows.
  public let smoothMean: Double
  /// Mean score of the textured blocks, 0...1; 1 without such blocks.
  ///
  /// Low where detail is gone.
  public let texturedMean: Double
  /// Blocks scored as smooth.
  public let smoothBlocks: Int
  /// Blocks scored as textured.
  public let texturedBlocks: Int
  /// Blocks of a single value, which the variant `evidence` leaves out; none in the variant `paper`.
  public let omittedBlocks: Int

  /// All blocks of the image, those left out included.
  public var blockCount: Int { smoothBlocks + texturedBlocks + omittedBlocks }

  /// Textured blocks as a share of all, 0...1; 0 for an image without blocks.
  public var texturedShare: Double { blockCount == 0 ? 0 : Double(texturedBlocks) / Double(blockCount) }

  init(_ tally: BlockTally) {
    smoothBlocks = tally.smoothBlocks
    texturedBlocks = tally.texturedBlocks
    omittedBlocks = tally.omittedBlocks
    smoothMean = smoothBlocks == 0 ? 1 : tally.smoothSum / Double(smoothBlocks)
    texturedMean = texturedBlocks == 0 ? 1 : tally.texturedSum / Double(texturedBlocks)
    // A sum of rounded quotients may end a hair below 0, and a fractional power of that is NaN.
    score = pow(max(smoothMean, 0), 0.9) * pow(max(texturedMean, 0), 0.1)
  }
}
