import CKernels
import Imaging

/// Looks in each block of a component for multiples that are decoded to exactly what was seen.
///
/// Rounding moves coefficients by a third of a level, so that where steps are 1 or 2 the nearest multiple is often the
/// wrong one.
struct BlockSearch {
  /// Of each whole block what its kernel answered, smaller for what is nearer: 0 if it fits exactly, or isn't to be
  /// searched; the largest number before it was.
  private var misses: [Int32]
  /// Blocks that were searched, and those of which nothing was left.
  private var (all, exact) = (0, 0)
  private let component: FoundComponent
  private let clipped: ClippedColors
  private let steps: [Float]
  /// Whether there are steps that are not much larger than what rounding does; of others the nearest multiples are right.
  private let isFine: Bool

  init(_ component: FoundComponent, _ clipped: ClippedColors) {
    (self.component, self.clipped) = (component, clipped)
    steps = component.steps.map(Float.init)
    isFine = component.steps.contains { $0 < 4 }
    misses = component.isHidden.map { component.isComplete && !$0 ? .max : 0 }
  }

  /// Whether another search may help, once more is known of clipped colours.
  var isOpen: Bool { isFine && zip(misses, component.isTouched).contains { $0 > 0 && $1 } }

  /// Searches every block; or, after the first time, those that clipped colours touch and that don't fit yet.
  ///
  /// - Parameters:
  ///   - part: Of the strip, with what is put back.
  ///   - target: Has the multiples that are the nearest to that, the first time.
  mutating func run(_ part: FoundComponent.Part, _ target: FoundStrip.Target) {
    let isFirst = all == 0
    let isWanted = zip(misses, component.isTouched).map { $0 > 0 && (isFirst || $1) }
    component.forEachBlock(of: part, where: isWanted) { block, place, coefficients in
      let values = target.values + 64 * place
      let before = isFirst ? [] : Array(UnsafeBufferPointer(start: values, count: 64)), wasKnown = target.known[place]
      if !isFirst { component.settle(coefficients, at: place, into: target) }
      let left =
        component.isWidened
        ? matchWidened(values, coefficients, block) : matchRounding(values, block)
      if isFirst {
        all += 1
        exact += left == 0 ? 1 : 0
      }
      guard left <= misses[block] else {
        values.update(from: before, count: before.count)
        target.known[place] = wasKnown
        return
      }
      misses[block] = left
      if left <= (component.isWidened ? 0 : 1) { target.known[place] = true }
    }
  }

  /// Decoders that don't compute as libjpeg does are never matched exactly, however many guesses are followed.
  private var guesses: Int32 { isFine && (all < 64 || 8 * exact >= all) ? 16 : 2 }

  private func matchRounding(_ values: UnsafeMutablePointer<Int16>, _ block: Int) -> Int32 {
    let corner = (row: block / component.blocks.across * 8, column: block % component.blocks.across * 8)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * 64) { memory in
      guard let seen = memory.baseAddress else { return .max }
      let (larger, smaller) = (seen + 64, seen + 128)
      for place in 0..<64 {
        let pixel = (row: corner.row + place / 8, column: corner.column + place % 8)
        seen[place] = component.samples[pixel.row, pixel.column] - 128
        let freedom = clipped.freedom(
          of: pixel.row * component.size.width + pixel.column, component: component.index)
        larger[place] = freedom.contains(.larger) ? 0 : 1
        smaller[place] = freedom.contains(.smaller) ? 0 : 1
      }
      return BlockKernels.inUse.table.pointee.match_rounding(values, steps, seen, larger, smaller, guesses)
    }
  }

  private func matchWidened(
    _ values: UnsafeMutablePointer<Int16>, _ nearly: ArraySlice<Float>, _ block: Int
  ) -> Int32 {
    let (across, down) = (component.component.across, component.component.down)
    let (width, height) = (8 * across, 8 * down)
    let corner = (row: block / component.blocks.across * height, column: block % component.blocks.across * width)
    return withUnsafeTemporaryAllocation(of: Int16.self, capacity: width * height) { seen in
      for row in 0..<height {
        for column in 0..<width {
          let pixel = (row: corner.row + row, column: corner.column + column)
          // Of a size that isn't even, samples cover more than there are pixels.
          let isSeen =
            pixel.row < component.size.height && pixel.column < component.size.width
            && clipped.channelCount(of: pixel.row * component.size.width + pixel.column) == 0
          seen[row * width + column] = isSeen ? Int16(component.samples[pixel.row, pixel.column]) - 128 : .min
        }
      }
      return nearly.withUnsafeBufferPointer { nearly in
        guard let nearly = nearly.baseAddress, let seen = seen.baseAddress else { return .max }
        return BlockKernels.inUse.table.pointee.match_widened(
          values, steps, nearly, seen, Int32(across), Int32(down), guesses)
      }
    }
  }
}
