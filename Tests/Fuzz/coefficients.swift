// Fuzz entry: any bytes as a JPEG file, through all that is done with its coefficients besides the network. Compiled
// into the library's own module.

import Foundation
import Imaging
import Inference
import Quality

private let law = CoefficientErrors.Law(scale: 2, stepExponent: 0.5, activityExponent: 0.5)
private let errors = CoefficientErrors(luma: law, chroma: law)
private let limits = DecodingLimits(maxPixels: 1 << 16, maxScans: 20, maxCodecMemory: 64 << 20)

/// One input; a trap is a finding, an error isn't.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let image = try? ImageDecoder.decode(bytes, limits: limits), image.jpeg != nil else { return 0 }
  let planes = image.planes()
  precondition(planes.allSatisfy { $0.samples.allSatisfy((0...1).contains) }, "samples out of range")
  let history = CompressionHistory(of: image)
  precondition(history.earlierQuality.map((1...100).contains) ?? true, "an impossible quality")
  precondition(history.earlierGrid.map { (0...7).contains($0.x) && (0...7).contains($0.y) } ?? true, "no such grid")
  for mode in [ConstraintMode.auto, .strict] {
    guard let constraint = ImageConstraint(mode, for: image, found: nil, errors: [errors]) else {
      fatalError("nothing is said of the constraint")
    }
    let own = constraint.constraint(exit: 1)
    let isDropped = image.coefficients == nil || (mode == .auto && history.wasCompressedBefore)
    precondition((own == nil) == isDropped, "held to the coefficients, or not, for no reason")
    guard let own, let file = image.coefficients else { continue }
    var result = bent(planes)
    let clamped = own.apply(to: &result, threads: 1)
    precondition((0...constraint.report.coefficients).contains(clamped), "more coefficients than there are")
    precondition(result.allSatisfy { $0.samples.allSatisfy(\.isFinite) }, "samples that are no numbers")
    checkCoefficients(of: result, file, slack: mode == .strict ? 0 : CoefficientConstraint.strictness)
  }
  find(in: image)
  return 0
}

/// Saved without loss, the picture may tell of the file.
private func find(in image: Image) {
  guard let saved = try? image.converted(to: .png, depth: .eight) else { return }
  let picture = Image(
    width: saved.width, height: saved.height, colorModel: saved.colorModel, samples: saved.samples)
  guard let found = FoundCompression(in: picture) else { return }
  precondition((1...100).contains(found.quality), "an impossible quality")
  let coefficients = found.coefficients(of: picture)
  checkInput(of: picture, coefficients)
  guard let constraint = ImageConstraint(.auto, for: picture, found: coefficients, errors: [errors]) else {
    fatalError("nothing is said of the constraint")
  }
  var result = bent(picture.planes())
  if let own = constraint.constraint(exit: 1) {
    let clamped = own.apply(to: &result, threads: 1)
    precondition((0...constraint.report.coefficients).contains(clamped), "more coefficients than there are")
    precondition(result.allSatisfy { $0.samples.allSatisfy(\.isFinite) }, "samples that are no numbers")
  }
}

/// What the network would read.
private func checkInput(of picture: Image, _ found: JPEGCoefficients) {
  let rows = ImageRows(picture, found: found)
  var planes = picture.planes()
  planes.withMutablePointers { starts in
    for row in 0..<picture.height {
      let line = starts.map { $0 + row * picture.width }
      if line.count == 1 {
        rows.read(row, 0..<picture.width, channel: 0, into: line[0])
      } else {
        rows.read(row, 0..<picture.width, into: line)
      }
    }
  }
  precondition(planes.allSatisfy { $0.samples.allSatisfy((-0.01...1.01).contains) }, "samples out of range")
}

/// Planes that the file contradicts, the same at every call.
private func bent(_ planes: [Plane]) -> [Plane] {
  planes.map { plane in
    var result = plane
    for place in result.samples.indices { result.samples[place] += Float(place &* 37 % 64 - 32) / 64 }
    return result
  }
}

/// Transforms planes and sees whether what comes out would be quantised to the file's coefficients.
///
/// Blocks that the picture's edge cuts are left out, and those that no picture of 8 bits has: numbers so large that
/// single precision is coarser than the room between the intervals and the strict ones.
///
/// - Parameter slack: by which a coefficient may be outside of its interval, for the sake of single precision.
private func checkCoefficients(of planes: [Plane], _ file: JPEGCoefficients, slack: Double) {
  for (index, component) in file.components.enumerated() {
    let steps = component.steps.map(Double.init)
    for row in 0..<component.height / 8 {
      for column in 0..<component.width / 8 {
        let stored = file.blocks(index, row: row) + 64 * column
        let centers = (0..<64).map { Double(stored[$0]) * steps[$0] }
        // Samples of -128...128 reach 1024; rounded to a multiple of its step, a coefficient is at most doubled.
        guard centers.reduce(0, { $0 + $1 * $1 }) <= 2048 * 2048 else { continue }
        let spectrum = spectrum(of: planes[index], component, column, row)
        for place in 0..<64 where steps[place] > 0 {
          let distance = abs(spectrum[place] - centers[place])
          precondition(distance <= steps[place] / 2 + slack, "a coefficient isn't the file's")
        }
      }
    }
  }
}

/// The coefficients of a block of one component, in double precision.
private func spectrum(of plane: Plane, _ component: JPEGCoefficients.Component, _ column: Int, _ row: Int) -> [Double] {
  let (across, down) = (component.across, component.down)
  let samples = (0..<64).map { (place: Int) -> Double in
    var sum = 0.0
    // The last sample of a component may lie across the picture's edge.
    for y in (8 * row + place / 8) * down..<(8 * row + place / 8 + 1) * down {
      for x in (8 * column + place % 8) * across..<(8 * column + place % 8 + 1) * across {
        sum += Double(plane.samples[min(y, plane.height - 1) * plane.width + min(x, plane.width - 1)])
      }
    }
    return sum * 255 / Double(across * down) - 128
  }
  return transformed(transformed(samples))
}

private let cosines = (0..<64).map { (place: Int) -> Double in
  let (frequency, sample) = (place / 8, place % 8)
  let scale = frequency == 0 ? 0.125.squareRoot() : 0.5
  return scale * cos(Double((2 * sample + 1) * frequency) * Double.pi / 16)
}

/// The transform of each row, as a column.
private func transformed(_ block: [Double]) -> [Double] {
  (0..<64).map { (place: Int) -> Double in
    var sum = 0.0
    for k in 0..<8 { sum += cosines[place / 8 * 8 + k] * block[place % 8 * 8 + k] }
    return sum
  }
}
