import Imaging

/// What an enhanced image loses when it is written as JPEG once more.
public enum EncodingLoss {
  /// Loss in dB per ratio of quantisation steps, for fine steps and for those beyond `knee`.
  private static let (fine, coarse) = (2.4, 0.75)
  private static let knee = 0.5

  /// What to expect, in dB, of writing an image from a JPEG file with a quality of 1 to 100; 0 if the file's own isn't
  /// known.
  ///
  /// It goes by how coarse the new steps are, compared with those that made the artifacts. Measured means over 11
  /// validation images, with the first network, from file quality to result quality: 10 to 95 0.04 dB (this says 0.05),
  /// 50 to 95 0.28 (0.24), 85 to 95 0.66 (0.80), 90 to 95 0.83 (1.20), 95 to 95 0.92 (1.58), 98 to 95 1.88 (2.70):
  /// where much is lost it expects too much, since an image that is copied is never made worse.
  public static func expected(of image: Image, quality: Int) -> Double {
    guard let own = image.jpeg?.estimatedQuality else { return 0 }
    let ratio = step(quality) / step(own)
    return ratio <= knee ? fine * ratio : fine * knee + coarse * (ratio - knee)
  }

  /// What the IJG library multiplies its tables with, in percent.
  static func step(_ quality: Int) -> Double {
    let quality = Double(min(100, max(1, quality)))
    return quality < 50 ? 5000 / quality : max(1, 200 - 2 * quality)
  }
}
