import Foundation
import RBQE
import Synchronization

/// Keeps a batch to its budget: gives every image its policy, once the images that it depends on are done.
///
/// Sendable: everything that changes is guarded by the condition's lock.
package final class BudgetControl: @unchecked Sendable {
  private let steering: BudgetSteering
  let enhancer: Enhancer
  private let condition = NSCondition()
  private var state = BudgetSteering.State()
  /// By place in the plan.
  private var costs: [BudgetSteering.Cost]
  private var isKnown: [Bool]
  /// Images from the plan's beginning whose costs are known, up to the first of which it isn't.
  private var knownCount = 0
  private var policies: [Int: any ExitPolicy] = [:]
  private var isGivenUp = false

  /// - Parameter earlier: what images took that an earlier run did, by their place in the plan.
  package init(enhancer: Enhancer, budget: Double, pixels: [Int], earlier: [Int: BudgetSteering.Cost] = [:]) {
    self.enhancer = enhancer
    steering = BudgetSteering(budget: budget, pixels: pixels)
    costs = pixels.indices.map { earlier[$0] ?? BudgetSteering.Cost(share: 0, pixels: 0) }
    isKnown = pixels.indices.map { earlier[$0] != nil }
    countKnown()
  }

  /// The policy of an image.
  ///
  /// Waits until the images that it depends on are done, which must be under way.
  ///
  /// - Throws: `CancellationFailure` if one of them was given up.
  package func policy(for index: Int) throws -> any ExitPolicy {
    condition.lock()
    defer { condition.unlock() }
    while !isGivenUp && knownCount < steering.knownBefore(index) { condition.wait() }
    if isGivenUp { throw CancellationFailure() }
    while state.wanted.count <= index {
      let place = state.wanted.count
      let (share, calibrated) = steering.next(&state, costs: costs)
      policies[place] =
        steering.settles(place) ? enhancer.policy(nearest: share) : enhancer.policy(calibratedShare: calibrated)
    }
    return policies.removeValue(forKey: index) ?? enhancer.policy
  }

  /// Takes in what an image cost.
  package func note(_ cost: BudgetSteering.Cost, of index: Int) {
    condition.lock()
    costs[index] = cost
    isKnown[index] = true
    countKnown()
    condition.broadcast()
    condition.unlock()
  }

  private func countKnown() {
    while knownCount < isKnown.count, isKnown[knownCount] { knownCount += 1 }
  }

  /// Nobody waits any more: the run was stopped.
  func giveUp() {
    condition.lock()
    isGivenUp = true
    condition.broadcast()
    condition.unlock()
  }
}
