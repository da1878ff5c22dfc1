/// Asks again only where it is in doubt: gain_k < tau_k - w leaves, gain_k > tau_k + w goes to the last exit without
/// another question, and between them one more stage runs.
///
/// A window of confidence around the threshold, as in window-based cascades (WIEE: Window-Based Early-Exit Cascades for
/// Uncertainty Estimation, Xia and Bouganis, ICCV 2023, arXiv 2303.08010, section 3.2): there only samples within the
/// window are handed on; here gain_k takes the place of the uncertainty.
public struct WindowPolicy: ExitPolicy {
  /// The policy's name: `window`.
  public let name = "window"
  /// The thresholds tau_k in dB from k = 0 on; an exit beyond the end of the list has the last one.
  public let thresholds: [Double]
  /// Half the width w of the window, in dB, at least 0.
  public let halfWidth: Double

  /// A policy with one threshold for each exit from 0 on.
  public init(thresholds: [Double], halfWidth: Double) {
    self.thresholds = thresholds
    self.halfWidth = max(0, halfWidth)
  }

  /// Compares the estimate at this exit with both ends of the window.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    guard let last = thresholds.last else { return .advance }
    let threshold = evidence.exit < thresholds.count ? thresholds[evidence.exit] : last
    let gain = try evidence.estimatedGain() - (evidence.exit == 0 ? evidence.encodingLoss : 0)
    if gain < threshold - halfWidth { return .leave }
    return gain > threshold + halfWidth ? .finish(at: evidence.exitCount) : .advance
  }
}
