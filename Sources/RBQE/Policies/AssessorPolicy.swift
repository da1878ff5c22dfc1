import Quality

/// Leaves as soon as the no-reference score of the image is high enough: Q(y_k) >= T_k for k from 0 to N-1.
///
/// This is the rule of RBQE (Xing et al., ECCV 2020, arXiv 2006.16581, section 3.4), with a threshold for each exit.
/// With the variant `paper` of the score and one threshold for all exits it is the published one.
public struct AssessorPolicy: ExitPolicy {
  /// The threshold that the paper chose for JPEG files, at every exit.
  public static let paperThreshold = 0.79

  /// The policy's name: `assessor`, or `assessor-paper` where it is the published one.
  public let name: String
  /// It looks at images alone.
  public let asksGates = false
  /// Each by itself.
  public let comparesExits = false
  /// What computes the score Q.
  public let assessor: Assessor
  /// The thresholds T_k from k = 0 on; an exit beyond the end of the list has the last one.
  public let thresholds: [Double]

  /// A policy with one threshold for each exit from 0 on.
  public init(thresholds: [Double], assessor: Assessor = Assessor()) {
    self.init(name: "assessor", thresholds: thresholds, assessor: assessor)
  }

  private init(name: String, thresholds: [Double], assessor: Assessor) {
    self.name = name
    self.thresholds = thresholds
    self.assessor = assessor
  }

  /// The published policy, with one threshold for all exits.
  public static func paper(threshold: Double = paperThreshold) -> AssessorPolicy {
    AssessorPolicy(name: "assessor-paper", thresholds: [threshold], assessor: .paper)
  }

  /// Compares the score at this exit with its threshold.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    guard let threshold = threshold(at: evidence.exit) else { return .advance }
    return try evidence.score(by: assessor) >= threshold ? .leave : .advance
  }

  /// The threshold T_k; nil where the policy has none at all.
  public func threshold(at exit: Int) -> Double? {
    exit < thresholds.count ? thresholds[exit] : thresholds.last
  }
}
