import Imaging

/// One component of rows of a picture whose coefficients are to be found.
struct FoundComponent {
  /// As it was seen.
  let samples: NativeComponent
  private let component: JPEGCoefficients.Component
  private let index: Int
  /// Pixels in a row of the strip, and rows.
  private let size: (width: Int, height: Int)
  /// Whole blocks in a row, and rows of them.
  private let blocks: (across: Int, down: Int)
  /// Of each whole block whether so much of it is clipped that the rest doesn't tell what it was.
  private let isHidden: [Bool]
  /// Of each whole block whether a pixel of it is clipped.
  private let isClipped: [Bool]

  /// - Parameters:
  ///   - index: Which component of the picture it is.
  ///   - component: Of the picture.
  ///   - size: Of the strip, in pixels.
  ///   - samples: Of the strip.
  init(
    _ index: Int, _ component: JPEGCoefficients.Component, of size: (width: Int, height: Int), clipped: ClippedColors,
    samples: NativeComponent
  ) {
    (self.index, self.component, self.size, self.samples) = (index, component, size, samples)
    let (across, down) = (8 * component.across, 8 * component.down)
    let blocks = (across: component.width / 8, down: (size.height + component.down - 1) / component.down / 8)
    self.blocks = blocks
    var hidden = [(pixels: Int, channels: Int)](repeating: (0, 0), count: blocks.across * blocks.down)
    for (row, columns) in clipped.columns.enumerated() where row / down < blocks.down {
      for column in columns where column / across < blocks.across {
        let block = row / down * blocks.across + column / across
        hidden[block].pixels += 1
        hidden[block].channels += clipped.channelCount(of: row * size.width + column)
      }
    }
    // A channel that is clipped nearly everywhere may have been anything beyond, and the others don't tell.
    isClipped = hidden.map { $0.pixels > 0 }
    isHidden = hidden.map {
      2 * $0.channels > clipped.channels * across * down || 8 * $0.pixels > 7 * across * down
    }
  }

  /// Whether a pixel lies in a whole block that isn't hidden.
  func hasUsableBlock(_ row: Int, _ column: Int) -> Bool {
    let place = (column: column / 8 / component.across, row: row / 8 / component.down)
    return place.column < blocks.across && place.row < blocks.down
      && !isHidden[place.row * blocks.across + place.column]
  }

  /// The quantisation steps; 0 where nothing is known.
  var steps: [UInt16] { component.steps }
  /// Whether all steps are known.
  var isComplete: Bool { !steps.contains(0) }
  /// Whether its samples cover more than one pixel.
  var isWidened: Bool { component.across * component.down > 1 }

  /// The component of a picture that is the strip.
  var part: JPEGCoefficients.Component {
    JPEGCoefficients.Component(
      of: size, across: component.across, down: component.down,
      blocks: (component.blocksAcross, (size.height + 8 * component.down - 1) / (8 * component.down)), steps: steps)
  }

  /// A copy of what was found in whole blocks that aren't hidden, for ``part``.
  func usable(of values: UnsafeMutablePointer<Int16>) -> CoefficientMemory {
    let part = part
    return CoefficientMemory(blockCount: part.blocksAcross * part.blocksDown) { copy, isUsable in
      for row in 0..<blocks.down {
        let start = row * part.blocksAcross
        (copy + 64 * start).update(from: values + 64 * start, count: 64 * blocks.across)
        for block in 0..<blocks.across { isUsable[start + block] = !isHidden[row * blocks.across + block] }
      }
    }
  }

  /// The strip at the component's own resolution.
  typealias Part = (samples: [Float], width: Int, height: Int)

  /// Writes the nearest multiples of the steps.
  func quantise(_ part: Part, into target: FoundStrip.Target) {
    forEachBlock(of: part) { _, place, coefficients in quantise(coefficients, into: target.values + 64 * place) }
  }

  /// Writes the nearest multiples of the steps, and whether rounding explains how far the coefficients are from them.
  ///
  /// - Parameters:
  ///   - part: With what was put back.
  ///   - seen: Without; of hidden blocks that alone counts.
  func settle(_ part: Part, seen: @autoclosure () -> Part, into target: FoundStrip.Target) {
    forEachBlock(of: part) { block, place, coefficients in
      if !isHidden[block] { settle(coefficients, at: place, into: target) }
    }
    guard isHidden.contains(true) else { return }
    forEachBlock(of: seen()) { block, place, coefficients in
      if isHidden[block] { settle(coefficients, at: place, into: target) }
    }
  }

  private func settle(_ coefficients: ArraySlice<Float>, at place: Int, into target: FoundStrip.Target) {
    quantise(coefficients, into: target.values + 64 * place)
    let tolerance = index == 0 ? FoundCompression.tolerance.luma : FoundCompression.tolerance.chroma
    target.known[place] = FoundCompression.isExplained(coefficients, by: steps, tolerance: tolerance)
  }

  private func quantise(_ coefficients: ArraySlice<Float>, into values: UnsafeMutablePointer<Int16>) {
    for (index, (coefficient, step)) in zip(coefficients, steps).enumerated() where step > 0 {
      values[index] = Int16(max(-32767, min(32767, (coefficient / Float(step)).nearestWhole)))
    }
  }

  /// The coefficients of each whole block of the strip, with its place among the component's blocks; none where no step
  /// is known.
  ///
  /// - Parameter isWanted: Of each block; all if nil.
  private func forEachBlock(
    of part: Part, where isWanted: [Bool]? = nil,
    _ body: (_ block: Int, _ place: Int, _ coefficients: ArraySlice<Float>) -> Void
  ) {
    guard steps.contains(where: { $0 > 0 }) else { return }
    for row in 0..<blocks.down {
      let first = row * blocks.across
      guard isWanted?[first..<first + blocks.across].contains(true) ?? true else { continue }
      let line = BlockKernels.inUse.coefficients(of: part.samples, from: row * 8 * part.width, width: part.width)
      for block in 0..<blocks.across where isWanted?[first + block] ?? true {
        body(first + block, row * component.blocksAcross + block, line[64 * block..<64 * (block + 1)])
      }
    }
  }

  /// Blocks where there is something to search for: all but those that are hidden; none where a step is unknown.
  var searchable: [Bool] { isHidden.map { isComplete && !$0 } }

  /// Looks for multiples that are decoded to exactly what was seen, from the nearest ones on.
  ///
  /// Rounding moves coefficients by a third of a level, so that where steps are 1 or 2 the nearest multiple is often
  /// the wrong one.
  ///
  /// - Parameters:
  ///   - part: What the multiples are the nearest to.
  ///   - open: Which blocks are searched; then those that another search may help, once more is known of clipped colours.
  func search(_ part: Part, _ clipped: ClippedColors, _ target: FoundStrip.Target, open: inout [Bool]) {
    let sizes = steps.map(Float.init)
    var exact = ExactShare()
    var left = open
    forEachBlock(of: part, where: open) { block, place, coefficients in
      let corner = (row: block / blocks.across * 8, column: block % blocks.across * 8)
      let values = target.values + 64 * place
      settle(coefficients, at: place, into: target)
      let answer =
        isWidened
        ? matchWidened(values, sizes, coefficients, corner, clipped)
        : matchRounding(values, sizes, corner, clipped, guesses: exact.guesses)
      exact.count(answer > 1)
      if answer > 0 { target.known[place] = true }
      left[block] = answer < 2 && isClipped[block]
    }
    open = left
  }

  private func matchRounding(
    _ values: UnsafeMutablePointer<Int16>, _ sizes: [Float], _ corner: (row: Int, column: Int),
    _ clipped: ClippedColors, guesses: Int32
  ) -> Int32 {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * 64) { memory in
      guard let seen = memory.baseAddress else { return 0 }
      let (larger, smaller) = (seen + 64, seen + 128)
      for place in 0..<64 {
        let pixel = (row: corner.row + place / 8, column: corner.column + place % 8)
        seen[place] = samples[pixel.row, pixel.column] - 128
        let freedom = clipped.freedom(of: pixel.row * size.width + pixel.column, component: index)
        larger[place] = freedom.contains(.larger) ? 0 : 1
        smaller[place] = freedom.contains(.smaller) ? 0 : 1
      }
      return BlockKernels.inUse.table.pointee.match_rounding(values, sizes, seen, larger, smaller, guesses)
    }
  }

  private func matchWidened(
    _ values: UnsafeMutablePointer<Int16>, _ sizes: [Float], _ nearly: ArraySlice<Float>,
    _ corner: (row: Int, column: Int), _ clipped: ClippedColors
  ) -> Int32 {
    let (across, down) = (component.across, component.down)
    return withUnsafeTemporaryAllocation(of: Int16.self, capacity: 64 * across * down) { seen in
      for row in 0..<8 * down {
        for column in 0..<8 * across {
          let pixel = (row: corner.row * down + row, column: corner.column * across + column)
          // Rows and columns beyond the picture belong to no sample of it.
          let isSeen =
            pixel.row < size.height && pixel.column < size.width
            && clipped.channelCount(of: pixel.row * size.width + pixel.column) == 0
          seen[row * 8 * across + column] = isSeen ? Int16(samples[pixel.row, pixel.column]) - 128 : .min
        }
      }
      return nearly.withUnsafeBufferPointer { nearly in
        guard let nearly = nearly.baseAddress, let seen = seen.baseAddress else { return 0 }
        return BlockKernels.inUse.table.pointee.match_widened(
          values, sizes, nearly, seen, Int32(across), Int32(down))
      }
    }
  }

  /// How many of a strip's blocks were found exactly, and what that leaves to hope for.
  private struct ExactShare {
    private var (all, exact) = (0, 0)

    /// Decoders that don't compute as libjpeg does are never matched exactly, however many guesses are followed.
    var guesses: Int32 { all >= 64 && 8 * exact < all ? 2 : 16 }

    mutating func count(_ isExact: Bool) {
      all += 1
      if isExact { exact += 1 }
    }
  }
}
