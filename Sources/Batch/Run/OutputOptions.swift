import Imaging

/// How results are encoded.
public struct OutputOptions: Sendable, Equatable {
  /// Bits of a PNG sample; nil means those of the input.
  public var depth: BitDepth?
  /// For JPEG results.
  public var jpeg: JPEGOptions
  /// For PNG results.
  public var png: PNGOptions
  /// What metadata the result carries.
  public var metadata: MetadataPolicy

  /// Options, by default: the input's depth, JPEG quality 95 at 4:4:4, all metadata.
  public init(
    depth: BitDepth? = nil, jpeg: JPEGOptions = JPEGOptions(), png: PNGOptions = PNGOptions(),
    metadata: MetadataPolicy = .all
  ) {
    self.depth = depth
    self.jpeg = jpeg
    self.png = png
    self.metadata = metadata
  }

  /// What the encoder is asked for.
  func encoding(for format: ImageFormat) -> EncodingOptions {
    switch format {
    case .jpeg: .jpeg(jpeg)
    case .png: .png(png)
    }
  }
}
