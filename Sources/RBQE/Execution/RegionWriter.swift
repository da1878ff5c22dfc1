import Imaging
import Inference

/// Writes what the network made of parts of an image into the samples of the result.
struct RegionWriter: Sendable {
  let image: Image
  /// How much of the change is applied, 0...1.
  let strength: Float

  /// Takes the planes of a part, which begins at multiples of every minimum coded unit.
  ///
  /// - Returns: How many coefficients were brought back.
  func write(
    _ planes: [Plane], of core: Rectangle, constraint: CoefficientConstraint?, into canvas: RowCanvas
  ) -> Int {
    var planes = planes
    if strength < 1 {
      for (index, original) in image.planes(in: core).enumerated() {
        planes[index].blend(towards: original, strength: strength)
      }
    }
    var clamped = 0
    planes.withMutablePointers { starts in
      clamped =
        constraint?.apply(
          to: starts, stride: core.width, columns: core.x..<core.x + core.width, rows: core.y..<core.y + core.height)
        ?? 0
      copy(starts, of: core, into: canvas)
    }
    return clamped
  }

  /// Writes a part as it was.
  func writeSource(of core: Rectangle, into canvas: RowCanvas) {
    var planes = image.planes(in: core)
    planes.withMutablePointers { copy($0, of: core, into: canvas) }
  }

  private func copy(_ starts: [UnsafeMutablePointer<Float>], of core: Rectangle, into canvas: RowCanvas) {
    for row in 0..<core.height {
      canvas.write(
        core.y + row, core.x..<core.x + core.width, planes: starts.map { UnsafePointer($0 + row * core.width) })
    }
  }
}
