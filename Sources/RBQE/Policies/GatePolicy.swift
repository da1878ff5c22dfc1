/// Leaves as soon as the learned gate expects little of what is left: gain_k < tau_k for k from 0 to N-1.
///
/// gain_k is the model's estimate, in dB, of what the best later exit would add to what exit k gives (0: the input),
/// computed from features pooled over the image. Gates of this kind decide whether to go on from the features so far in
/// JEI-DNN (Chataoui et al., ICLR 2024, arXiv 2310.09163, section 4.1), where they estimate a probability; here the loss
/// at stake is known in dB. At exit 0 what writing the result loses is taken off first: an image is copied rather than
/// made worse.
public struct GatePolicy: ExitPolicy {
  /// The policy's name: `gate`, or `budget` where a budget sets the thresholds.
  public let name: String
  /// The thresholds tau_k in dB from k = 0 on; an exit beyond the end of the list has the last one.
  public let thresholds: [Double]

  /// A policy with one threshold for each exit from 0 on.
  public init(thresholds: [Double]) {
    self.init(thresholds: thresholds, name: "gate")
  }

  package init(thresholds: [Double], name: String) {
    self.thresholds = thresholds
    self.name = name
  }

  /// Compares the estimate at this exit with its threshold.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    guard let last = thresholds.last else { return .advance }
    let threshold = evidence.exit < thresholds.count ? thresholds[evidence.exit] : last
    let loss = evidence.exit == 0 ? evidence.encodingLoss : 0
    return try evidence.estimatedGain() - loss < threshold ? .leave : .advance
  }
}
