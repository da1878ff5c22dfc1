/// Asks again only where it is in doubt: where too little is expected by more than w it leaves, where enough is by more
/// than w it goes to the exit that is worth most without another question, and between them one more stage runs.
///
/// An input in doubt is tried and may be taken back, and of a sample of a large image two questions are enough, as by
/// `GatePolicy`.
///
/// A window of confidence around the threshold, as in window-based cascades (WIEE: Window-Based Early-Exit Cascades for
/// Uncertainty Estimation, Xia and Bouganis, ICCV 2023, arXiv 2303.08010, section 3.2): there only samples within the
/// window are handed on; here what the gates expect takes the place of the uncertainty.
public struct WindowPolicy: ExitPolicy {
  /// The policy's name: `window`.
  public let name = "window"
  /// It looks at what gates say alone.
  public let comparesExits = false
  /// What is asked of the estimates.
  public let rule: GateRule
  /// Half the width w of the window, in dB, at least 0.
  public let halfWidth: Double

  /// A policy around any rule of the gates.
  public init(rule: GateRule, halfWidth: Double) {
    self.rule = rule
    self.halfWidth = max(0, halfWidth)
  }

  /// A policy around one threshold in dB for each exit from 0 on.
  public init(thresholds: [Double], halfWidth: Double) {
    self.init(rule: .thresholds(thresholds), halfWidth: halfWidth)
  }

  /// Compares what is expected with both ends of the window.
  public func decide(_ evidence: ExitEvidence) throws -> ExitDecision {
    let outlook = try rule.outlook(evidence)
    if outlook.isRefuted { return .restore }
    if outlook.isFinal { return outlook.margin < 0 ? .leave : .finish(at: outlook.exit) }
    if outlook.margin < -halfWidth { return .leave }
    return outlook.margin > halfWidth ? .finish(at: outlook.exit) : .advance
  }
}
