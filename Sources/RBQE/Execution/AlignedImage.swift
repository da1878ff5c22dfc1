import Imaging
import Quality

/// An image whose 8x8 blocks, of a compression before it was cropped and saved without loss, begin in its corner.
///
/// Gates, and what is found of a JPEG file in pixels, look at that grid, and stages were trained mostly on it. So a
/// picture that was cropped gets up to 15 columns and rows more at the left and above, which repeat its first ones and
/// are taken off the result. Where chroma has half the resolution its blocks cover 16 pixels, so of several places that
/// fit luma's blocks the one counts at which chroma's steps are found, too.
struct AlignedImage {
  let image: Image
  /// Columns and rows that were put before it.
  let left, top: Int
  /// What the pixels tell of a JPEG file.
  let found: FoundCompression?

  /// The image as it is.
  init(unchanged image: Image, found: FoundCompression? = nil) {
    self.init(image, left: 0, top: 0, found: found)
  }

  /// The image on the grid that its pixels tell of.
  init(_ image: Image) {
    self = Self.aligned(image)
  }

  private static func aligned(_ image: Image) -> AlignedImage {
    let unchanged = AlignedImage(unchanged: image, found: FoundCompression(in: image))
    guard FoundCompression.isPossible(in: image), unchanged.found?.isComplete != true,
      let grid = unchanged.found == nil ? CompressionHistory(of: image).earlierGrid : .corner
    else { return unchanged }
    let (x, y) = ((8 - grid.x) % 8, (8 - grid.y) % 8)
    // Seams alone prove nothing: patterns have some, too.
    var best = unchanged
    for (left, top) in [(x, y), (x + 8, y), (x, y + 8), (x + 8, y + 8)] where left + top > 0 {
      let extended = image.extended(left: left, top: top)
      let found = FoundCompression(in: extended, left: left, top: top)
      let other = AlignedImage(extended, left: left, top: top, found: found)
      if other.found?.isComplete == true { return other }
      if best.found == nil && other.found != nil { best = other }
    }
    return best
  }

  private init(_ image: Image, left: Int, top: Int, found: FoundCompression?) {
    self.image = image
    self.left = left
    self.top = top
    self.found = found
  }
}
