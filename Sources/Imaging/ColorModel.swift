/// What the colour samples of an image mean.
public enum ColorModel: String, Sendable, CaseIterable {
  /// One sample: lightness.
  case gray
  /// Three samples: Y, Cb, Cr, full range BT.601 as in JFIF; colour differences are centred on 128/255.
  case ycbcr
  /// Three samples: red, green, blue.
  case rgb
  /// Four samples as the JPEG stores them: CMYK or YCCK, inverted or not; see ``JPEGDescription``.
  case cmyk

  /// Colour samples of a pixel, alpha not counted.
  public var channels: Int {
    switch self {
    case .gray: 1
    case .ycbcr, .rgb: 3
    case .cmyk: 4
    }
  }
}

/// Bits of a sample.
public enum BitDepth: Int, Sendable, CaseIterable {
  /// 0...255.
  case eight = 8
  /// 0...65535.
  case sixteen = 16

  /// The sample that stands for 1.
  public var maximum: Int {
    switch self {
    case .eight: 255
    case .sixteen: 65535
    }
  }
}
