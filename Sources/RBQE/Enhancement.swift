import Imaging

/// What enhancing one image gave: the picture, and how it came about.
public struct Enhancement: Sendable {
  /// The image that went in.
  public let source: Image
  /// The exit taken, and how it was chosen.
  public let choice: ExitChoice
  /// Multiply-accumulates a pixel of everything that ran, the sample of a large image included.
  public let macsPerPixel: Double
  /// Where the time went.
  public let timings: Timings

  /// The restored planes, absent at exit 0.
  let planes: [Plane]?

  /// The enhanced image, ready to be encoded: samples rounded once, metadata and alpha as they were.
  ///
  /// - Parameters:
  ///   - format: decides the colour model: YCbCr for JPEG, RGB for PNG, grey stays grey.
  ///   - depth: bits of a PNG sample; by default those of the source. A JPEG always has 8.
  /// - Throws: `ImageConversionError` if the format can't hold the image, such as CMYK in PNG.
  public func image(for format: ImageFormat, depth: BitDepth? = nil) throws -> Image {
    guard let planes else { return try source.converted(to: format, depth: depth) }
    return try source.replacing(planes: planes, for: format, depth: depth)
  }
}
