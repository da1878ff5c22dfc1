/// An image's size, and the size that it is padded to for a network.
struct ImageSize {
  let height: Int
  let width: Int
  let paddedHeight: Int
  let paddedWidth: Int

  init(height: Int, width: Int, stride: Int) throws(SessionError) {
    self.height = height
    self.width = width
    paddedHeight = try Self.padded(height, stride)
    paddedWidth = try Self.padded(width, stride)
  }

  private static func padded(_ size: Int, _ stride: Int) throws(SessionError) -> Int {
    let (sum, overflow) = size.addingReportingOverflow(stride - 1)
    guard !overflow else { throw .image("\(size) samples are too many") }
    return sum / stride * stride
  }
}
