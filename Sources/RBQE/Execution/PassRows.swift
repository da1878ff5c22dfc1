import Imaging
import Inference

/// The rows of an image, or of a part of it, as they go through the network: Y, Cb and Cr, of grey 128/255 for both
/// colour differences.
struct PassRows: Sendable {
  private let source, input: ImageRows
  private let pass: Pass
  private let isHeld: Bool
  private let corner: (x: Int, y: Int)

  /// - Parameters:
  ///   - found: coefficients that were found in the image's samples.
  ///   - region: the part; rows and columns count from its corner.
  init(of image: Image, found: JPEGCoefficients?, _ pass: Pass, in region: Rectangle) {
    source = ImageRows(image)
    input = found == nil ? source : ImageRows(image, found: found)
    self.pass = pass
    isHeld = image.colorModel == .ycbcr || found != nil && pass.planes.count == 3
    corner = (region.x, region.y)
  }

  /// A part of a row as the network gets it: decoded from what was found, and colours that no picture has are brought
  /// back.
  func read(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    read(input, row, columns, into: planes)
    if isHeld { Gamut.hold(planes, count: columns.count) }
  }

  /// A part of a row as it is in the image.
  func readSource(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    read(source, row, columns, into: planes)
  }

  private func read(
    _ rows: ImageRows, _ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]
  ) {
    let (row, columns) = (row + corner.y, columns.lowerBound + corner.x..<columns.upperBound + corner.x)
    guard pass.planes.count == 1 else { return rows.read(row, columns, into: planes) }
    rows.read(row, columns, channel: pass.planes[0], into: planes[0])
    for plane in planes.dropFirst() { plane.update(repeating: BT601.center, count: columns.count) }
  }
}
