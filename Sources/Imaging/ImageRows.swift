/// The rows of an image in floating point, as ``Image/planes()`` has them, for threads that ask in any order.
package struct ImageRows: Sendable {
  private let image: Image
  /// Of an image that is held as coefficients.
  private let coefficients: CoefficientRows?
  /// Of an image that is held as samples, which were a JPEG file's.
  private let found: FoundRows?

  /// The rows of an image.
  ///
  /// - Parameter found: Coefficients that were found in its samples: where they are known they are decoded, without the
  ///   rounding that made samples of them. Colours may lie outside of the gamut then, as those of JPEG files.
  package init(_ image: Image, found: JPEGCoefficients? = nil) {
    self.image = image
    coefficients = image.coefficients.map { CoefficientRows($0) }
    self.found = coefficients == nil ? found.map { FoundRows($0) } : nil
  }

  /// A part of a row, all planes.
  package func read(_ row: Int, _ columns: Range<Int>, into planes: [UnsafeMutablePointer<Float>]) {
    if let coefficients {
      coefficients.read(row, columns, into: planes)
    } else {
      image.readSamples(row, columns, into: planes)
      found?.replace(row, columns, in: planes)
    }
  }

  /// A part of a row of one plane, of a colour model whose samples are the planes' own.
  package func read(_ row: Int, _ columns: Range<Int>, channel: Int, into plane: UnsafeMutablePointer<Float>) {
    if let coefficients {
      coefficients.read(row, columns, component: channel, into: plane)
    } else {
      image.readSamples(row, columns, channel: channel, into: plane)
      found?.replace(row, columns, component: channel, in: plane)
    }
  }
}
