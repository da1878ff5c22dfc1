import Dispatch
import Imaging

extension FoundCompression {
  /// Rows of pixels that are looked at together.
  static let stripRows = 128
  /// The mean square of how far a block's coefficients are from multiples of their steps, in levels, that rounding
  /// leaves at most.
  ///
  /// Above, something else was at work, such as clipping.
  static let tolerance: (luma: Float, chroma: Float) = (0.6, 1.2)
  /// Smaller steps are near any value.
  private static let smallestTelling: UInt16 = 3
  /// Coefficients with larger steps that it takes to judge.
  private static let fewest = 8

  /// Planes of a strip with its surroundings as they were seen and as they become, the same narrowed, coefficients, and
  /// which pixels are clipped.
  static func stripBytes(width: Int, channels: Int) -> Int {
    (4 * channels * (stripRows + 2 * NativeSamples.margin)) * width * MemoryLayout<Float>.size
  }

  /// The coefficients that the file had.
  ///
  /// Blocks that the picture's edge cuts are unknown, and so are those that contradict the steps.
  ///
  /// - Parameters:
  ///   - image: The picture that this was found in.
  ///   - threads: that share the work; they have no influence on the result.
  ///   - isCancelled: asked strip by strip, and while one is searched again; once it answers true the rest stays unknown.
  package func coefficients(
    of image: Image, threads: Int = 1, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> JPEGCoefficients {
    let components = steps.enumerated().map { index, steps in
      JPEGCoefficients.Component(
        of: (image.width, image.height), across: index == 0 ? 1 : across, down: index == 0 ? 1 : down, steps: steps)
    }
    var targets: [FoundStrip.Target] = []
    // One memory inside the other, until all of them are there to be filled in one pass.
    func memories() -> [CoefficientMemory] {
      guard targets.count < components.count else {
        fill(targets, of: components, from: image, threads: threads, isCancelled)
        return []
      }
      let component = components[targets.count]
      var rest: [CoefficientMemory] = []
      let own = CoefficientMemory(blockCount: component.blocksAcross * component.blocksDown) { values, known in
        targets.append((values, known))
        rest = memories()
      }
      return [own] + rest
    }
    let found = memories()
    return JPEGCoefficients(
      width: image.width, height: image.height, colorModel: image.colorModel == .gray ? .gray : .ycbcr,
      components: components, found: found)
  }

  private func fill(
    _ targets: [FoundStrip.Target], of components: [JPEGCoefficients.Component], from image: Image, threads: Int,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) {
    let strips = (image.height + Self.stripRows - 1) / Self.stripRows
    let work = max(1, min(threads, strips))
    // Strips are disjoint memory.
    nonisolated(unsafe) let targets = targets
    DispatchQueue.concurrentPerform(iterations: work) { thread in
      for strip in (strips * thread / work)..<(strips * (thread + 1) / work) where !isCancelled() {
        let rows = strip * Self.stripRows..<min((strip + 1) * Self.stripRows, image.height)
        let strip = FoundStrip(of: image, rows: rows, components, isWhole: isWhole)
        strip.fill(
          zip(components, targets).map { component, target in
            let first = rows.lowerBound / component.down / 8 * component.blocksAcross
            return (target.values + 64 * first, target.known + first)
          }, isCancelled: isCancelled)
      }
    }
  }

  /// Whether a block's coefficients are as near to multiples of the steps as rounding leaves them; true where the steps
  /// are too small to tell.
  static func isExplained(_ block: ArraySlice<Float>, by steps: [UInt16], tolerance: Float) -> Bool {
    var (squares, telling) = (Float(0), 0)
    for (value, step) in zip(block, steps) where step >= smallestTelling {
      let error = value - Float(step) * (value / Float(step)).nearestWhole
      squares += error * error
      telling += 1
    }
    return telling < fewest || squares <= tolerance * Float(telling)
  }
}
