import RBQE

extension BudgetControl {
  /// The control of a plan; nil if there is no budget.
  ///
  /// What is skipped takes nothing and has no part; what an earlier run did counts as if it were done now.
  convenience init?(_ plan: OutputPlan, options: BatchOptions, enhancer: Enhancer) {
    guard let budget = options.budget else { return nil }
    var earlier: [Int: BudgetSteering.Cost] = [:]
    for (index, item) in plan.items.enumerated() where item.isSkipped {
      earlier[index] = item.earlierCost?.cost(with: enhancer) ?? BudgetSteering.Cost(share: 0, pixels: 0)
    }
    let pixels = plan.items.map { $0.isSkipped && $0.earlierCost == nil ? 0 : $0.source.pixels }
    self.init(enhancer: enhancer, budget: budget, pixels: pixels, earlier: earlier)
  }

  /// Takes in what became of an image.
  ///
  /// One that failed cost nothing. Of one that was given up nobody knows, so those that wait for it are given up too:
  /// they must not decide otherwise than in a run that isn't interrupted.
  func note(_ job: ImageJob) {
    if job.attempt.isGivenUp { return giveUp() }
    let cost = job.attempt.error == nil ? RecordedCost(job.attempt.record) : nil
    note(cost?.cost(with: enhancer) ?? BudgetSteering.Cost(share: 0, pixels: 0), of: job.index)
  }
}
