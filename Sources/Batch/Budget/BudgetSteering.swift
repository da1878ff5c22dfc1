import RBQE

/// Chooses what share of the last exit's cost each image of a plan should take, so that all of them together take what
/// was asked for.
///
/// The gate's price follows what the images before have cost: an integral of the differences between what was wanted and
/// what was taken finds where it must lie for these images (as EERO, Valade et al. 2024, arXiv 2402.03779, sets its
/// thresholds for a budget from a calibration set), and what was taken too much or too little is spread over the next
/// images. An image doesn't look at the `lag` images before it, so several are worked on at a time; only the last few
/// wait for each other, and make up for what is left. Everything is a function of the plan and of what its
/// images cost, never of time.
package struct BudgetSteering: Sendable {
  /// What an image took.
  package struct Cost: Sendable, Equatable {
    /// Multiply-accumulates as a share of the last exit's for the same pixels.
    let share: Double
    /// 0 for an image that failed.
    let pixels: Int

    /// A cost.
    package init(share: Double, pixels: Int) {
      self.share = share
      self.pixels = pixels
    }
  }

  /// Images between one and the last that it looks at, which may still be under way.
  static let lag = 16
  /// Images at the end of a plan that look at all before them.
  static let finale = 24
  /// Of those, the images that take one exit or another by what is left.
  static let settlement = 4
  /// Images over which a difference is made up for.
  private static let horizon = 100.0
  /// How fast the price follows.
  private static let gain = 0.03

  /// What all images together should take, 0...1.
  let budget: Double
  /// Pixels of each image of the plan.
  let pixels: [Int]

  /// How many images an image must know the costs of.
  func knownBefore(_ index: Int) -> Int {
    max(0, index >= pixels.count - Self.finale ? index : index - Self.lag)
  }

  /// The state before an image.
  struct State: Sendable {
    /// Shares that images should take, so far.
    var wanted: [Double] = []
    /// By how much the calibration's shares are too large for these images.
    var offset = 0.0
    /// Images that `offset` has taken in.
    var taken = 0
    var pixels = 0.0
    var spent = 0.0
  }

  /// What the next image should take, and what to ask the calibration for.
  ///
  /// - Parameters:
  ///   - state: is moved on by one image; images must be asked for in the order of the plan.
  ///   - costs: of the first images, at least `knownBefore` of them.
  func next(_ state: inout State, costs: [Cost]) -> (share: Double, calibrated: Double) {
    let index = state.wanted.count
    let known = knownBefore(index)
    while state.taken < known {
      let cost = costs[state.taken]
      if cost.pixels > 0 {
        state.offset += Self.gain * (state.wanted[state.taken] - cost.share)
        state.offset = min(1, max(-1, state.offset))
      }
      state.spent += cost.share * Double(cost.pixels)
      state.pixels += Double(cost.pixels)
      state.taken += 1
    }
    // What is under way will take about what it was meant to.
    let underway = known..<index
    let spent = underway.reduce(state.spent) { $0 + state.wanted[$1] * Double(pixels[$1]) }
    let seen = underway.reduce(state.pixels) { $0 + Double(pixels[$1]) }
    let ahead = pixels[index..<min(pixels.count, index + Int(Self.horizon))].reduce(0.0) { $0 + Double($1) }
    let share = ahead > 0 ? min(1, max(0, (budget * (seen + ahead) - spent) / ahead)) : budget
    state.wanted.append(share)
    return (share, min(1, max(0, share + state.offset)))
  }

  /// Whether an image is one of the last, which take what is left.
  func settles(_ index: Int) -> Bool { index >= pixels.count - Self.settlement && pixels.count > Self.settlement }
}
