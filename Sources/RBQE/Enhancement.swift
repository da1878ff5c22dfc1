import Imaging
import Quality

/// What enhancing one image gave: the picture, and how it came about.
public struct Enhancement: Sendable {
  /// The image that went in.
  public let source: Image
  /// The exit taken, and how it was chosen.
  public let choice: ExitChoice
  /// Multiply-accumulates a pixel of everything that it takes, the sample of a large image included.
  public let macsPerPixel: Double
  /// Where the time went until the exit was chosen; for a small image that is all of it.
  public let timings: Timings
  /// What became of the constraint; nil at exit 0, without one, and for images that hold no coefficients.
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
  }

  /// The result in floating point, before it is rounded; nil where it isn't held: at exit 0, and of large images.
  package var planes: [Plane]? {
    if case .planes(let planes) = result { planes } else { nil }
  }

  /// The enhanced image, ready to be encoded: samples rounded once, metadata and alpha as they were.
  ///
  /// Of an image above 2 megapixels this call computes the pixels.
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
    let known = choice.scores[choice.exit]
    switch result {
    case .source:
      return Rendering(
        image: try source.converted(to: format, depth: depth), infer: .zero, score: known, constraint: nil)
    case .planes(let planes):
      return Rendering(
        image: try source.replacing(planes: planes, for: format, depth: depth), infer: .zero, score: known,
        constraint: constraint)
    case .pending(let pass):
      let clock = ContinuousClock()
      let start = clock.now
      let (image, clamped) = try pass.run(for: format, depth: depth, encoding: encoding)
      let infer = clock.now - start - (encoding?.wait ?? .zero)
      let isScored = known != nil && pass.strength == 1 && pass.constraint == nil
      var report = constraint
      if pass.constraint != nil { report?.clamped = clamped }
      let score = isScored ? known : scorer.map { $0.assess(pass.frame.judged(of: image)).score }
      return Rendering(image: image, infer: infer, score: score, constraint: report)
    }
  }
}

/// An enhanced image in its samples.
public struct Rendering: Sendable {
  /// The image.
  public let image: Image
  /// Time in the network, and in the constraint, that ``Enhancement/timings`` doesn't count.
  public let infer: Duration
  /// The no-reference score of the result, if one was asked for.
  public let score: Double?
  /// What became of the constraint, with all counts.
  public let constraint: ConstraintReport?
}
