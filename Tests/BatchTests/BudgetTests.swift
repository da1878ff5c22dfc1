import Foundation
import Testing

@testable import Batch

/// The steering of a budget, on made-up images.
@Suite struct BudgetSteeringTests {
  /// An image whose cost answers to what it is asked for: more or less than the calibration says, by chance too.
  private static func cost(_ calibrated: Double, power: Double, _ random: inout SplitMix) -> Double {
    let noise = Double(random.next() >> 40) / Double(1 << 24) - 0.5
    return nearest(pow(calibrated, power) + 1.6 * noise * min(calibrated, 1 - calibrated))
  }

  private static func nearest(_ share: Double) -> Double {
    [0, 0.13, 0.35, 0.68, 1.0].min { abs($0 - share) < abs($1 - share) } ?? 0
  }

  @Test(arguments: [70, 174, 1000], [0.4, 1, 2.5])
  func theMeanCostIsWithinTwoPercentOfTheBudget(count: Int, power: Double) {
    for (seed, budget) in [0.3, 0.5, 0.7].enumerated() {
      var random = SplitMix(seed: UInt64(seed + count))
      let pixels = (0..<count).map { _ in 200_000 + Int(random.next() % 200_000) }
      let steering = BudgetSteering(budget: budget, pixels: pixels)
      var state = BudgetSteering.State()
      var costs: [BudgetSteering.Cost] = []
      for index in 0..<count {
        let (share, calibrated) = steering.next(&state, costs: costs)
        let taken =
          steering.settles(index) ? Self.nearest(share) : Self.cost(calibrated, power: power, &random)
        costs.append(.init(share: taken, pixels: pixels[index]))
      }
      let spent = costs.reduce(0) { $0 + $1.share * Double($1.pixels) }
      let total = Double(pixels.reduce(0, +))
      #expect(abs(spent / total - budget) < 0.02 * budget, "\(count) images, budget \(budget): \(spent / total)")
    }
  }

  @Test func anImageLooksAtNoneThatMayStillBeUnderWay() {
    let pixels = Array(repeating: 100, count: 200)
    let steering = BudgetSteering(budget: 0.5, pixels: pixels)
    #expect(steering.knownBefore(0) == 0)
    #expect(steering.knownBefore(100) == 100 - BudgetSteering.lag)
    #expect(steering.knownBefore(199) == 199)
    // What is known beyond that changes nothing: the answer is the same however fast the others are.
    func shares(knowing extra: Int) -> [Double] {
      var state = BudgetSteering.State()
      let costs = pixels.indices.map { BudgetSteering.Cost(share: Double($0 % 3) / 2, pixels: 100) }
      return pixels.indices.map { index in
        let known = min(index, steering.knownBefore(index) + extra)
        return steering.next(&state, costs: Array(costs.prefix(known))).calibrated
      }
    }
    #expect(shares(knowing: 0) == shares(knowing: 16))
  }

  @Test func whatFailedHasNoPart() {
    let steering = BudgetSteering(budget: 0.5, pixels: Array(repeating: 100, count: 60))
    func shares(_ failed: Bool) -> [Double] {
      var state = BudgetSteering.State()
      let costs = (0..<60).map { index in
        failed && index < 5
          ? BudgetSteering.Cost(share: 0, pixels: 0) : BudgetSteering.Cost(share: 0.5, pixels: 100)
      }
      return (0..<60).map { _ in steering.next(&state, costs: costs).share }
    }
    #expect(shares(true).allSatisfy { abs($0 - 0.5) < 0.06 })
  }
}

/// A small reproducible generator of random numbers.
private struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
