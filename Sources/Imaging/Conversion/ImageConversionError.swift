/// Why an image couldn't become another one.
public enum ImageConversionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The target has no alpha, and the image is not opaque.
  case alpha(ImageFormat)
  /// PNG has no CMYK.
  case cmyk(ImageFormat)
  /// CMYK can't be compared with other pictures.
  case cmykLevels
  /// The target has no such depth.
  case depth(ImageFormat, BitDepth)
  /// Planes that don't belong to this image.
  case planes(expected: Int, width: Int, height: Int, found: Int)

  /// What happened, why, and what to do about it.
  public var description: String {
    switch self {
    case .alpha(let format):
      "the picture has transparency, which \(format) can't hold; write PNG (--format png)"
    case .cmyk(let format):
      "the picture has CMYK colours, which \(format) can't hold; write JPEG (--format jpeg)"
    case .cmykLevels:
      "the picture has CMYK colours, and so neither luma nor red, green and blue to compare"
    case .depth(let format, let depth):
      "\(format) can't hold \(depth.rawValue) bits a sample; write PNG (--format png) or 8 bits (--depth 8)"
    case .planes(let expected, let width, let height, let found):
      "\(expected) planes of \(width) x \(height) were expected, and \(found) came, or of another size"
    }
  }
}
