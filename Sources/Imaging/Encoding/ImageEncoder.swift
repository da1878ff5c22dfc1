/// Writes JPEG and PNG files.
public enum ImageEncoder {
  /// Bytes that a codec holds while it writes a picture, beside its samples and the file; 0 where rows stream.
  ///
  /// JPEG coefficients up to 32 megapixels, where Huffman tables are made for the picture, and in progressive files.
  public static func memory(width: Int, height: Int, colorModel: ColorModel, as options: EncodingOptions) -> Int {
    switch options {
    case .jpeg(let options):
      JPEGEncoder.memory(width: width, height: height, colorModel: colorModel, options: options)
    case .png: 0
    }
  }

  /// A file with this picture.
  ///
  /// JPEG takes grey, YCbCr and CMYK samples of 8 bits, and RGB samples, which are converted to YCbCr first; an alpha
  /// channel that hides nothing is left out. PNG takes grey and RGB samples of 8 or 16 bits, with or without alpha, and
  /// YCbCr samples, which are converted to RGB first.
  ///
  /// - Parameters:
  ///   - image: The picture.
  ///   - options: The format and how to write it.
  ///   - metadata: What to keep; ``Metadata/losses(writingAs:policy:)`` tells what won't fit.
  /// - Throws: ``ImageEncodingError``.
  public static func encode(
    _ image: Image, as options: EncodingOptions, metadata: MetadataPolicy = .all
  ) throws(ImageEncodingError) -> [UInt8] {
    switch options {
    case .jpeg(let options): try JPEGEncoder.encode(image, options: options, policy: metadata)
    case .png(let options): try PNGEncoder.encode(image, options: options, policy: metadata)
    }
  }
}
