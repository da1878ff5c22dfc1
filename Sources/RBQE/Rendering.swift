import Imaging

/// An enhanced image in its samples.
public struct Rendering: Sendable {
  /// The image.
  public let image: Image
  /// The exit taken; of an image that was decided about tile by tile the deepest.
  public let exit: Int
  /// Where each tile left, with ``Granularity/tile``.
  public let tiles: TileExits?
  /// Multiply-accumulates a pixel of everything that ran.
  public let macsPerPixel: Double
  /// Time that ``Enhancement/timings`` doesn't count.
  public let timings: Timings
  /// The no-reference score of the result, if one was asked for.
  public let score: Double?
  /// What became of the constraint, with all counts.
  public let constraint: ConstraintReport?

  /// - Parameters:
  ///   - enhancement: Says what was known before.
  ///   - tiles: Where each tile left, if that became known only now.
  ///   - macs: Multiply-accumulates that the enhancement doesn't count.
  ///   - timings: Nil: no time worth counting.
  ///   - constraint: Nil: as it was known.
  init(
    _ image: Image, of enhancement: Enhancement, tiles: TileExits? = nil, macs: Int = 0, timings: Timings? = nil,
    score: Double?, constraint: ConstraintReport? = nil
  ) {
    self.image = image
    exit = tiles?.deepest ?? enhancement.choice.exit
    self.tiles = tiles ?? enhancement.tiles
    macsPerPixel = enhancement.macsPerPixel + Double(macs) / Double(image.width * image.height)
    self.timings = timings ?? StageClock(exitCount: enhancement.choice.exitCount).timings
    self.score = score
    self.constraint = constraint ?? enhancement.constraint
  }
}
