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
    func settle(_ part: Part, hidden: Bool) {
      let tolerance = index == 0 ? FoundCompression.tolerance.luma : FoundCompression.tolerance.chroma
      forEachBlock(of: part) { block, place, coefficients in
        guard isHidden[block] == hidden else { return }
        quantise(coefficients, into: target.values + 64 * place)
        target.known[place] = FoundCompression.isExplained(coefficients, by: steps, tolerance: tolerance)
      }
    }
    settle(part, hidden: false)
    if isHidden.contains(true) { settle(seen(), hidden: true) }
  }

  private func quantise(_ coefficients: ArraySlice<Float>, into values: UnsafeMutablePointer<Int16>) {
    for (index, (coefficient, step)) in zip(coefficients, steps).enumerated() where step > 0 {
      values[index] = Int16(max(-32767, min(32767, (coefficient / Float(step)).nearestWhole)))
    }
  }

  /// The coefficients of each whole block of the strip, with its place among the component's blocks; none where no step
  /// is known.
  private func forEachBlock(
    of part: Part, _ body: (_ block: Int, _ place: Int, _ coefficients: ArraySlice<Float>) -> Void
  ) {
    guard steps.contains(where: { $0 > 0 }) else { return }
    for row in 0..<blocks.down {
      let line = BlockKernels.inUse.coefficients(of: part.samples, from: row * 8 * part.width, width: part.width)
      for block in 0..<blocks.across {
        body(
          row * blocks.across + block, row * component.blocksAcross + block, line[64 * block..<64 * (block + 1)])
      }
    }
  }

  /// Looks for multiples that are decoded to exactly what was seen, from those that are there; a block where there are
  /// none keeps what it has.
  ///
  /// Rounding moves coefficients by a third of a level, so that where steps are 1 or 2 the nearest multiple is often
  /// the wrong one.
  func search(_ clipped: ClippedColors, _ target: FoundStrip.Target) {
    let sizes = steps.map(Float.init)
    var seen = [Float](repeating: 0, count: 64)
    var (larger, smaller) = (seen, seen)
    var found = [Int16](repeating: 0, count: 64)
    for row in 0..<blocks.down {
      for column in 0..<blocks.across where !isHidden[row * blocks.across + column] {
        for place in 0..<64 {
          let pixel = (row: 8 * row + place / 8, column: 8 * column + place % 8)
          seen[place] = samples[pixel.row, pixel.column] - 128
          let freedom = clipped.freedom(of: pixel.row * size.width + pixel.column, component: index)
          larger[place] = freedom.contains(.larger) ? 0 : 1
          smaller[place] = freedom.contains(.smaller) ? 0 : 1
        }
        let place = row * component.blocksAcross + column
        let values = target.values + 64 * place
        for index in 0..<64 { found[index] = values[index] }
        guard BlockKernels.inUse.table.pointee.match_rounding(&found, sizes, seen, larger, smaller) != 0 else {
          continue
        }
        values.update(from: found, count: 64)
        target.known[place] = true
      }
    }
  }
}
