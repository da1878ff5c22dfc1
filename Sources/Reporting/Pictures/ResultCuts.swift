import Imaging
import Quality

/// What a report keeps of a result while its original is decoded once more: where it changed, and the parts that could
/// be shown.
struct ResultCuts {
  let difference: DifferenceMap
  /// The difference map as a PNG file; nil where nothing changed.
  let map: [UInt8]?

  /// Largest first; the last is taken whatever it costs.
  private let parts: [Part]
  /// The result in each of the parts; nil where nothing changed.
  private let cuts: [Image]?
  /// Bytes that the files of a part should stay below, together.
  private let budget: Int

  /// Sides of the part that are tried.
  private static let sides = [1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32]
  /// Bytes of a pixel at the quality below, in photographs; only where the search begins depends on it.
  private static let bytesPerPixel = 0.3
  private static let options = EncodingOptions.jpeg(JPEGOptions(quality: 92))

  /// - Throws: `ImageConversionError` for CMYK, ``PictureError`` for images of different sizes.
  init(of result: Image, original: Levels, budget: Int) throws {
    let luma = try Levels.of(result, .luma)[0]
    guard luma.width == original.width, luma.height == original.height else {
      throw PictureError.sizes
    }
    let difference = DifferenceMap(original, luma)
    let isSame = difference.largest == 0
    map =
      isSame
      ? nil
      : try ImageEncoder.encode(
        difference.picture.turned(as: result), as: .png(PNGOptions(level: 9)), metadata: .none)
    let rest = budget - (map?.count ?? 0)
    let parts = Self.sides(affordableWith: rest, pictures: isSame ? 1 : 2).map {
      Part(side: $0, width: luma.width, height: luma.height, difference: difference)
    }
    cuts = isSame ? nil : try parts.map { try $0.cut(from: result) }
    self.difference = difference
    self.parts = parts
    self.budget = rest
  }

  /// Sides of the parts that are worth trying, largest first.
  private static func sides(affordableWith budget: Int, pictures: Int) -> ArraySlice<Int> {
    let affordable = (Double(max(0, budget)) / bytesPerPixel / Double(pictures)).squareRoot() * 1.5
    let fitting = sides.filter { Double($0) <= affordable }
    return fitting.isEmpty ? sides.suffix(1) : fitting[...]
  }

  /// Bytes that the parts of an image take: each of them as samples, and the largest one while it is cut and encoded,
  /// as floating point numbers, samples and coefficients.
  static func memory(width: Int, height: Int, budget: Int) -> Int {
    let pixels = sides(affordableWith: budget, pictures: 1).map { min($0, width) * min($0, height) }
    return 3 * pixels.reduce(0, +) + 3 * (4 + 1 + 2) * (pixels.first ?? 0)
  }

  /// The first of the parts whose files fit, or the last one.
  func files(with original: Image) throws -> (part: Part, before: [UInt8], after: [UInt8]?) {
    for (index, part) in parts.enumerated() {
      let before = try ImageEncoder.encode(part.cut(from: original), as: Self.options, metadata: .icc)
      let after = try cuts.map { try ImageEncoder.encode($0[index], as: Self.options, metadata: .icc) }
      if index == parts.count - 1 || before.count + (after?.count ?? 0) <= budget {
        return (part, before, after)
      }
    }
    throw PictureError.sizes
  }
}

/// A rectangle of an image.
struct Part {
  let x, y, width, height: Int

  init(side: Int, width: Int, height: Int, difference: DifferenceMap) {
    let cells = max(1, side / difference.cell)
    let corner = difference.densestWindow(columns: cells, rows: cells)
    self.width = min(side, width)
    self.height = min(side, height)
    x = min(corner.column * difference.cell, width - self.width)
    y = min(corner.row * difference.cell, height - self.height)
  }

  /// The part as an image of 8 bits, to be looked at as the image is.
  func cut(from image: Image) throws -> Image {
    let model: ColorModel = image.colorModel == .gray ? .gray : .ycbcr
    return try Image(
      planes: image.planes(x: x, y: y, width: width, height: height), colorModel: model
    )
    .turned(as: image)
  }
}

extension Image {
  /// A profile of more bytes, as of printers, would cost a report more than its colours are worth.
  private static let largestProfile = 4096

  /// The same pixels, to be turned and coloured the way another image is.
  ///
  /// Its EXIF tells more than that, such as places: what is written leaves it out.
  fileprivate func turned(as other: Image) -> Image {
    var result = self
    let profile = other.metadata.iccProfile.flatMap { $0.count <= Self.largestProfile ? $0 : nil }
    result.metadata = Metadata(iccProfile: profile, exif: other.metadata.exif)
    return result
  }
}
