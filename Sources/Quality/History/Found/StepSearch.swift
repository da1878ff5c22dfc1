import Imaging

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The quantisation steps behind coefficients of decoded samples.
///
/// Of a decoded JPEG file all are near multiples of their steps, as near as the rounding of samples lets them be. For
/// each frequency every step is tried, and what speaks for the likeliest adds up: the logarithm of how much better
/// multiples with normal errors explain the values other than 0 than values of any size do.
struct StepSearch {
  /// Places in rows and the steps there, where one explains the values better than chance does; those that are proof.
  private(set) var steps: [(place: Int, step: Int)] = []
  /// What speaks for them all, as the logarithm of a likelihood ratio.
  private(set) var evidence = 0.0
  /// The steps in rows, 0 where none was found.
  private(set) var table = [UInt16](repeating: 0, count: 64)

  /// What one frequency counts at most.
  private static let cap: Float = 60
  /// What chance reaches by trying many steps.
  private static let luck: Float = 6
  /// Values other than 0 that it takes to say anything.
  private static let fewest = 6
  private static let largestStep = 255
  /// How many values lie anywhere, as the clipping of samples and colours throws them.
  private static let strays: Float = 0.02
  /// A step that is so much less likely than none is given up.
  private static let hopeless: Float = -15
  /// Frequencies that are looked at, from the lowest on: of the others few coefficients are other than 0.
  private static let places = JPEGTables.zigzag[..<36]
  /// Those whose cosines are all 1/8 in size: of samples on any lattice, as those of few grey levels are, their
  /// coefficients are multiples of something.
  private static let evenPlaces: Set = [0, 4, 32, 36]

  /// - Parameters:
  ///   - blocks: 64 orthonormal coefficients each, in rows, in levels of 0...255.
  ///   - noise: Standard deviation of what rounding makes of a coefficient, in levels.
  ///   - countsEven: Whether frequencies are proof of which samples on a lattice tell as much.
  init(_ blocks: [Float], noise: Float, countsEven: Bool) {
    for place in Self.places {
      let values = Self.magnitudes(blocks, at: place)
      guard values.count >= Self.fewest, let largest = values.max() else { continue }
      var best = (step: 0, likelihood: Float(0))
      for step in 2...max(2, min(Self.largestStep, Int(largest) + 1)) {
        let likelihood = Self.likelihood(of: step, behind: values, noise: noise)
        if likelihood > best.likelihood { best = (step, likelihood) }
      }
      guard best.likelihood > Self.luck else { continue }
      table[place] = UInt16(best.step)
      guard countsEven || !Self.evenPlaces.contains(place) else { continue }
      evidence += Double(min(best.likelihood, Self.cap) - Self.luck)
      steps.append((place, best.step))
    }
  }

  /// What speaks for a table that is expected anyway, or against it.
  static func evidence(for table: [UInt16], behind blocks: [Float], noise: Float) -> Double {
    places.reduce(0) { sum, place in
      guard table[place] > 1 else { return sum }
      let likelihood = likelihood(of: Int(table[place]), behind: magnitudes(blocks, at: place), noise: noise)
      return sum + Double(max(-cap, min(cap, likelihood)))
    }
  }

  /// Those of a frequency that may be other than 0.
  private static func magnitudes(_ blocks: [Float], at place: Int) -> [Float] {
    var values: [Float] = []
    for index in stride(from: place, to: blocks.count, by: 64) where abs(blocks[index]) >= 1 {
      values.append(abs(blocks[index]))
    }
    return values
  }

  /// Of the steps found the share that a table has, too.
  func agreement(with table: [UInt16]) -> Double {
    guard !steps.isEmpty else { return 0 }
    return Double(steps.count { Int(table[$0.place]) == $0.step }) / Double(steps.count)
  }

  /// Of the steps found the share that is about as large as those of a table.
  func likeness(to table: [UInt16]) -> Double {
    guard !steps.isEmpty else { return 0 }
    let near = steps.count { place, step in (0.6...1.7).contains(Double(step) / Double(max(1, table[place]))) }
    return Double(near) / Double(steps.count)
  }

  /// 0 if too few values are other than 0 for the step.
  private static func likelihood(of step: Int, behind values: [Float], noise: Float) -> Float {
    let step = Float(step)
    let peak = (1 - strays) * step / ((2 * Float.pi).squareRoot() * noise)
    let (narrowness, far) = (-0.5 / (noise * noise), log(strays))
    var (sum, count) = (Float(0), 0)
    for value in values where value >= step / 2 {
      let error = value - step * (value / step).nearestWhole
      let exponent = error * error * narrowness
      sum += exponent < -10 ? far : log(peak * exp(exponent) + strays)
      count += 1
      if sum < hopeless { return sum }
    }
    return count >= fewest ? sum : 0
  }
}
