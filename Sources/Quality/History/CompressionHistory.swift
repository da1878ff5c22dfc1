import Imaging

/// What an image tells of compressions before its last one, or before it was saved without loss.
///
/// Found in the coefficients of a JPEG file and in the pixels, of which at most about a megapixel in the middle is
/// looked at. Compressions that the last one covers, being coarser itself, leave no traces that are looked for here.
public struct CompressionHistory: Sendable, Equatable {
  /// The IJG quality of an earlier, coarser compression on the JPEG file's own block grid; `nil` where there is no
  /// trace of one.
  public let earlierQuality: Int?
  /// Where the block grid of an earlier compression lies that isn't the file's own; of an image that holds samples, any
  /// grid.
  public let earlierGrid: BlockGrid?

  /// Whether the picture was compressed before the file was made that holds it.
  public var wasCompressedBefore: Bool { earlierQuality != nil || earlierGrid != nil }

  /// Looks for traces.
  public init(of image: Image) {
    self.init(of: image, coefficients: image.coefficients)
  }

  /// Looks for traces in a picture whose last compression is known.
  package init(of image: Image, coefficients: JPEGCoefficients?) {
    let grid = BlockGrid(in: image, coefficients: coefficients)
    earlierGrid = grid
    // On another grid the coefficients say nothing, even where they seem to.
    earlierQuality = grid == nil ? coefficients.flatMap { EarlierQuantization(of: $0)?.quality } : nil
  }
}
