/// Leaves as soon as too little is expected of what is left, by the learned gates.
///
/// An input in doubt is tried first, and may be taken back: see `GateCalibration.Doubt`. Where the network sees a sample
/// of a large image, a price is asked about at the input and at exit 1; then the image goes to the exit that is worth
/// most.
///
/// gain_k is the model's estimate, in dB, of what the best later exit would add to what exit k gives (0: the input),
/// computed from features pooled over the image. Gates of this kind decide whether to go on from the features so far in
/// JEI-DNN (Chataoui et al., ICLR 2024, arXiv 2310.09163, section 4.1), where they estimate a probability; here the loss
/// at stake is known in dB, and so what a later exit must bring for its cost.
public struct GatePolicy: ExitPolicy {
  /// The policy's name: `gate`, or `budget` where a budget sets the price.
  public let name: String
  /// It looks at what gates say alone.
  public let comparesExits = false
  /// What is asked of the estimates.
  public let rule: GateRule

  /// A policy that goes on where gain_k reaches tau_k, with one threshold in dB for each exit from 0 on.
  public init(thresholds: [Double]) {
    self.init(rule: .thresholds(thresholds))
  }

  /// A policy with any rule.
  public init(rule: GateRule) {
    self.init(rule: rule, name: "gate")
  }

  package init(rule: GateRule, name: String) {
    self.rule = rule
    self.name = name
  }

  /// Goes on where the rule is met, and takes the input back where the first stage has refuted it.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    let outlook = try rule.outlook(evidence)
    if outlook.isRefuted { return .restore }
    if outlook.margin < 0 { return .leave }
    return outlook.isFinal ? .finish(at: outlook.exit) : .advance
  }
}
