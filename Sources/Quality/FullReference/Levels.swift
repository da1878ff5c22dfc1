import Imaging

/// One channel of a picture as a display gets it: 8-bit levels, what full-reference metrics compare.
public struct Levels: Sendable, Equatable {
  /// Samples in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width * height` samples, rows from the top.
  public let values: [UInt8]

  /// The channels that are compared.
  public enum Channels: String, Sendable, CaseIterable {
    /// Full-range BT.601 luma; of a grey image, its only channel.
    case luma
    /// Red, green and blue; of a grey image, its only channel.
    case rgb
  }

  /// One channel of 8-bit samples.
  ///
  /// - Precondition: `values.count == width * height`; the sizes come from the caller's own code, never from a file.
  public init(width: Int, height: Int, values: [UInt8]) {
    precondition(width >= 0 && height >= 0 && values.count == width * height, "levels need width * height samples")
    self.width = width
    self.height = height
    self.values = values
  }

  /// The channels of an image, rounded to 8 bits; alpha has no part.
  ///
  /// - Throws: `ImageConversionError.cmykLevels` for CMYK, which has neither luma nor red, green and blue.
  public static func of(_ image: Image, _ channels: Channels) throws(ImageConversionError) -> [Levels] {
    if image.colorModel == .cmyk { throw .cmykLevels }
    if channels == .luma {
      return [Levels(width: image.width, height: image.height, values: image.lumaLevels())]
    }
    let source = try image.converted(to: .png, depth: .eight)
    guard case .eight(let samples) = source.samples else { return [] }
    let count = source.colorModel.channels
    return (0..<count).map { channel in
      let values = [UInt8](unsafeUninitializedCapacity: source.width * source.height) { buffer, filled in
        for index in buffer.indices { buffer[index] = samples[index * count + channel] }
        filled = buffer.count
      }
      return Levels(width: source.width, height: source.height, values: values)
    }
  }
}
