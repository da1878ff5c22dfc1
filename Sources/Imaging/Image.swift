/// A decoded picture: what the file holds of its pixels, and all that came with them.
///
/// Pixels are integer samples, or the coefficients of a JPEG file, which are exact where samples would be rounded.
///
/// Pixels are never rotated: ``Metadata/orientation`` says how to look at them, and travels along.
public struct Image: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What the colour samples mean.
  public let colorModel: ColorModel
  /// Where the pixels are.
  let content: Content
  /// Alpha samples of the same depth, `width * height`; `nil` for opaque images.
  ///
  /// Colour isn't premultiplied.
  public let alpha: Samples?
  /// What travels besides pixels.
  public var metadata: Metadata
  /// What a JPEG file says about its coding; `nil` for other sources.
  public let jpeg: JPEGDescription?
  /// What a reader had to leave behind or found odd, harmless to the pixels.
  public let notices: [ImageNotice]

  /// What an image holds of its pixels.
  enum Content: Sendable, Equatable {
    case samples(Samples)
    case coefficients(JPEGCoefficients)
  }

  /// Colour samples, interleaved, rows from the top without padding: `width * height * colorModel.channels`.
  ///
  /// Where the image came from a JPEG file's coefficients they are computed anew each time, in floating point, and
  /// rounded once; they differ from other decoders' by a level here and there.
  public var samples: Samples {
    switch content {
    case .samples(let samples): samples
    case .coefficients:
      Samples(width: width, height: height, colorModel: colorModel, bitDepth: .eight) { canvas in
        canvas.copy(ImageRows(self), width: width, height: height, planes: colorModel.channels)
      }
    }
  }

  /// The quantised coefficients that the pixels are made of; `nil` where the image holds samples.
  package var coefficients: JPEGCoefficients? {
    if case .coefficients(let coefficients) = content { coefficients } else { nil }
  }

  /// Bits of a sample, colour and alpha alike.
  public var bitDepth: BitDepth {
    if case .samples(let samples) = content { samples.bitDepth } else { .eight }
  }

  /// Whether there is an alpha channel.
  public var hasAlpha: Bool { alpha != nil }

  /// Samples of a pixel, alpha included.
  public var channels: Int { colorModel.channels + (hasAlpha ? 1 : 0) }

  /// An image over existing samples.
  ///
  /// - Precondition: Sizes fit together, and alpha has the colour samples' depth; they come from the caller's own
  ///   code, never from a file.
  public init(
    width: Int, height: Int, colorModel: ColorModel, samples: Samples, alpha: Samples? = nil,
    metadata: Metadata = Metadata(), jpeg: JPEGDescription? = nil, notices: [ImageNotice] = []
  ) {
    precondition(width > 0 && height > 0, "an image has pixels")
    precondition(samples.count == width * height * colorModel.channels, "samples don't match the size")
    precondition(alpha.map { $0.count == width * height } ?? true, "alpha doesn't match the size")
    precondition(alpha.map { $0.bitDepth == samples.bitDepth } ?? true, "alpha has another depth")
    self.width = width
    self.height = height
    self.colorModel = colorModel
    content = .samples(samples)
    self.alpha = alpha
    self.metadata = metadata
    self.jpeg = jpeg
    self.notices = notices
  }

  /// An image over the coefficients of a JPEG file.
  init(_ coefficients: JPEGCoefficients, metadata: Metadata, jpeg: JPEGDescription?, notices: [ImageNotice]) {
    width = coefficients.width
    height = coefficients.height
    colorModel = coefficients.colorModel
    content = .coefficients(coefficients)
    alpha = nil
    self.metadata = metadata
    self.jpeg = jpeg
    self.notices = notices
  }
}
