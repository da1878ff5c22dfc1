/// A decoded picture: integer samples as the file has them, and all that came with them.
///
/// Pixels are never rotated: ``Metadata/orientation`` says how to look at them, and travels along.
public struct Image: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What the colour samples mean.
  public let colorModel: ColorModel
  /// Colour samples, interleaved, rows from the top without padding: `width * height * colorModel.channels`.
  public let samples: Samples
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

  /// Bits of a sample, colour and alpha alike.
  public var bitDepth: BitDepth { samples.bitDepth }

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
    self.samples = samples
    self.alpha = alpha
    self.metadata = metadata
    self.jpeg = jpeg
    self.notices = notices
  }
}
