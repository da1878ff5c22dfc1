/// Why a picture couldn't be written in a format.
public enum ImageEncodingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The format can't hold these samples; convert first with ``Image/converted(to:depth:)``.
  case wrongSamples(ImageFormat, colorModel: ColorModel, depth: BitDepth)
  /// JPEG has no alpha.
  case alpha
  /// JPEG takes at most 65500 pixels a side, PNG 2147483647.
  case tooLarge(ImageFormat, width: Int, height: Int, limit: Int)
  /// An option outside its range.
  case badOption(name: String, value: Int, range: ClosedRange<Int>)
  /// Memory ran out.
  case outOfMemory
  /// The codec refused, in its own words.
  case codec(ImageFormat, String)

  /// What happened, why, and what to do about it.
  public var description: String {
    switch self {
    case .wrongSamples(let format, colorModel: .cmyk, _):
      "the picture has CMYK colours, which \(format) can't hold; write JPEG (--format jpeg)"
    case .wrongSamples(let format, let model, let depth):
      "\(format) can't hold \(model.rawValue) samples of \(depth.rawValue) bits; convert the image first"
    case .alpha:
      "the picture has transparency, which JPEG can't hold; write PNG (--format png)"
    case .tooLarge(let format, let width, let height, let limit):
      "the picture has \(width) x \(height) pixels, and \(format) takes at most \(limit) a side; write PNG or split it"
    case .badOption(let name, let value, let range):
      "\(name) is \(value), and must be \(range.lowerBound) to \(range.upperBound)"
    case .outOfMemory:
      "memory ran out while encoding; run fewer jobs or use a smaller picture"
    case .codec(let format, let text):
      "the \(format) encoder failed: \(text)"
    }
  }
}

extension ImageEncodingError {
  /// The rest of the picture's rows never came; whoever was to write them says why.
  static func abandoned(_ format: ImageFormat) -> ImageEncodingError {
    .codec(format, "the picture ended too early")
  }
}
