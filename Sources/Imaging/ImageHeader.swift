/// What the first part of a file says about its picture, known without decoding it.
public struct ImageHeader: Sendable, Equatable {
  /// The file's format.
  public let format: ImageFormat
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What the colour samples mean once decoded; palettes count as colour.
  public let colorModel: ColorModel
  /// Whether pixels have an alpha sample, a transparent palette entry or key included.
  public let hasAlpha: Bool
  /// Bits of a sample in the file: 8 for JPEG, 1, 2, 4, 8 or 16 for PNG (for a palette: of its indices).
  public let sourceBits: Int
  /// Whether the picture comes in several passes (progressive or multi-scan JPEG, interlaced PNG), which the codec can
  /// only decode by holding it whole.
  public let needsWholePicture: Bool
  /// Bytes of coefficients, or of an interlaced picture, that the codec holds while it decodes; 0 where rows stream.
  public let codecMemory: Int
  /// Whether decoding gives a JPEG file's coefficients in place of samples; that depends on nothing but the file.
  public let keepsCoefficients: Bool
  /// What a JPEG file says about its coding; `nil` for PNG.
  public let jpeg: JPEGDescription?

  /// Depth of the decoded samples.
  public var bitDepth: BitDepth { sourceBits == 16 ? .sixteen : .eight }

  /// Samples of a decoded pixel, alpha included.
  public var channels: Int { colorModel.channels + (hasAlpha ? 1 : 0) }

  /// `width * height`.
  public var pixels: Int { width.multiplied(saturating: height) }

  /// Bytes that decoding takes: the samples and what the codec holds beside them, or the coefficients alone.
  public var decodedBytes: Int {
    if keepsCoefficients { return codecMemory }
    return pixels.multiplied(saturating: channels * bitDepth.rawValue / 8).adding(saturating: codecMemory)
  }
}
