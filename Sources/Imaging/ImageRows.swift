/// The rows of an image in floating point, as ``Image/planes()`` has them, for threads that ask in any order.
package struct ImageRows: Sendable {
  private let image: Image
  /// Of an image that is held as coefficients.
  private let coefficients: CoefficientRows?

  /// The rows of an image.
  package init(_ image: Image) {
    self.image = image
    coefficients = image.coefficients.map { CoefficientRows($0) }
  }

  /// A part of a row, all planes.
  package func read(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    if let coefficients {
      coefficients.read(row, columns, into: planes)
    } else {
      image.readSamples(row, columns, into: planes)
    }
  }

  /// A part of a row of one plane, of a colour model whose samples are the planes' own.
  package func read(_ row: Int, _ columns: Range<Int>, channel: Int, into plane: UnsafeMutablePointer<Float>) {
    if let coefficients {
      coefficients.read(row, columns, component: channel, into: plane)
    } else {
      image.readSamples(row, columns, channel: channel, into: plane)
    }
  }
}
