/// How a JPEG file is written.
public struct JPEGOptions: Sendable, Equatable {
  /// IJG scale, 1...100.
  public var quality: Int
  /// Quantise with the tables of the JPEG file that the image came from, where it came from one, instead.
  public var matchesSource: Bool
  /// Resolution of the colour differences; grey and CMYK have none to reduce.
  public var sampling: ChromaSampling
  /// Write coarse to fine; needs the whole picture's coefficients in memory.
  public var progressive: Bool

  /// Options; the defaults lose next to nothing.
  public init(
    quality: Int = 95, sampling: ChromaSampling = .s444, progressive: Bool = false, matchesSource: Bool = false
  ) {
    self.quality = quality
    self.matchesSource = matchesSource
    self.sampling = sampling
    self.progressive = progressive
  }
}

/// How a PNG file is written; its depth is the image's.
public struct PNGOptions: Sendable, Equatable {
  /// zlib level from 0, stored, to 9, smallest.
  public var level: Int

  /// Options; on photographs, levels above the default take twice the time and more for 2% at most.
  public init(level: Int = 3) {
    self.level = level
  }
}

/// A format together with its options.
public enum EncodingOptions: Sendable, Equatable {
  /// A JPEG file.
  case jpeg(JPEGOptions = JPEGOptions())
  /// A PNG file.
  case png(PNGOptions = PNGOptions())

  /// The format.
  public var format: ImageFormat {
    switch self {
    case .jpeg: .jpeg
    case .png: .png
    }
  }
}
