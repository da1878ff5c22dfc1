import Imaging
import Inference

/// The rows of an image, or of a part of it, as they go through the network: Y, Cb and Cr, of grey 128/255 for both
/// colour differences.
struct PassRows: Sendable {
  private let rows: ImageRows
  private let pass: Pass
  private let isHeld: Bool
  private let corner: (x: Int, y: Int)

  /// - Parameter region: the part; rows and columns count from its corner.
  init(of image: Image, _ pass: Pass, in region: Rectangle) {
    rows = ImageRows(image)
    self.pass = pass
    isHeld = image.colorModel == .ycbcr
    corner = (region.x, region.y)
  }

  /// A part of a row as the network gets it: colours that no picture has are brought back.
  func read(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    readSource(row, columns, into: planes)
    if isHeld { Gamut.hold(planes, count: columns.count) }
  }

  /// A part of a row as it is in the image.
  func readSource(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    let (row, columns) = (row + corner.y, columns.lowerBound + corner.x..<columns.upperBound + corner.x)
    guard pass.planes.count == 1 else { return rows.read(row, columns, into: planes) }
    rows.read(row, columns, channel: pass.planes[0], into: planes[0])
    for plane in planes.dropFirst() { plane.update(repeating: BT601.center, count: columns.count) }
  }
}
