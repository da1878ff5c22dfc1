/// Reads JPEG and PNG files, told apart by content.
public enum ImageDecoder {
  /// What a file says about its picture, without decoding it.
  ///
  /// - Parameter bytes: The file; everything before the pixels is enough.
  /// - Throws: ``ImageDecodingError`` if it isn't an image, is cut off before the pixels, or of a kind that isn't done.
  public static func inspect(_ bytes: [UInt8]) throws(ImageDecodingError) -> ImageHeader {
    switch try format(of: bytes) {
    case .jpeg: try JPEGDecoder.inspect(bytes)
    case .png: try PNGDecoder.inspect(bytes)
    }
  }

  /// The picture in a file, with its metadata.
  ///
  /// Of a grey or YCbCr JPEG file the image holds the coefficients, so that nothing is rounded before it has to be:
  /// always where they take no more memory than samples would, up to 256 MB for the others (see
  /// ``ImageHeader/keepsCoefficients``).
  ///
  /// Damaged metadata is left out and noted in ``Image/notices``. Lost pixels are an error, and so is a picture that
  /// is only a part of what the file holds (animation). What follows the picture's end in a JPEG file becomes
  /// ``Metadata/trailer``, in a PNG file it is ignored.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - limits: What it may ask for; checked before anything is allocated.
  /// - Throws: ``ImageDecodingError``.
  public static func decode(
    _ bytes: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(ImageDecodingError) -> Image {
    switch try format(of: bytes) {
    case .jpeg: try JPEGDecoder.decode(bytes, limits: limits)
    case .png: try PNGDecoder.decode(bytes, limits: limits)
    }
  }

  /// The same in the samples that the codec makes, rounded by it.
  package static func decodeSamples(
    _ bytes: [UInt8], limits: DecodingLimits = DecodingLimits()
  ) throws(ImageDecodingError) -> Image {
    switch try format(of: bytes) {
    case .jpeg: try JPEGDecoder.decodeSamples(bytes, limits: limits)
    case .png: try PNGDecoder.decode(bytes, limits: limits)
    }
  }

  private static func format(of bytes: [UInt8]) throws(ImageDecodingError) -> ImageFormat {
    if bytes.isEmpty { throw .empty }
    if let format = ImageFormat.detect(bytes) { return format }
    if ImageFormat.jpegSignature.starts(with: bytes) { throw .truncated(.jpeg, row: nil, height: nil) }
    if ImageFormat.pngSignature.starts(with: bytes) { throw .truncated(.png, row: nil, height: nil) }
    throw .notAnImage(found: ForeignFormat.name(of: bytes))
  }
}
