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

  /// Sides of the part that are tried, largest first; the last is taken whatever it costs.
  private static let sides = [1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32]
  /// Bytes of a pixel at the quality below, in photographs; only where the search begins depends on it.
  private static let bytesPerPixel = 0.3
  private static let options = EncodingOptions.jpeg(JPEGOptions(quality: 92))

  /// Cuts the pictures.
  ///
  /// - Parameters:
  ///   - before: the image as it came.
  ///   - after: the result, of the same size.
  ///   - budget: bytes that the files should stay below, together.
  /// - Throws: `ImageConversionError` for CMYK, ``PictureError`` for images of different sizes.
  public init(before: Image, after: Image, budget: Int) throws {
    guard before.width == after.width, before.height == after.height else { throw PictureError.sizes }
    width = before.width
    height = before.height
    let first = try Levels.of(before, .luma)[0]
    let second = try Levels.of(after, .luma)[0]
    let difference = DifferenceMap(first, second)
    largestDifference = difference.means.max() ?? 0
    meanDifference = difference.mean
    let isSame = largestDifference == 0
    map =
      isSame
      ? nil : try ImageEncoder.encode(difference.picture.turned(as: before), as: .png(PNGOptions(level: 9)))
    let rest = budget - (map?.count ?? 0)
    let affordable = (Double(rest) / Self.bytesPerPixel / (isSame ? 1 : 2)).squareRoot() * 1.5
    let sides = Self.sides.filter { Double($0) <= affordable }
    var chosen: (part: Part, before: [UInt8], after: [UInt8]?)?
    for side in sides.isEmpty ? Self.sides.suffix(1) : sides[...] {
      let part = Part(side: side, of: before, difference: difference)
      let files = (
        part, try ImageEncoder.encode(part.cut(from: before), as: Self.options, metadata: .none),
        isSame ? nil : try ImageEncoder.encode(part.cut(from: after), as: Self.options, metadata: .none)
      )
      chosen = files
      if files.1.count + (files.2?.count ?? 0) <= rest { break }
    }
    guard let chosen else { throw PictureError.sizes }
    x = chosen.part.x
    y = chosen.part.y
    partWidth = chosen.part.width
    partHeight = chosen.part.height
    self.before = chosen.before
    self.after = chosen.after
  }
}

/// Why pictures can't be shown side by side.
public enum PictureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// They have different sizes.
  case sizes

  /// What happened.
  public var description: String { "the two pictures have different sizes, so they can't be laid over each other" }
}

/// A rectangle of an image.
private struct Part {
  let x, y, width, height: Int

  init(side: Int, of image: Image, difference: DifferenceMap) {
    let cells = max(1, side / difference.cell)
    let corner = difference.densestWindow(columns: cells, rows: cells)
    width = min(side, image.width)
    height = min(side, image.height)
    x = min(corner.column * difference.cell, image.width - width)
    y = min(corner.row * difference.cell, image.height - height)
  }

  /// The part as an image of 8 bits without metadata, but turned as the image is.
  func cut(from image: Image) throws -> Image {
    let opaque = Image(
      width: image.width, height: image.height, colorModel: image.colorModel, samples: image.samples)
    let source = try opaque.converted(to: .jpeg, depth: .eight)
    guard case .eight(let samples) = source.samples else { return source }
    let channels = source.colorModel.channels
    var cut: [UInt8] = []
    cut.reserveCapacity(width * height * channels)
    for row in y..<y + height {
      let start = (row * source.width + x) * channels
      cut += samples[start..<start + width * channels]
    }
    return Image(width: width, height: height, colorModel: source.colorModel, samples: .eight(cut)).turned(as: image)
  }
}

extension Image {
  /// The same pixels, to be looked at the way another image is.
  fileprivate func turned(as other: Image) -> Image {
    var result = self
    result.metadata = Metadata(exif: other.metadata.exif)
    return result
  }
}
