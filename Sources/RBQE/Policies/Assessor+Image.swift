import Imaging
import Quality

extension Assessor {
  /// Scores an image: its luma, or the four channels of a CMYK image as one large picture.
  public func assess(_ image: Image) -> Assessment {
    let planes = image.planes()
    return assess(Pass.passes(for: image.colorModel).map { planes[$0.planes[0]] })
  }
}
