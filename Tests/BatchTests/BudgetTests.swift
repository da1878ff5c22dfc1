import Foundation
import RBQE
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

/// Policies for the images of a batch.
@Suite struct BudgetControlTests {
  @Test func policiesDoNotDependOnTheOrderInWhichImagesEnd() throws {
    let model = try ModelFile(shipped: .fast).load()
    let enhancer = try Enhancer(model: model, policy: PolicyChoice.gate().policy(for: model)).withBudget(0.5)
    let places = Array(0..<60)
    func rules(_ order: [Int]) throws -> [GateRule] {
      let control = BudgetControl(
        enhancer: enhancer, budget: 0.5, pixels: places.map { _ in 100 }, earlier: [7: .init(share: 1, pixels: 100)])
      for place in order where place != 7 {
        control.note(.init(share: Double(place % 3) / 2, pixels: 100), of: place)
      }
      return try places.compactMap { try (control.policy(for: $0) as? GatePolicy)?.rule }
    }
    let inOrder = try rules(places)
    #expect(inOrder.count == places.count)
    #expect(try rules(places.reversed()) == inOrder)
    #expect(try rules(places.filter { $0 % 2 == 1 } + places.filter { $0 % 2 == 0 }) == inOrder)
  }

  @Test func oneThatIsGivenUpGivesUpThoseThatWaitForIt() throws {
    let model = try ModelFile(shipped: .fast).load()
    let enhancer = try Enhancer(model: model, policy: PolicyChoice.gate().policy(for: model)).withBudget(0.5)
    let control = BudgetControl(enhancer: enhancer, budget: 0.5, pixels: [100, 100], earlier: [:])
    _ = try control.policy(for: 0)
    control.giveUp()
    #expect(throws: CancellationFailure.self) { try control.policy(for: 1) }
  }

  @Test func costsOfAnyClaimAreHeld() throws {
    let enhancer = try Enhancer()
    let line = Data(#"{"macs_per_pixel":1,"width":9223372036854775807,"height":3}"#.utf8)
    let cost = try JSONDecoder().decode(RecordedCost.self, from: line)
    #expect(cost.cost(with: enhancer).pixels == .max)
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
