import CImageCodecs

/// The quantised coefficients of a JPEG file, as its decoder left them in memory, or as they were found in the pixels
/// that it was decoded to.
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
    /// The quantisation steps, in rows; 0 where nothing is known of coefficients: where the file has no data of them.
    package let steps: [UInt16]

    /// The steps in the scale of samples of 0...1.
    package let scaledSteps: [Float]

    /// A component of a picture of some size.
    ///
    /// - Parameters:
    ///   - size: Of the picture, in pixels.
    ///   - blocks: Across and down; nil: as many as it takes to cover the picture.
    package init(
      of size: (width: Int, height: Int), across: Int, down: Int, blocks: (across: Int, down: Int)? = nil,
      steps: [UInt16]
    ) {
      width = (size.width + across - 1) / across
      height = (size.height + down - 1) / down
      self.across = across
      self.down = down
      blocksAcross = blocks?.across ?? (width + 7) / 8
      blocksDown = blocks?.down ?? (height + 7) / 8
      self.steps = steps
      scaledSteps = steps.map { Float(Double($0) / 255) }
    }

    /// Whether pixels between samples are interpolated rather than copies.
    var isSmooth: Bool { across <= 2 && down <= 2 }
    /// Whether rows between samples are.
    var isBlendedDown: Bool { isSmooth && down == 2 }

    /// The component's own row that is blended into a row of pixels besides the one that covers it; nil where none is.
    func blendedRow(_ row: Int) -> Int? {
      guard isBlendedDown else { return nil }
      return min(max(0, row / down + (row % down == 0 ? -1 : 1)), height - 1)
    }
  }

  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Grey or YCbCr.
  package let colorModel: ColorModel
  /// As many as the colour model has channels.
  package let components: [Component]

  private let storage: Storage

  private enum Storage {
    case reader(JPEGReader)
    /// Of each component.
    case found([CoefficientMemory])
  }

  /// - Parameters:
  ///   - reader: One that has read coefficients, and is used for nothing else from now on.
  ///   - header: The file's, of whole ratios.
  init(_ reader: JPEGReader, header: ImageHeader) {
    storage = .reader(reader)
    width = header.width
    height = header.height
    colorModel = header.colorModel
    let described = header.jpeg?.components ?? []
    let mostAcross = described.reduce(1) { max($0, $1.horizontal) }
    let mostDown = described.reduce(1) { max($0, $1.vertical) }
    components = described.enumerated().map { index, component in
      let stored = reader.component(index)
      let (across, down) = (mostAcross / component.horizontal, mostDown / component.vertical)
      return Component(
        of: (header.width, header.height), across: across, down: down,
        blocks: (Int(stored.blocks_across), Int(stored.blocks_down)), steps: reader.sentSteps(index))
    }
  }

  /// Coefficients that were found.
  ///
  /// - Precondition: Components have the picture's size, and memory each for its blocks.
  package init(
    width: Int, height: Int, colorModel: ColorModel, components: [Component], found: [CoefficientMemory]
  ) {
    precondition(zip(components, found).allSatisfy { $0.blocksAcross * $0.blocksDown == $1.known.count })
    self.width = width
    self.height = height
    self.colorModel = colorModel
    self.components = components
    storage = .found(found)
  }

  /// Number of coefficients of which something is known.
  package var count: Int {
    switch storage {
    case .reader: components.reduce(0) { $0 + 64 * $1.blocksAcross * $1.blocksDown }
    case .found(let memory):
      zip(components, memory).reduce(0) { sum, pair in
        sum + pair.0.steps.count { $0 > 0 } * pair.1.known.count(where: \.self)
      }
    }
  }

  /// The coefficients of a row of blocks: 64 of each block, in rows, block after block.
  ///
  /// They live as long as the receiver.
  package func blocks(_ component: Int, row: Int) -> UnsafePointer<Int16> {
    switch storage {
    case .reader(let reader): reader.blocks(component, row: row)
    case .found(let memory): memory[component].start(ofBlock: row * components[component].blocksAcross)
    }
  }

  /// The blocks of a row of which something is known, as runs of neighbours: all of a file's own, of those found the
  /// ones that don't contradict themselves.
  ///
  /// - Parameter other: A row whose blocks must be known too.
  package func knownRuns(_ component: Int, row: Int, and other: Int? = nil, blocks: Range<Int>) -> [Range<Int>] {
    guard case .found(let memory) = storage else { return [blocks] }
    func known(_ row: Int) -> ArraySlice<Bool> {
      let first = row * components[component].blocksAcross
      return memory[component].known[first + blocks.lowerBound..<first + blocks.upperBound]
    }
    var runs: [Range<Int>] = []
    for (block, isKnown) in zip(blocks, zip(known(row), known(other ?? row))) where isKnown.0 && isKnown.1 {
      if let last = runs.last, last.upperBound == block {
        runs[runs.count - 1] = last.lowerBound..<block + 1
      } else {
        runs.append(block..<block + 1)
      }
    }
    return runs
  }
}

/// Coefficients of a component's blocks, row by row, and which of the blocks are known.
///
/// Sendable because nothing is written any more once it is made.
package final class CoefficientMemory: @unchecked Sendable {
  /// Whether each block is known.
  package let known: [Bool]
  private let values: UnsafeMutablePointer<Int16>

  /// - Parameter fill: Writes 64 coefficients of each block, in rows, and whether they are known; all begin as unknown
  ///   zeros.
  package init(
    blockCount: Int, filledBy fill: (_ values: UnsafeMutablePointer<Int16>, _ known: UnsafeMutablePointer<Bool>) -> Void
  ) {
    let values = UnsafeMutablePointer<Int16>.allocate(capacity: 64 * blockCount)
    values.initialize(repeating: 0, count: 64 * blockCount)
    self.values = values
    known = [Bool](filling: blockCount) { known in
      known.initialize(repeating: false, count: blockCount)
      fill(values, known)
    }
  }

  deinit { values.deallocate() }

  /// The coefficients from a block on.
  func start(ofBlock block: Int) -> UnsafePointer<Int16> { UnsafePointer(values + 64 * block) }
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
      let blocks = 0..<component.blocksAcross
      return (0..<component.blocksDown).allSatisfy { row in
        left.knownRuns(index, row: row, blocks: blocks) == right.knownRuns(index, row: row, blocks: blocks)
          && UnsafeBufferPointer(start: left.blocks(index, row: row), count: count)
            .elementsEqual(UnsafeBufferPointer(start: right.blocks(index, row: row), count: count))
      }
    }
  }
}
