import Imaging

/// Rows of a picture that was a JPEG file, whose coefficients are to be found.
///
/// Colours beyond black and white were cut off when they were made, which changes all coefficients of a block. But the
/// other samples of a block, and the other channels, are enough to tell multiples of coarse steps. So what the nearest
/// multiples are decoded to takes the place of what was cut off, and that again and again.
struct FoundStrip {
  /// Where what is found goes.
  typealias Target = (values: UnsafeMutablePointer<Int16>, known: UnsafeMutablePointer<Bool>)

  /// How often at most colours are put back before the search, and the largest change that ends it, in levels.
  private static let rounds = 6
  private static let smallestChange: Float = 0.25
  /// How often blocks beside clipped colours are searched again, with what the search itself told.
  private static let repairs = 5

  /// Pixels in a row, and rows.
  private let size: (width: Int, height: Int)
  private let components: [FoundComponent]
  private let isWhole: Bool
  private let clipped: ClippedColors

  /// - Parameters:
  ///   - image: Grey or colour of eight bits.
  ///   - rows: Begin at a multiple of 16, and end at one or with the image.
  ///   - components: Of the picture.
  ///   - isWhole: Whether the decoder's samples were whole numbers.
  init(of image: Image, rows: Range<Int>, _ components: [JPEGCoefficients.Component], isWhole: Bool) {
    let native = NativeSamples(of: image, x: 0..<image.width, y: rows)
    let size = (width: image.width, height: rows.count)
    var clipped = ClippedColors(of: image, rows: rows)
    let parts = components.enumerated().map { index, component in
      FoundComponent(
        index, component, of: size, clipped: clipped,
        samples: native.component(index, across: component.across, down: component.down, isWhole: isWhole))
    }
    clipped.keep { row, column in parts.contains { $0.hasUsableBlock(row, column) } }
    (self.size, self.clipped, self.components, self.isWhole) = (size, clipped, parts, isWhole)
  }

  /// Writes what is found of the strip's whole blocks; others stay as they are.
  ///
  /// - Parameters:
  ///   - targets: Of each component, the first block of the strip.
  ///   - isCancelled: once it answers true, the rest isn't worth the time.
  func fill(_ targets: [Target], isCancelled: () -> Bool) {
    var current = components.map(\.samples)
    let isComplete = components.allSatisfy(\.isComplete)
    if isComplete && clipped.columns.contains(where: { !$0.isEmpty }) {
      for _ in 0..<Self.rounds {
        for (index, component) in components.enumerated() {
          component.quantise(current[index].narrowed(), into: targets[index])
        }
        guard putBack(targets, in: &current) > Self.smallestChange else { break }
      }
    }
    var searches = components.map { BlockSearch($0, clipped) }
    for (index, component) in components.enumerated() {
      let part = current[index].narrowed()
      component.settle(part, seen: component.samples.narrowed(), into: targets[index])
      if isWhole { searches[index].run(part, targets[index]) }
    }
    guard isWhole && isComplete else { return }
    for _ in 0..<Self.repairs where searches.contains(where: \.isOpen) && !isCancelled() {
      guard putBack(targets, in: &current) > Self.smallestChange else { break }
      for index in searches.indices where searches[index].isOpen {
        searches[index].run(current[index].narrowed(), targets[index])
      }
    }
  }

  /// Puts what the coefficients are decoded to in the place of what was cut off.
  ///
  /// - Returns: The largest change.
  private func putBack(_ targets: [Target], in current: inout [NativeComponent]) -> Float {
    let rows = FoundRows(
      JPEGCoefficients(
        width: size.width, height: size.height, colorModel: components.count == 1 ? .gray : .ycbcr,
        components: components.map(\.part),
        found: zip(components, targets).map { component, target in component.usable(of: target.values) }))
    var largest: Float = 0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size.width * components.count) { buffer in
      guard let start = buffer.baseAddress else { return }
      let planes = components.indices.map { start + $0 * size.width }
      for (row, columns) in clipped.columns.enumerated() where !columns.isEmpty {
        for (component, plane) in zip(current, planes) {
          for column in columns { plane[column] = component[row, column] / 255 }
        }
        rows.replace(row, 0..<size.width, in: planes)
        for column in columns {
          var levels = SIMD3<Float>()
          for (index, plane) in planes.enumerated() { levels[index] = plane[column] }
          levels = 255 * clipped.restored(row * size.width + column, levels)
          for index in planes.indices {
            largest = max(largest, abs(levels[index] - current[index][row, column]))
            current[index][row, column] = levels[index]
          }
        }
      }
    }
    return largest
  }
}
