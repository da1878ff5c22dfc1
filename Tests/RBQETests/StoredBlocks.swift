import Foundation
import Imaging

@testable import RBQE

/// The cosine transform of blocks of 8 by 8, in double precision.
private enum Cosines {
  private static let basis: [[Double]] = (0..<8).map { (k: Int) -> [Double] in
    let scale: Double = k == 0 ? 0.125.squareRoot() : 0.5
    return (0..<8).map { (n: Int) -> Double in scale * cos(Double((2 * n + 1) * k) * Double.pi / 16) }
  }

  private static let toSpectrum = (0..<64).map { basis[$0 / 8][$0 % 8] }
  private static let toSamples = (0..<64).map { basis[$0 % 8][$0 / 8] }

  static func forward(_ block: [Double]) -> [Double] { product(toSpectrum, block) }
  static func inverse(_ block: [Double]) -> [Double] { product(toSamples, block) }

  /// M B M', in rows.
  private static func product(_ m: [Double], _ block: [Double]) -> [Double] {
    var half = [Double](repeating: 0, count: 64)
    var result = half
    for row in 0..<8 {
      for column in 0..<8 { for k in 0..<8 { half[row * 8 + column] += m[row * 8 + k] * block[k * 8 + column] } }
    }
    for row in 0..<8 {
      for column in 0..<8 { for k in 0..<8 { result[row * 8 + column] += half[row * 8 + k] * m[column * 8 + k] } }
    }
    return result
  }
}

/// A block of a file's component, and what a picture has in its place.
private struct StoredBlock {
  /// The file's coefficients, and half the interval of each.
  let centers, reaches: [Double]
  /// Samples of the picture, -128...127; beyond its edge the last ones again.
  let samples: [Double]
  /// Samples within the picture.
  let isInside: [Bool]

  init(_ planes: [Plane], _ file: JPEGCoefficients, component index: Int, x: Int, y: Int) {
    let component = file.components[index]
    let (plane, stored) = (planes[index], file.blocks(index, row: y) + 64 * x)
    let steps = component.steps.map(Double.init)
    centers = (0..<64).map { Double(stored[$0]) * steps[$0] }
    reaches = steps.map { $0 / 2 }
    isInside = (0..<64).map { (place: Int) -> Bool in
      x * 8 + place % 8 < component.width && y * 8 + place / 8 < component.height
    }
    samples = (0..<64).map { (place: Int) -> Double in
      let column = min(x * 8 + place % 8, component.width - 1) * component.across
      let row = min(y * 8 + place / 8, component.height - 1) * component.down
      var sum = 0.0
      for dy in 0..<component.down {
        for dx in 0..<component.across {
          let start = min(row + dy, plane.height - 1) * plane.width
          sum += Double(plane.samples[start + min(column + dx, plane.width - 1)])
        }
      }
      return sum * 255 / Double(component.across * component.down) - 128
    }
  }

  var isCut: Bool { isInside.contains(false) }

  /// Coefficients that differ from the file's when the samples are transformed and quantised anew.
  var lost: Int {
    let spectrum = Cosines.forward(samples)
    return (0..<64).count { abs(spectrum[$0] - centers[$0]) > reaches[$0] }
  }

  /// Whether there are samples beyond the edge with which every coefficient is the file's: looked for by going back and
  /// forth between the blocks that have these samples inside, and those that have these coefficients.
  var canBeContinued: Bool {
    var block = samples
    for _ in 0..<20_000 {
      let spectrum = Cosines.forward(block)
      if (0..<64).allSatisfy({ abs(spectrum[$0] - centers[$0]) <= reaches[$0] }) { return true }
      // A little further in than needed, so that the search ends.
      let held = (0..<64).map { (place: Int) -> Double in
        let reach = reaches[place] - 0.015
        let away = spectrum[place] - centers[place]
        return centers[place] + min(max(away, -reach), reach)
      }
      let moved = Cosines.inverse(held)
      for place in 0..<64 where !isInside[place] { block[place] = moved[place] }
    }
    return false
  }
}

private func blocks(of file: JPEGCoefficients, in planes: [Plane]) -> [StoredBlock] {
  file.components.enumerated().flatMap { index, component in
    (0..<component.blocksDown).flatMap { y in
      (0..<component.blocksAcross).map { x in StoredBlock(planes, file, component: index, x: x, y: y) }
    }
  }
}

/// Coefficients that differ from the file's when planes are transformed and quantised anew, of the blocks that lie
/// within the picture.
func coefficientsLost(by planes: [Plane], of file: JPEGCoefficients) -> Int {
  blocks(of: file, in: planes).reduce(0) { $0 + ($1.isCut ? 0 : $1.lost) }
}

/// Blocks across the picture's edge that no samples beyond it bring back to the file's coefficients.
func blocksContradicted(by planes: [Plane], of file: JPEGCoefficients) -> Int {
  blocks(of: file, in: planes).count { $0.isCut && !$0.canBeContinued }
}
