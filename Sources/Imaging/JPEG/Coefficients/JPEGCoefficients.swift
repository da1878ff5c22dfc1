import CImageCodecs

/// The quantised coefficients of a JPEG file, as its decoder left them in memory.
///
/// Sendable because nothing is written any more once it is made.
package final class JPEGCoefficients: @unchecked Sendable {
  /// One component of the picture.
  package struct Component: Sendable, Equatable {
    /// Samples in a row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// Pixels that a sample covers, across and down.
    package let across, down: Int
    /// Blocks in a row, the last one perhaps in part beyond the picture.
    package let blocksAcross: Int
    /// Rows of blocks.
    package let blocksDown: Int
    /// The quantisation steps, in rows; 0 where the file has no data.
    package let steps: [UInt16]

    /// The steps in the scale of samples of 0...1.
    package let scaledSteps: [Float]

    /// Whether pixels between samples are interpolated rather than copies.
    var isSmooth: Bool { across <= 2 && down <= 2 }
    /// Whether rows between samples are.
    var isBlendedDown: Bool { isSmooth && down == 2 }
  }

  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Grey or YCbCr.
  package let colorModel: ColorModel
  /// As many as the colour model has channels.
  package let components: [Component]

  private let reader: JPEGReader

  /// - Parameters:
  ///   - reader: One that has read coefficients, and is used for nothing else from now on.
  ///   - header: The file's, of whole ratios.
  init(_ reader: JPEGReader, header: ImageHeader) {
    self.reader = reader
    width = header.width
    height = header.height
    colorModel = header.colorModel
    let described = header.jpeg?.components ?? []
    let mostAcross = described.reduce(1) { max($0, $1.horizontal) }
    let mostDown = described.reduce(1) { max($0, $1.vertical) }
    components = described.enumerated().map { index, component in
      let stored = reader.component(index)
      let (across, down) = (mostAcross / component.horizontal, mostDown / component.vertical)
      let steps = reader.steps(index)
      return Component(
        width: (header.width + across - 1) / across, height: (header.height + down - 1) / down, across: across,
        down: down, blocksAcross: Int(stored.blocks_across), blocksDown: Int(stored.blocks_down), steps: steps,
        scaledSteps: steps.map { Float(Double($0) / 255) })
    }
  }

  /// Number of coefficients that the picture's blocks have.
  package var count: Int { components.reduce(0) { $0 + 64 * $1.blocksAcross * $1.blocksDown } }

  /// The coefficients of a row of blocks: 64 of each block, in rows, block after block.
  ///
  /// They live as long as the receiver.
  package func blocks(_ component: Int, row: Int) -> UnsafePointer<Int16> { reader.blocks(component, row: row) }
}

extension JPEGCoefficients: Equatable {
  /// Whether the pictures are the same, coefficient by coefficient.
  package static func == (left: JPEGCoefficients, right: JPEGCoefficients) -> Bool {
    if left === right { return true }
    guard left.width == right.width, left.height == right.height, left.colorModel == right.colorModel,
      left.components == right.components
    else { return false }
    return left.components.enumerated().allSatisfy { index, component in
      let count = component.blocksAcross * 64
      return (0..<component.blocksDown).allSatisfy { row in
        UnsafeBufferPointer(start: left.blocks(index, row: row), count: count)
          .elementsEqual(UnsafeBufferPointer(start: right.blocks(index, row: row), count: count))
      }
    }
  }
}
