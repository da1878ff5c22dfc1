import Imaging
import Quality

/// What enhancing one image gave: the picture, and how it came about.
public struct Enhancement: Sendable {
  /// The image that went in.
  public let source: Image
  /// The exit taken, and how it was chosen.
  ///
  /// Of an image that is decided about tile by tile, what ``tiles`` says of the deepest one.
  public let choice: ExitChoice
  /// Where each tile leaves, with ``Granularity/tile``.
  ///
  /// Unless all are left alone the exits become known as the image is rendered; here they are the least that they can
  /// be. See ``Rendering/tiles``.
  public let tiles: TileExits?
  /// Multiply-accumulates a pixel of everything that it takes, the sample of a large image included; tile by tile, those
  /// that the decisions at exit 0 took.
  public let macsPerPixel: Double
  /// Where the time went until the exit was chosen; for a small image that is all of it.
  public let timings: Timings
  /// The JPEG compression that the pixels of an image that came without loss tell of; nil where they tell of none, and
  /// where nothing was looked for, as without a constraint.
  ///
  /// The block grid of a picture that was cropped begins outside of it.
  public let found: FoundCompression?
  /// What became of the constraint; nil at exit 0, without one, and for images of which no compression is known.
  ///
  /// Of a large image the count of coefficients is known once it is rendered.
  public let constraint: ConstraintReport?

  let result: Result
  let scorer: Assessor?

  /// Where the enhanced picture is.
  enum Result: Sendable {
    /// Exit 0.
    case source
    case planes([Plane])
    /// A large image, not computed before it is known which samples are wanted, so that it never exists in
    /// floating point.
    case pending(FinalPass)
    /// An image of which each tile is decided about when it is computed.
    case tiles(TilePass)
    /// An image with more columns and rows at its left and top, which are taken off.
    indirect case part(of: Enhancement, left: Int, top: Int)
  }

  /// - Parameters:
  ///   - source: The image without what alignment put before it.
  ///   - whole: What enhancing it with that gave.
  init(part aligned: AlignedImage, of whole: Enhancement, source: Image) {
    let pixels = Double(aligned.image.width * aligned.image.height)
    self.init(
      source: source, choice: whole.choice, tiles: nil,
      macsPerPixel: whole.macsPerPixel * pixels / Double(source.width * source.height), timings: whole.timings,
      found: whole.found, constraint: whole.constraint,
      result: whole.choice.exit > 0 ? .part(of: whole, left: aligned.left, top: aligned.top) : .source,
      scorer: whole.scorer)
  }

  init(
    source: Image, choice: ExitChoice, tiles: TileExits?, macsPerPixel: Double, timings: Timings,
    found: FoundCompression?, constraint: ConstraintReport?, result: Result, scorer: Assessor?
  ) {
    self.source = source
    self.choice = choice
    self.tiles = tiles
    self.macsPerPixel = macsPerPixel
    self.timings = timings
    self.found = found
    self.constraint = constraint
    self.result = result
    self.scorer = scorer
  }

  /// The result in floating point, before it is rounded; nil where it isn't held: at exit 0, of large images, and of
  /// those that were cropped after a compression.
  package var planes: [Plane]? {
    if case .planes(let planes) = result { planes } else { nil }
  }

  /// The enhanced image, ready to be encoded: samples rounded once, metadata and alpha as they were.
  ///
  /// Of an image above 2 megapixels, and with ``Granularity/tile``, this call computes the pixels.
  ///
  /// - Parameters:
  ///   - format: decides the colour model: YCbCr for JPEG, RGB for PNG, grey stays grey.
  ///   - depth: bits of a PNG sample; by default those of the source. A JPEG always has 8.
  /// - Throws: `ImageConversionError` if the format can't hold the image, such as CMYK in PNG; `SessionError` if
  ///   memory is short or the call was cancelled.
  public func image(for format: ImageFormat, depth: BitDepth? = nil) throws -> Image {
    try render(for: format, depth: depth).image
  }

  /// The image, with what became known while it was made.
  ///
  /// - Throws: as ``image(for:depth:)``.
  public func render(for format: ImageFormat, depth: BitDepth? = nil) throws -> Rendering {
    try render(for: format, depth: depth, encoding: nil)
  }

  /// The same, with the file, where it is made along with the pixels: that of a large image.
  ///
  /// - Parameter encoding: as what, and with which metadata; its format must be `format`.
  package func render(
    for format: ImageFormat, depth: BitDepth?, encoding: StreamedEncoding?
  ) throws -> Rendering {
    let clock = StageClock(exitCount: choice.exitCount)
    let known = choice.scores[choice.exit]
    var report = constraint
    switch result {
    case .source:
      return Rendering(try source.converted(to: format, depth: depth), of: self, score: known)
    case .planes(let planes):
      return Rendering(try source.replacing(planes: planes, for: format, depth: depth), of: self, score: known)
    case .pending(let pass):
      let (image, clamped) = try clock.measure(.infer(exit: pass.exit)) {
        try pass.run(for: format, depth: depth, encoding: encoding)
      }
      if let encoding { clock.count(.zero - encoding.wait, as: .infer(exit: pass.exit)) }
      if pass.constraint != nil { report?.clamped = clamped }
      let isScored = known != nil && pass.strength == 1 && pass.constraint == nil
      let score =
        isScored ? known : clock.measure(.assess) { scorer.map { $0.assess(pass.frame.judged(of: image)).score } }
      return Rendering(image, of: self, timings: clock.timings, score: score, constraint: report)
    case .part(let whole, let left, let top):
      let rendering = try whole.render(for: format, depth: depth, encoding: nil)
      return Rendering(
        rendering.image.dropped(left: left, top: top), of: self, timings: rendering.timings, score: rendering.score,
        constraint: rendering.constraint)
    case .tiles(let pass):
      let (image, outcome) = try pass.run(for: format, depth: depth, clock: clock)
      if report?.drop == nil { report?.clamped = outcome.clamped }
      let score = clock.measure(.assess) { scorer.map { $0.assess(pass.frame.judged(of: image)).score } }
      return Rendering(
        image, of: self, tiles: outcome.tiles, macs: outcome.macs, timings: clock.timings, score: score,
        constraint: report)
    }
  }
}
