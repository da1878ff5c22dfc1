import Imaging

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Traces of coarser quantisation in the luma coefficients of a JPEG file.
///
/// Where a coefficient was a multiple of a larger step before it was quantised with the present one, its values still
/// gather around those multiples, and none lie between. Each of the lowest frequencies is held against every step that
/// leaves gaps wide enough to be seen; the likelihoods of gaps that so many coefficients can't have by chance add up.
struct EarlierQuantization: Equatable {
  /// The IJG quality whose table is nearest to the steps found.
  let quality: Int

  /// Frequencies that are looked at: the lowest in zigzag order, without the mean of the block.
  private static let frequencies = JPEGTables.zigzag[1...20]
  /// Blocks that are looked at, at most; in larger pictures every n-th row of blocks.
  private static let blockLimit = 16_384
  /// Coefficients larger than this, in steps, count as this.
  private static let magnitudes = 512
  private static let largestStep = 160
  /// Values of a frequency other than 0 that it takes to say anything.
  private static let fewest = 12
  /// What the rounding of samples and colours between two compressions moves a coefficient, at most but for rare ones.
  private static let noise = 1.2
  /// How much of what would lie in the gaps by chance may be there.
  ///
  /// Narrow gaps must be nearly empty: many coefficients make small differences likely that come of the shape of their
  /// distribution. Into wide ones the clipping of samples and colours has thrown some.
  private static func clearance(_ chance: Double) -> Double { chance < 0.4 ? 0.4 : 0.2 }

  // Logarithms of likelihood ratios.

  /// What one frequency counts at most.
  private static let cap = 50.0
  /// What chance reaches by trying many steps.
  private static let luck = 6.0
  /// What all together must reach: single compressions stay at 0, double ones reach hundreds.
  private static let proof = 100.0

  /// - Returns: Nil without such traces.
  init?(of coefficients: JPEGCoefficients) {
    let component = coefficients.components[0]
    let histograms = Self.histograms(of: coefficients)
    var evidence = 0.0
    var found: [(place: Int, step: Int)] = []
    for (place, histogram) in zip(Self.frequencies, histograms) {
      let best = Self.likeliest(histogram, step: Int(component.steps[place]))
      guard best.likelihood > Self.luck else { continue }
      evidence += min(best.likelihood, Self.cap) - Self.luck
      found.append((place, best.step))
    }
    guard evidence > Self.proof else { return nil }
    quality = JPEGTables.nearestQuality(toLuma: found)
  }

  /// How often each magnitude occurs, from 0, for each frequency.
  private static func histograms(of coefficients: JPEGCoefficients) -> [[Int]] {
    let component = coefficients.components[0]
    var counts = [[Int]](repeating: [Int](repeating: 0, count: magnitudes), count: frequencies.count)
    let rows = max(1, blockLimit / component.blocksAcross)
    for row in stride(from: 0, to: component.blocksDown, by: (component.blocksDown + rows - 1) / rows) {
      let blocks = coefficients.blocks(0, row: row)
      for (index, place) in frequencies.enumerated() {
        counts[index].withUnsafeMutableBufferPointer { counts in
          for block in 0..<component.blocksAcross {
            counts[min(magnitudes - 1, Int(blocks[64 * block + place].magnitude))] += 1
          }
        }
      }
    }
    return counts
  }

  /// The earlier step that explains a histogram best.
  private static func likeliest(_ histogram: [Int], step: Int) -> (step: Int, likelihood: Double) {
    var best = (step: 0, likelihood: 0.0)
    let total = histogram.dropFirst().reduce(0, +)
    guard step > 0, total >= fewest, let last = histogram.lastIndex(where: { $0 > 0 }) else { return best }
    let reach = Double(step) / 2 + noise
    // The smallest that leaves the first magnitude out.
    let first = Int((1.6 * Double(step) + 2).rounded(.up))
    for candidate in first..<max(first, largestStep) where 2 * reach < 0.85 * Double(candidate) {
      func isNear(_ magnitude: Int) -> Bool {
        let multiples = (Double(magnitude * step) / Double(candidate)).rounded()
        return multiples > 0 && abs(Double(magnitude * step) - multiples * Double(candidate)) <= reach
      }
      let near = (1...last).reduce(0) { isNear($1) ? $0 + histogram[$1] : $0 }
      guard 10 * near >= 6 * total else { continue }
      // Over whole periods every phase comes up equally often.
      let chance = Double((1...candidate).count { isNear($0) }) / Double(candidate)
      let share = min(Double(near) / Double(total), 0.995)
      guard chance > 0, 1 - share < clearance(chance) * (1 - chance) else { continue }
      let likelihood =
        Double(total) * (share * log(share / chance) + (1 - share) * log((1 - share) / (1 - chance)))
      if likelihood > best.likelihood { best = (candidate, likelihood) }
    }
    return best
  }
}
