import Imaging
import Quality

/// What a report shows of one image: the same part before and after at full resolution, and where it changed.
///
/// The part is the whole image if that fits the budget, otherwise the square that changed most.
public struct PicturePair: Sendable {
  /// The image's size in pixels.
  public let width, height: Int
  /// The part's place and size in pixels.
  public let x, y, partWidth, partHeight: Int
  /// The part as JPEG files of high quality; `after` is nil where nothing changed.
  public let before: [UInt8]
  /// The part after enhancement.
  public let after: [UInt8]?
  /// The difference map of the whole image as a PNG file, a pixel for each cell; nil where nothing changed.
  public let map: [UInt8]?
  /// Mean absolute change of luma in 8-bit levels: of the whole image, and of the cell of the map that changed most.
  public let meanDifference, largestDifference: Double

  /// Cuts the pictures.
  ///
  /// - Parameters:
  ///   - before: the image as it came.
  ///   - after: the result, of the same size.
  ///   - budget: bytes that the files should stay below, together.
  /// - Throws: `ImageConversionError` for CMYK, ``PictureError`` for images of different sizes.
  public init(before: Image, after: Image, budget: Int) throws {
    try self.init(budget: budget, before: { before }, after: { after })
  }

  /// Cuts the pictures of images that are decoded here, so that the two of them are never in memory together.
  ///
  /// - Parameters:
  ///   - before: gives the image as it came; called twice.
  ///   - after: gives the result.
  /// - Throws: as ``init(before:after:budget:)``, and what `before` and `after` throw.
  public init(budget: Int, before: () throws -> Image, after: () throws -> Image) throws {
    let luma = try Levels.of(before(), .luma)[0]
    let cuts = try ResultCuts(of: after(), original: luma, budget: budget)
    let files = try cuts.files(with: before())
    width = luma.width
    height = luma.height
    meanDifference = cuts.difference.mean
    largestDifference = cuts.difference.largest
    map = cuts.map
    x = files.part.x
    y = files.part.y
    partWidth = files.part.width
    partHeight = files.part.height
    self.before = files.before
    self.after = files.after
  }
}

extension PicturePair {
  /// About the bytes that the parts which are tried take while an image is cut, beside the image and its luma.
  public static func memoryForParts(width: Int, height: Int, budget: Int) -> Int {
    ResultCuts.memory(width: width, height: height, budget: budget)
  }
}

/// Why pictures can't be shown side by side.
public enum PictureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// They have different sizes.
  case sizes

  /// What happened.
  public var description: String { "the two pictures have different sizes, so they can't be laid over each other" }
}
