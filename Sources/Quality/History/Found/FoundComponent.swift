import Imaging

/// One component of rows of a picture whose coefficients are to be found.
struct FoundComponent {
  /// As it was seen.
  let samples: NativeComponent
  let component: JPEGCoefficients.Component
  let index: Int
  /// Pixels in a row of the strip, and rows.
  let size: (width: Int, height: Int)
  /// Whole blocks in a row, and rows of them.
  let blocks: (across: Int, down: Int)
  /// Of each whole block whether so much of it is clipped that the rest doesn't tell what it was.
  let isHidden: [Bool]
  /// Of each whole block whether a pixel of it is clipped, or, where chroma was widened, of one beside it.
  let isTouched: [Bool]

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
    let reach = across * down > 64 ? 1 : 0
    isTouched = hidden.indices.map { block in
      let (row, column) = (block / blocks.across, block % blocks.across)
      return (max(0, row - reach)...min(blocks.down - 1, row + reach)).contains { row in
        (max(0, column - reach)...min(blocks.across - 1, column + reach)).contains { column in
          hidden[row * blocks.across + column].pixels > 0
        }
      }
    }
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

  func settle(_ coefficients: ArraySlice<Float>, at place: Int, into target: FoundStrip.Target) {
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
  func forEachBlock(
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
}
