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
    try check(width: image.width, height: image.height, as: options)
    let image = try image.fitted(to: options.format)
    return try image.samples.withUnsafeStart { start throws(ImageEncodingError) in
      try encode(image.pictureDescription, PictureRows(start: start), as: options, metadata: metadata)
    }
  }

  /// A file with a picture whose samples are the format's own.
  static func encode(
    _ picture: PictureDescription, _ rows: PictureRows, as options: EncodingOptions,
    metadata: MetadataPolicy
  ) throws(ImageEncodingError) -> [UInt8] {
    switch options {
    case .jpeg(let options):
      try JPEGEncoder.encode(picture, rows, options: options, policy: metadata)
    case .png(let options): try PNGEncoder.encode(picture, rows, options: options, policy: metadata)
    }
  }

  /// Refuses what no picture of this size can be written with: ask before an enhancement, not after.
  ///
  /// - Throws: ``ImageEncodingError/tooLarge(_:width:height:limit:)`` or
  ///   ``ImageEncodingError/badOption(name:value:range:)``.
  public static func check(width: Int, height: Int, as options: EncodingOptions) throws(ImageEncodingError) {
    switch options {
    case .jpeg(let options): try JPEGEncoder.check(width: width, height: height, options)
    case .png(let options): try PNGEncoder.check(width: width, height: height, options)
    }
  }
}
